"""REST: roles, and what somebody sees and may do by theirs."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity import group_proof, who_sees
from app.identity import role_queries as queries
from app.identity import roles as services
from app.identity.group_proof import GroupProof
from app.identity.proof import PersonProof, prove
from app.identity.role_schemas import ChangeRole, NewRole, RoleList, RoleView
from app.identity.who_sees import SeerList

roles = Blueprint("roles", __name__)
_BEYOND = ("role_beyond_own", "role_beyond_agency", "shared_role")


@endpoint(
    roles,
    "GET",
    "/roles",
    access=Permission.PEOPLE_READ,
    summary="What people may do, by role, and who has each",
    response=RoleList,
)
def list_roles(ctx: Context) -> RoleList:
    return queries.list_roles(ctx)


@endpoint(
    roles,
    "POST",
    "/roles",
    access=Permission.OPERATORS_MANAGE,
    summary="A new role, for one agency or for all",
    body=NewRole,
    response=RoleView,
    status=201,
    errors=("role_name_taken", *_BEYOND),
)
def create_role(ctx: Context, body: NewRole) -> RoleView:
    return queries.get_role(ctx, services.create_role(ctx, body).id)


@endpoint(
    roles,
    "PUT",
    "/roles/<int:role_id>",
    access=Permission.OPERATORS_MANAGE,
    summary="What a role allows from now on; its people's screens follow at once",
    body=ChangeRole,
    response=RoleView,
    errors=(
        "role_name_taken",
        "role_is_built_in",
        "own_role",
        "last_administrator",
        "stale_version",
        *_BEYOND,
    ),
)
def change_role(ctx: Context, role_id: int, body: ChangeRole) -> RoleView:
    return queries.get_role(ctx, services.change_role(ctx, role_id, body).id)


@endpoint(
    roles,
    "DELETE",
    "/roles/<int:role_id>",
    access=Permission.OPERATORS_MANAGE,
    summary="Remove a role that nobody has",
    errors=("role_in_use", "role_is_built_in", "own_role", *_BEYOND),
)
def delete_role(ctx: Context, role_id: int) -> None:
    services.delete_role(ctx, role_id)


@endpoint(
    roles,
    "GET",
    "/people/<int:operator_id>/proof",
    access=Permission.OPERATORS_MANAGE,
    summary="What a person sees and may do, worked out from the rules that their calls go through",
    response=PersonProof,
)
def prove_person(ctx: Context, operator_id: int) -> PersonProof:
    return prove(ctx, operator_id)


@endpoint(
    roles,
    "GET",
    "/roles/<int:role_id>/proof",
    access=Permission.OPERATORS_MANAGE,
    summary="What the people of a role see and may do by it",
    response=GroupProof,
)
def prove_role(ctx: Context, role_id: int) -> GroupProof:
    return group_proof.prove_role(ctx, role_id)


@endpoint(
    roles,
    "GET",
    "/agencies/<int:agency_id>/proof",
    access=Permission.OPERATORS_MANAGE,
    summary="What the people of an agency see and may do together",
    response=GroupProof,
)
def prove_agency(ctx: Context, agency_id: int) -> GroupProof:
    return group_proof.prove_agency(ctx, agency_id)


@endpoint(
    roles,
    "GET",
    "/accounts/<int:account_id>/seers",
    access=Permission.OPERATORS_MANAGE,
    summary="Who sees an account",
    response=SeerList,
)
def who_sees_account(ctx: Context, account_id: int) -> SeerList:
    return who_sees.who_sees_account(ctx, account_id)


@endpoint(
    roles,
    "GET",
    "/service-requests/<int:request_id>/seers",
    access=Permission.OPERATORS_MANAGE,
    summary="Who sees a request",
    response=SeerList,
)
def who_sees_request(ctx: Context, request_id: int) -> SeerList:
    return who_sees.who_sees_request(ctx, request_id)


@endpoint(
    roles,
    "GET",
    "/rights/<right>/people",
    access=Permission.OPERATORS_MANAGE,
    summary="Who may do what a right allows",
    response=SeerList,
)
def who_may(ctx: Context, right: str) -> SeerList:
    return who_sees.who_may(ctx, right)
