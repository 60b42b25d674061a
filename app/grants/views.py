"""REST: contracts with agencies, grants of accounts, who sees an account."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.grants import contracts, queries, services
from app.grants.schemas import (
    ContractList,
    ContractView,
    EditContract,
    EditGrant,
    EndGrant,
    GrantList,
    GrantQuery,
    GrantView,
    NewContract,
    NewGrant,
    WatcherList,
)

grants = Blueprint("grants", __name__)
_READ, _MANAGE = Permission.GRANTS_READ, Permission.GRANTS_MANAGE
_REFUSED = ("not_account_owner", "grant_overlaps", "queue_taken", "no_contract")


@endpoint(
    grants,
    "GET",
    "/contracts",
    access=_READ,
    summary="Contracts with agencies that work for others, newest first",
    response=ContractList,
)
def list_contracts(ctx: Context) -> ContractList:
    return queries.list_contracts(ctx)


@endpoint(
    grants,
    "POST",
    "/contracts",
    access=_MANAGE,
    summary="Write down a contract with an agency",
    body=NewContract,
    response=ContractView,
    status=201,
    errors=("contract_overlaps", "not_contract_party"),
)
def add_contract(ctx: Context, body: NewContract) -> ContractView:
    return queries.contract_view(ctx, contracts.add_contract(ctx, body))


@endpoint(
    grants,
    "PUT",
    "/contracts/<int:contract_id>",
    access=_MANAGE,
    summary="Change a contract; its grants end with it, or hold again",
    body=EditContract,
    response=ContractView,
    errors=("contract_overlaps", "not_contract_party", "stale_version"),
)
def edit_contract(ctx: Context, contract_id: int, body: EditContract) -> ContractView:
    return queries.contract_view(ctx, contracts.edit_contract(ctx, contract_id, body))


@endpoint(
    grants,
    "GET",
    "/grants",
    access=_READ,
    summary="Who else works with accounts: what holds, what will, what did",
    query=GrantQuery,
    response=GrantList,
)
def list_grants(ctx: Context, query: GrantQuery) -> GrantList:
    return queries.list_grants(ctx, query)


@endpoint(
    grants,
    "POST",
    "/grants",
    access=_MANAGE,
    summary="Let an agency work with an account",
    body=NewGrant,
    response=GrantView,
    status=201,
    errors=(*_REFUSED, "employee_account_not_granted", "too_many_grants"),
)
def add_grant(ctx: Context, body: NewGrant) -> GrantView:
    grant = services.add_grant(ctx, body)
    return queries.grant_view(ctx, services.find_grant(ctx, grant.id))


@endpoint(
    grants,
    "PUT",
    "/grants/<int:grant_id>",
    access=_MANAGE,
    summary="Change a grant; open screens of its people follow",
    body=EditGrant,
    response=GrantView,
    errors=(*_REFUSED, "grant_over", "stale_version"),
)
def edit_grant(ctx: Context, grant_id: int, body: EditGrant) -> GrantView:
    return queries.grant_view(ctx, services.edit_grant(ctx, grant_id, body))


@endpoint(
    grants,
    "POST",
    "/grants/<int:grant_id>/end",
    access=_MANAGE,
    summary="End a grant now: its people see the account no longer",
    body=EndGrant,
    response=GrantView,
    errors=("not_account_owner", "grant_over", "stale_version"),
)
def end_grant(ctx: Context, grant_id: int, body: EndGrant) -> GrantView:
    return queries.grant_view(ctx, services.end_grant(ctx, grant_id, body))


@endpoint(
    grants,
    "GET",
    "/accounts/<int:account_id>/watchers",
    access=_READ,
    summary="Who sees an account now",
    response=WatcherList,
)
def list_watchers(ctx: Context, account_id: int) -> WatcherList:
    return queries.list_watchers(ctx, account_id)
