"""Connecting, pausing, re-authorising and removing accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, select

from app.accounts.platforms import platforms
from app.accounts.queries import get_account
from app.accounts.refusals import clear_refusals
from app.accounts.schemas import ConnectAccount, EditAccount, SetCredentials
from app.accounts.services import set_status
from app.adapters import registry
from app.adapters.base import OAuthConnector
from app.adapters.schema import FormModel
from app.adapters.types import AccountHealth, ConnectedAccount, HealthState
from app.core.context import Context
from app.core.crypto import new_token, token_hash
from app.core.errors import Conflict, Invalid, NotFound
from app.core.field_errors import field_problems
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import scope
from app.models import Account, AccountStatus, Agency, OAuthState, Operator, Stream, Team

OAUTH_LIFE = timedelta(minutes=15)
_STATUS_OF_HEALTH = {
    HealthState.OK: AccountStatus.ACTIVE,
    HealthState.EXPIRING: AccountStatus.ACTIVE,
    HealthState.LIMITED: AccountStatus.ACTIVE,
    HealthState.RECONNECT: AccountStatus.REAUTHORISE,
    HealthState.MISCONFIGURED: AccountStatus.MISCONFIGURED,
    HealthState.BLOCKED: AccountStatus.BLOCKED,
}


def connect_account(ctx: Context, command: ConnectAccount) -> Account:
    """Add an account. Credentials are checked for form here; `check_account` asks the platform.

    Raises Invalid with a message per field, Conflict(`account_exists`).
    """
    ctx.require(Permission.ACCOUNTS_MANAGE)
    adapter = registry.get(command.platform)
    credentials = _form(ctx, "credentials", adapter.schema.credentials, command.credentials)
    settings = _form(ctx, "settings", adapter.schema.settings, command.settings)
    _require_owners(ctx, command.agency_id, command.team_id, command.owner_operator_id)
    existing = ctx.session.scalar(
        select(Account).where(
            Account.platform == command.platform, Account.external_id == command.external_id
        )
    )
    if existing is not None and existing.status is not AccountStatus.REMOVED:
        raise Conflict("account_exists", name=existing.name)
    account = existing or Account(created_at=ctx.now(), callback_key=new_token(), status=AccountStatus.PAUSED)
    account.platform = command.platform
    account.external_id = command.external_id
    account.name = command.name
    account.kind = command.kind
    account.agency_id = command.agency_id
    account.team_id = command.team_id
    account.owner_operator_id = command.owner_operator_id
    account.base_urls = dict(command.base_urls)
    account.settings = settings
    account.credentials = ctx.runtime.vault.seal(credentials)
    account.status = AccountStatus.ACTIVE
    account.status_detail = None
    account.status_since = ctx.now()
    account.error_streak = 0
    account.refused_features = {}
    ctx.session.add(account)
    ctx.session.flush()
    _ensure_streams(ctx, account)
    _record(ctx, "account.connected", account)
    return account


def _form(ctx: Context, where: str, model: type[FormModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values the adapter asks for, checked; raises Invalid naming each wrong field."""
    try:
        parsed = model.model_validate(values)
    except ValidationError as error:
        raise Invalid(fields=field_problems(error, ctx.locale, where)) from None
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in parsed
        if value is not None
    }


def _require_owners(ctx: Context, agency_id: int, team_id: int | None, owner_id: int | None) -> None:
    """Ids inside the body belong to the tenant that is named."""
    if ctx.session.scalar(scope(select(Agency.id), ctx.actor, Agency).where(Agency.id == agency_id)) is None:
        raise Invalid(fields={"agency_id": "no_such_agency"})
    for model, value, name in ((Team, team_id, "team_id"), (Operator, owner_id, "owner_operator_id")):
        if value is None:
            continue
        found = ctx.session.scalar(select(model.id).where(model.id == value, model.agency_id == agency_id))
        if found is None:
            raise Invalid(fields={name: "not_of_this_agency"})


def _ensure_streams(ctx: Context, account: Account) -> None:
    """One row per stream the platform offers; own posts are read by publishing, not listening."""
    adapter = registry.get(account.platform)
    known = set(ctx.session.scalars(select(Stream.name).where(Stream.account_id == account.id)))
    for stream in adapter.streams:
        if stream in known or stream.startswith("own_"):
            continue
        ctx.session.add(
            Stream(
                created_at=ctx.now(),
                account_id=account.id,
                name=stream,
                is_active=True,
                every_seconds=adapter.platform_capabilities().min_poll_seconds,
                cursor={},
                due_at=ctx.now(),
            )
        )
    ctx.session.flush()


def edit_account(ctx: Context, account_id: int, command: EditAccount) -> Account:
    account = _managed(ctx, account_id)
    _require_owners(ctx, account.agency_id, command.team_id, command.owner_operator_id)
    adapter = registry.get(account.platform)
    account.name = command.name
    account.kind = command.kind
    account.team_id = command.team_id
    account.owner_operator_id = command.owner_operator_id
    if command.settings is not None:
        account.settings = _form(ctx, "settings", adapter.schema.settings, command.settings)
    ctx.session.flush()
    _record(ctx, "account.edited", account)
    return account


