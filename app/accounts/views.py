"""REST: accounts and the platforms they live on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from app.accounts import by_address, connecting, follow_requests, queries
from app.accounts.platforms import platforms
from app.accounts.schemas import (
    AccountList,
    AccountQuery,
    AccountView,
    AnswerFollowRequest,
    AuthorisationView,
    CheckedAccountView,
    ConnectAccount,
    ConnectByAddress,
    ConnectionView,
    EditAccount,
    FollowRequestList,
    FollowRequestQuery,
    FormFieldView,
    HealthView,
    PlatformLimitsView,
    PlatformList,
    PlatformView,
    ReadAgainView,
    SetAccountStatus,
    SetCredentials,
)
from app.adapters import registry
from app.adapters.base import AppRegistrar, OAuthConnector
from app.api.endpoint import OpenUnit, current_runtime, endpoint
from app.core.context import Context
from app.core.errors import AppError, Conflict
from app.core.permissions import Permission
from app.models import Account

accounts = Blueprint("accounts", __name__)
_READ, _MANAGE = Permission.ACCOUNTS_READ, Permission.ACCOUNTS_MANAGE
OAUTH_PATH = "/accounts/authorised"


@endpoint(
    accounts,
    "GET",
    "/platforms",
    access=_READ,
    summary="What each platform can do, its limits, and what connecting it asks for",
    response=PlatformList,
)
def list_platforms(_ctx: Context) -> PlatformList:
    matrix = registry.capability_matrix()
    return PlatformList(items=[_platform_view(entry, matrix) for entry in matrix["platforms"]])


def _platform_view(entry: dict[str, Any], matrix: dict[str, Any]) -> PlatformView:
    name = entry["platform"]
    adapter = registry.get(name)
    return PlatformView(
        platform=name,
        names=entry["names"],
        streams=entry["streams"],
        can_authorise=issubclass(adapter, OAuthConnector),
        connects_by_address=issubclass(adapter, AppRegistrar),
        credential_fields=[_field(field) for field in adapter.schema.credential_fields()],
        setting_fields=[_field(field) for field in adapter.schema.setting_fields()],
        base_urls=dict(adapter.schema.base_urls),
        features={row["feature"]: row["platforms"][name] for row in matrix["features"]},
        limits=PlatformLimitsView(**matrix["limits"][name]),
    )


def _field(field: Any) -> FormFieldView:
    return FormFieldView(
        name=field.name,
        label=field.label,
        secret=field.secret,
        required=field.required,
        default=field.default,
        choices=list(field.choices),
        help=field.help,
    )


@endpoint(
    accounts,
    "GET",
    "/accounts",
    access=_READ,
    summary="Connected accounts and their state",
    query=AccountQuery,
    response=AccountList,
    errors=("saved_view_broken",),
)
def list_accounts(ctx: Context, query: AccountQuery) -> AccountList:
    return queries.list_accounts(ctx, query)


@endpoint(
    accounts,
    "GET",
    "/accounts/<int:account_id>",
    access=_READ,
    summary="One account",
    response=AccountView,
)
def get_account(ctx: Context, account_id: int) -> AccountView:
    return queries.own_view(ctx, queries.get_account(ctx, account_id))


@endpoint(
    accounts,
    "POST",
    "/accounts",
    access=_MANAGE,
    summary="Connect an account",
    body=ConnectAccount,
    response=AccountView,
    status=201,
    errors=("account_exists", "platform_unknown"),
)
def connect_account(ctx: Context, body: ConnectAccount) -> AccountView:
    account = connecting.connect_account(ctx, body)
    return queries.own_view(ctx, queries.get_account(ctx, account.id))


@endpoint(
    accounts,
    "PUT",
    "/accounts/<int:account_id>",
    access=_MANAGE,
    summary="Change an account's name, team, owner or settings",
    body=EditAccount,
    response=AccountView,
    errors=("stale_version",),
)
def edit_account(ctx: Context, account_id: int, body: EditAccount) -> AccountView:
    return queries.own_view(ctx, connecting.edit_account(ctx, account_id, body))


@endpoint(
    accounts,
    "PUT",
    "/accounts/<int:account_id>/credentials",
    access=_MANAGE,
    summary="Replace credentials by hand",
    body=SetCredentials,
    response=AccountView,
)
def set_credentials(ctx: Context, account_id: int, body: SetCredentials) -> AccountView:
    return queries.own_view(ctx, connecting.set_credentials(ctx, account_id, body))


@endpoint(
    accounts,
    "PUT",
    "/accounts/<int:account_id>/status",
    access=_MANAGE,
    summary="Pause or resume",
    body=SetAccountStatus,
    response=AccountView,
)
def set_status(ctx: Context, account_id: int, body: SetAccountStatus) -> AccountView:
    change = connecting.pause_account if body.status == "paused" else connecting.resume_account
    return queries.own_view(ctx, change(ctx, account_id))


@endpoint(
    accounts,
    "DELETE",
    "/accounts/<int:account_id>",
    access=_MANAGE,
    summary="Disconnect for good; what was said stays readable",
)
def remove_account(ctx: Context, account_id: int) -> None:
    connecting.remove_account(ctx, account_id)


@endpoint(
    accounts,
    "POST",
    "/accounts/<int:account_id>/read-again",
    access=_MANAGE,
    summary="Read again the pushes that could not be opened when they came",
    response=ReadAgainView,
)
def read_again(ctx: Context, account_id: int) -> ReadAgainView:
    return ReadAgainView(pushes=connecting.read_pushes_again(ctx, account_id))


@endpoint(
    accounts,
    "POST",
    "/accounts/<int:account_id>/check",
    access=_READ,
    summary="Ask the platform whether the account works",
    response=CheckedAccountView,
    manual=True,
)
def check_account(open_unit: OpenUnit, account_id: int) -> CheckedAccountView:
    with open_unit(write=False) as ctx:
        account = queries.get_account(ctx, account_id)
    parts = platforms(current_runtime())
    health = parts.adapter(account.platform).check_account(parts.ref(account))
    with open_unit(write=True) as ctx:
        view = queries.own_view(ctx, connecting.record_health(ctx, account_id, health))
    return CheckedAccountView(
        account=view,
        health=HealthView(
            state=health.state.value,
            advice=health.advice,
            detail=health.detail[:300],
            checked_at=health.checked_at,
        ),
    )


@endpoint(
    accounts,
    "POST",
    "/accounts/<int:account_id>/authorisation",
    access=_MANAGE,
    summary="Begin to (re-)authorise on the platform's own page",
    response=AuthorisationView,
    errors=("authorisation_not_offered",),
)
def begin_authorisation(ctx: Context, account_id: int) -> AuthorisationView:
    return AuthorisationView(authorize_url=connecting.begin_authorisation(ctx, account_id, _redirect_uri()))


@endpoint(
    accounts,
    "POST",
    "/account-connections",
    access=_MANAGE,
    summary="Begin to connect an account by its server's address: the consent page to go to",
    body=ConnectByAddress,
    response=ConnectionView,
    status=201,
    manual=True,
    errors=("authorisation_not_offered", "platform_unknown"),
)
def begin_connection(open_unit: OpenUnit, body: ConnectByAddress) -> ConnectionView:
    with open_unit(write=False) as ctx:
        base_urls = by_address.check_connection(ctx, body)
    pending = by_address.register(current_runtime(), body, base_urls, _redirect_uri())
    with open_unit(write=True) as ctx:
        return by_address.begin_connection(ctx, pending, _redirect_uri())


@endpoint(
    accounts,
    "GET",
    "/accounts/<int:account_id>/follow-requests",
    access=_READ,
    summary="Who asks to follow a locked account, as its platform says now",
    query=FollowRequestQuery,
    response=FollowRequestList,
    manual=True,
    errors=("follow_requests_not_offered",),
)
def list_follow_requests(
    open_unit: OpenUnit, account_id: int, query: FollowRequestQuery
) -> FollowRequestList:
    with open_unit(write=False) as ctx:
        account = follow_requests.answerable_account(ctx, account_id, _READ)
    return follow_requests.read_requests(current_runtime(), account, query.cursor)


@endpoint(
    accounts,
    "PUT",
    "/accounts/<int:account_id>/follow-requests/<external_id>",
    access=_MANAGE,
    summary="Let somebody follow a locked account, or not",
    body=AnswerFollowRequest,
    manual=True,
    errors=("follow_requests_not_offered",),
)
def answer_follow_request(
    open_unit: OpenUnit, account_id: int, external_id: str, body: AnswerFollowRequest
) -> None:
    with open_unit(write=False) as ctx:
        account = follow_requests.answerable_account(ctx, account_id, _MANAGE)
    follow_requests.send_answer(current_runtime(), account, external_id, body.accept)
    with open_unit(write=True) as ctx:
        follow_requests.note_answer(ctx, account_id, external_id, body.accept)


def _redirect_uri() -> str:
    return f"{current_runtime().settings.public_url}/api/v1{OAUTH_PATH}"


@endpoint(
    accounts,
    "GET",
    OAUTH_PATH,
    access=_MANAGE,
    summary="Where the platform's consent page sends the browser back to",
    write=True,
    manual=True,
    errors=("authorisation_expired", "authorised_other_account"),
)
def finish_authorisation(open_unit: OpenUnit) -> Response:
    """Ends on the accounts page with the outcome in the address; a code works once."""
    try:
        account_id = _exchange(open_unit)
    except AppError as error:
        return redirect(f"/accounts?authorised=failed&reason={error.code}")  # type: ignore[return-value]
    return redirect(f"/accounts?authorised={account_id}")  # type: ignore[return-value]


def _exchange(open_unit: OpenUnit) -> int:
    with open_unit(write=True) as ctx:
        begun = connecting.redeem_state(ctx, request.args.get("state", ""))
        pending = by_address.reopen(ctx, begun) if isinstance(begun, bytes) else None
    code = request.args.get("code", "")
    if not code:
        raise Conflict("authorisation_refused")
    if pending is not None:
        return _connect(open_unit, pending, code)
    assert not isinstance(begun, bytes)  # noqa: S101  then it is pending
    return _renew(open_unit, begun, code)


def _connect(open_unit: OpenUnit, pending: by_address.Pending, code: str) -> int:
    connected, facts = by_address.exchange(current_runtime(), pending, code, _redirect_uri())
    with open_unit(write=True) as ctx:
        return by_address.finish_connection(ctx, pending, connected, facts).id


def _renew(open_unit: OpenUnit, account: Account, code: str) -> int:
    parts = platforms(current_runtime())
    adapter = parts.adapter(account.platform)
    if not isinstance(adapter, OAuthConnector):
        raise Conflict("authorisation_not_offered")
    connected = adapter.exchange_code(parts.ref(account), code, _redirect_uri())
    with open_unit(write=True) as ctx:
        connecting.finish_authorisation(ctx, account.id, connected)
    return account.id
