"""REST: accounts and the platforms they live on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from app.accounts import lifecycle, queries
from app.accounts.platforms import platforms
from app.accounts.schemas import (
    AccountList,
    AccountView,
    AuthorisationView,
    CheckedAccountView,
    ConnectAccount,
    EditAccount,
    FormFieldView,
    HealthView,
    PlatformList,
    PlatformView,
    SetAccountStatus,
    SetCredentials,
)
from app.adapters import registry
from app.adapters.base import OAuthConnector
from app.api.endpoint import OpenUnit, current_runtime, endpoint
from app.core.context import Context
from app.core.errors import AppError, Conflict
from app.core.i18n import translate
from app.core.permissions import Permission

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
        credential_fields=[_field(field) for field in adapter.schema.credential_fields()],
        setting_fields=[_field(field) for field in adapter.schema.setting_fields()],
        base_urls=dict(adapter.schema.base_urls),
        features={row["feature"]: row["platforms"][name] for row in matrix["features"]},
        limits=matrix["limits"][name],
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
    response=AccountList,
)
def list_accounts(ctx: Context) -> AccountList:
    return queries.list_accounts(ctx)


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
    account = lifecycle.connect_account(ctx, body)
    return queries.own_view(ctx, queries.get_account(ctx, account.id))


@endpoint(
    accounts,
    "PUT",
    "/accounts/<int:account_id>",
    access=_MANAGE,
    summary="Change an account's name, team, owner or settings",
    body=EditAccount,
    response=AccountView,
)
def edit_account(ctx: Context, account_id: int, body: EditAccount) -> AccountView:
    return queries.own_view(ctx, lifecycle.edit_account(ctx, account_id, body))


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
    return queries.own_view(ctx, lifecycle.set_credentials(ctx, account_id, body))


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
    change = lifecycle.pause_account if body.status == "paused" else lifecycle.resume_account
    return queries.own_view(ctx, change(ctx, account_id))


@endpoint(
    accounts,
    "DELETE",
    "/accounts/<int:account_id>",
    access=_MANAGE,
    summary="Disconnect for good; what was said stays readable",
)
def remove_account(ctx: Context, account_id: int) -> None:
    lifecycle.remove_account(ctx, account_id)


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
        view = queries.own_view(ctx, lifecycle.record_health(ctx, account_id, health))
        advice = translate(f"account.advice.{health.advice}", ctx.locale) if health.advice else None
    return CheckedAccountView(
        account=view,
        health=HealthView(
            state=health.state.value,
            advice=health.advice,
            advice_text=advice,
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
    return AuthorisationView(authorize_url=lifecycle.begin_authorisation(ctx, account_id, _redirect_uri()))


def _redirect_uri() -> str:
    return f"{current_runtime().settings.public_url}/api/v1{OAUTH_PATH}"


@endpoint(
    accounts,
    "GET",
    OAUTH_PATH,
    access=_MANAGE,
    summary="Where the platform's consent page sends the browser back to",
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
        account = lifecycle.redeem_state(ctx, request.args.get("state", ""))
    code = request.args.get("code", "")
    if not code:
        raise Conflict("authorisation_refused")
    parts = platforms(current_runtime())
    adapter = parts.adapter(account.platform)
    if not isinstance(adapter, OAuthConnector):
        raise Conflict("authorisation_not_offered")
    connected = adapter.exchange_code(parts.ref(account), code, _redirect_uri())
    with open_unit(write=True) as ctx:
        lifecycle.finish_authorisation(ctx, account.id, connected)
    return account.id