def set_credentials(ctx: Context, account_id: int, command: SetCredentials) -> Account:
    """Replace some credentials; those not named stay as they are."""
    account = _managed(ctx, account_id)
    adapter = registry.get(account.platform)
    merged = {**ctx.runtime.vault.open(account.credentials), **command.credentials}
    account.credentials = ctx.runtime.vault.seal(
        _form(ctx, "credentials", adapter.schema.credentials, merged)
    )
    _revive(ctx, account)
    _record(ctx, "account.credentials_changed", account, names=sorted(command.credentials))
    return account


def pause_account(ctx: Context, account_id: int) -> Account:
    account = _managed(ctx, account_id)
    set_status(ctx, account, AccountStatus.PAUSED, None)
    _record(ctx, "account.paused", account)
    return account


def resume_account(ctx: Context, account_id: int) -> Account:
    account = _managed(ctx, account_id)
    _revive(ctx, account)
    _record(ctx, "account.resumed", account)
    return account


def _revive(ctx: Context, account: Account) -> None:
    """Try again at once: whatever was wrong, a person has just dealt with it."""
    account.error_streak = 0
    account.retry_at = None
    clear_refusals(account)
    if account.status is not AccountStatus.ACTIVE:
        set_status(ctx, account, AccountStatus.ACTIVE, None)
    for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id)):
        stream.due_at = ctx.now()
    ctx.session.flush()


def remove_account(ctx: Context, account_id: int) -> None:
    """Disconnect for good: credentials are wiped, reading stops; what was said stays readable."""
    account = _managed(ctx, account_id)
    account.credentials = ctx.runtime.vault.seal({})
    for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id)):
        stream.is_active = False
    set_status(ctx, account, AccountStatus.REMOVED, None)
    _record(ctx, "account.removed", account)


def _managed(ctx: Context, account_id: int) -> Account:
    ctx.require(Permission.ACCOUNTS_MANAGE, account_id=account_id)
    account = get_account(ctx, account_id)
    if account.status is AccountStatus.REMOVED:
        raise NotFound
    return account


def record_health(ctx: Context, account_id: int, health: AccountHealth) -> Account:
    """What the platform said when it was asked whether the account works."""
    ctx.require(Permission.ACCOUNTS_READ, account_id=account_id)
    account = get_account(ctx, account_id)
    if health.expires_at is not None:
        account.token_expires_at = health.expires_at
    status = _STATUS_OF_HEALTH.get(health.state)
    if status is not None and account.status is not AccountStatus.PAUSED and account.status is not status:
        detail = None if status is AccountStatus.ACTIVE else health.advice or health.detail[:300]
        set_status(ctx, account, status, detail)
    ctx.session.flush()
    return account


def begin_authorisation(ctx: Context, account_id: int, redirect_uri: str) -> str:
    """The platform's consent page for this account; valid for 15 minutes, once."""
    account = _managed(ctx, account_id)
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(account.platform)
    if not isinstance(adapter, OAuthConnector):
        raise Conflict("authorisation_not_offered")
    state = new_token()
    ctx.session.execute(delete(OAuthState).where(OAuthState.expires_at < ctx.now()))
    ctx.session.add(
        OAuthState(
            created_at=ctx.now(),
            token_hash=token_hash(state),
            account_id=account.id,
            operator_id=ctx.actor.operator_id or 0,
            expires_at=ctx.now() + OAUTH_LIFE,
        )
    )
    ctx.session.flush()
    return adapter.authorize_url(parts.ref(account), redirect_uri, state)


def redeem_state(ctx: Context, state: str) -> Account:
    """The account whose consent comes back; a state works once and only for who began it."""
    row = ctx.session.scalar(
        delete(OAuthState)
        .where(
            OAuthState.token_hash == token_hash(state),
            OAuthState.operator_id == ctx.actor.operator_id,
            OAuthState.expires_at > ctx.now(),
        )
        .returning(OAuthState.account_id)
    )
    if row is None:
        raise Conflict("authorisation_expired")
    return _managed(ctx, row)


def finish_authorisation(ctx: Context, account_id: int, connected: ConnectedAccount) -> Account:
    """Store the new token; refuses the consent of another account than the one being re-authorised."""
    account = _managed(ctx, account_id)
    if connected.external_id != account.external_id:
        raise Conflict("authorised_other_account", name=connected.name)
    account.credentials = ctx.runtime.vault.seal(dict(connected.credentials))
    account.token_expires_at = connected.expires_at
    _revive(ctx, account)
    _record(ctx, "account.reauthorised", account)
    return account


def rotate_credentials(ctx: Context) -> int:
    """Re-encrypt every account's credentials with the newest key; how many."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    accounts = ctx.session.scalars(select(Account)).all()
    for account in accounts:
        account.credentials = ctx.runtime.vault.rotate(account.credentials)
    return len(accounts)


def _record(ctx: Context, action: str, account: Account, **detail: Any) -> None:
    audit.record(
        ctx, action, object_type="account", object_id=account.id, account_id=account.id, detail=detail
    )
