"""Connecting, pausing, re-authorising and removing accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.accounts.condition import listened_streams
from app.accounts.deliveries import read_sealed_again
from app.accounts.events import (
    ACCOUNT_CONNECTED,
    ACCOUNT_CREDENTIALS_CHANGED,
    ACCOUNT_EDITED,
    ACCOUNT_PAUSED,
    ACCOUNT_PUSHES_READ_AGAIN,
    ACCOUNT_REAUTHORISED,
    ACCOUNT_REMOVED,
    ACCOUNT_RESUMED,
    about_account,
)
from app.accounts.facts import note_facts
from app.accounts.forms import checked_form, require_fit, require_owners
from app.accounts.outcomes import set_status
from app.accounts.platforms import platforms
from app.accounts.queries import account_edition, get_account
from app.accounts.refusals import clear_refusals
from app.accounts.schemas import ConnectAccount, EditAccount, SetCredentials
from app.adapters import registry
from app.adapters.base import OAuthConnector
from app.adapters.health import ADDRESS_ADVICE
from app.adapters.schema import AdapterSchema
from app.adapters.types import AccountHealth, ConnectedAccount, HealthState
from app.core.context import Context
from app.core.crypto import new_token, token_hash
from app.core.edition import require_edition
from app.core.errors import Conflict, NotFound
from app.core.permissions import Permission
from app.grants.services import end_grants_of
from app.identity import audit
from app.models import Account, AccountStatus, OAuthState, Stream

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
    credentials = checked_form(ctx, "credentials", adapter.schema.credentials, command.credentials)
    former = _former_rows(ctx, command)
    # What was said belongs to the agency that served it then: another one begins with a row of its own.
    account = next((row for row in former if row.agency_id == command.agency_id), None) or Account(
        created_at=ctx.now(), callback_key=new_token(), status=AccountStatus.PAUSED, settings={}
    )
    settings = _settings(ctx, adapter.schema, account.settings, command.settings)
    require_fit(command.platform, credentials, settings)
    require_owners(ctx, command.agency_id, command.team_id, command.owner_operator_id)
    account.platform = command.platform
    account.server = adapter.server_of(command.base_urls)
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
    account.retry_at = account.unreachable_since = account.push_fault = account.token_expires_at = None
    account.refused_features = {}
    ctx.session.add(account)
    ctx.session.flush()
    # Removed by a version before: whoever worked with it then is not let in again without a word.
    end_grants_of(ctx, account)
    _ensure_streams(ctx, account)
    read_sealed_again(ctx, account.id)  # what came while its keys were wrong, or waited when they were wiped
    others = sorted({row.agency_id for row in former} - {account.agency_id})
    audit.record(ctx, ACCOUNT_CONNECTED, about_account(account), detail={"served_before_by": others})
    return account


def _settings(
    ctx: Context, schema: AdapterSchema, former: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, over what the row had before it was removed: the platform's limits are those of then."""
    known = {name: value for name, value in former.items() if name in schema.settings.model_fields}
    return checked_form(ctx, "settings", schema.settings, {**known, **given})


def _former_rows(ctx: Context, command: ConnectAccount) -> list[Account]:
    """Rows of the same account that were removed, newest first. Raises Conflict when one is in use."""
    statement = select(Account).where(
        Account.platform == command.platform,
        Account.server == registry.get(command.platform).server_of(command.base_urls),
        Account.external_id == command.external_id,
    )
    rows = list(ctx.session.scalars(statement.order_by(Account.id.desc())))
    in_use = next((row for row in rows if row.status is not AccountStatus.REMOVED), None)
    if in_use is not None:
        raise Conflict("account_exists", name=in_use.name)
    return rows


def _ensure_streams(ctx: Context, account: Account) -> None:
    """One row per stream the platform offers; own posts are read by publishing, not listening."""
    adapter = registry.get(account.platform)
    known = {
        stream.name: stream
        for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id))
    }
    for stream in known.values():
        # Connected again: read on from where it stood when it was removed.
        stream.is_active = True
        stream.due_at = ctx.now()
    for name in listened_streams(account.platform):
        if name in known:
            continue
        ctx.session.add(
            Stream(
                created_at=ctx.now(),
                account_id=account.id,
                name=name,
                is_active=True,
                every_seconds=adapter.platform_capabilities().min_poll_seconds,
                cursor={},
                due_at=ctx.now(),
            )
        )
    ctx.session.flush()


def edit_account(ctx: Context, account_id: int, command: EditAccount) -> Account:
    """Raises Conflict(`stale_version`) where a colleague was first, Invalid naming what is wrong."""
    account = _managed(ctx, account_id)
    require_edition(account_edition(account), command.edition)
    require_owners(ctx, account.agency_id, command.team_id, command.owner_operator_id)
    adapter = registry.get(account.platform)
    account.name = command.name
    account.kind = command.kind
    account.team_id = command.team_id
    account.owner_operator_id = command.owner_operator_id
    if command.settings is not None:
        account.settings = checked_form(ctx, "settings", adapter.schema.settings, command.settings)
        require_fit(account.platform, ctx.runtime.vault.open(account.credentials), account.settings)
    ctx.session.flush()
    audit.record(ctx, ACCOUNT_EDITED, about_account(account))
    return account


def set_credentials(ctx: Context, account_id: int, command: SetCredentials) -> Account:
    """Replace some credentials; those not named stay as they are."""
    account = _managed(ctx, account_id)
    adapter = registry.get(account.platform)
    merged = {**ctx.runtime.vault.open(account.credentials), **command.credentials}
    credentials = checked_form(ctx, "credentials", adapter.schema.credentials, merged)
    require_fit(account.platform, credentials, account.settings)
    account.credentials = ctx.runtime.vault.seal(credentials)
    _revive(ctx, account)
    read_sealed_again(ctx, account.id)
    audit.record(
        ctx,
        ACCOUNT_CREDENTIALS_CHANGED,
        about_account(account),
        detail={"names": sorted(command.credentials)},
    )
    return account


def read_pushes_again(ctx: Context, account_id: int) -> int:
    """Read again what could not be opened when it came; how many pushes."""
    account = _managed(ctx, account_id)
    number = read_sealed_again(ctx, account.id)
    audit.record(ctx, ACCOUNT_PUSHES_READ_AGAIN, about_account(account), detail={"pushes": number})
    return number


def pause_account(ctx: Context, account_id: int) -> Account:
    account = _managed(ctx, account_id)
    set_status(ctx, account, AccountStatus.PAUSED, None)
    audit.record(ctx, ACCOUNT_PAUSED, about_account(account))
    return account


def resume_account(ctx: Context, account_id: int) -> Account:
    account = _managed(ctx, account_id)
    _revive(ctx, account)
    audit.record(ctx, ACCOUNT_RESUMED, about_account(account))
    return account


def _revive(ctx: Context, account: Account) -> None:
    """Try again at once: whatever was wrong, a person has just dealt with it."""
    account.error_streak = 0
    account.retry_at = account.unreachable_since = account.push_fault = None
    clear_refusals(account)
    if account.status is not AccountStatus.ACTIVE:
        set_status(ctx, account, AccountStatus.ACTIVE, None)
    for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id)):
        stream.due_at = ctx.now()
    ctx.session.flush()


def remove_account(ctx: Context, account_id: int) -> None:
    """Disconnect for good: credentials are wiped, reading stops, what was granted of it ends; what was said
    stays readable for its owner."""
    account = _managed(ctx, account_id)
    account.credentials = ctx.runtime.vault.seal({})
    for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id)):
        stream.is_active = False
    set_status(ctx, account, AccountStatus.REMOVED, None)
    end_grants_of(ctx, account)
    audit.record(ctx, ACCOUNT_REMOVED, about_account(account))


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
    note_facts(ctx, account, health.facts)
    if health.expires_at is not None:
        account.token_expires_at = health.expires_at
    # A refused network address is our own fault and tried again by itself: the account keeps working.
    status = None if health.advice == ADDRESS_ADVICE else _STATUS_OF_HEALTH.get(health.state)
    if health.state is HealthState.UNREACHABLE:
        account.unreachable_since = account.unreachable_since or ctx.now()
    elif health.state is HealthState.OK:
        account.unreachable_since = None
    if status is AccountStatus.ACTIVE and account.push_fault is not None:
        status = None  # calls work; that its pushes cannot be read the platform does not know
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
    state = note_state(ctx, account_id=account.id)
    return adapter.authorize_url(parts.ref(account), redirect_uri, state)


def note_state(ctx: Context, *, account_id: int | None, connection: bytes | None = None) -> str:
    """Remember that a consent was asked for; the state that the platform must bring back."""
    state = new_token()
    ctx.session.execute(delete(OAuthState).where(OAuthState.expires_at < ctx.now()))
    ctx.session.add(
        OAuthState(
            created_at=ctx.now(),
            token_hash=token_hash(state),
            account_id=account_id,
            connection=connection,
            operator_id=ctx.actor.operator_id or 0,
            expires_at=ctx.now() + OAUTH_LIFE,
        )
    )
    ctx.session.flush()
    return state


def redeem_state(ctx: Context, state: str) -> Account | bytes:
    """The account whose consent comes back, or what a new one is to be made of.

    A state works once and only for who began it.
    """
    row = ctx.session.execute(
        delete(OAuthState)
        .where(
            OAuthState.token_hash == token_hash(state),
            OAuthState.operator_id == ctx.actor.operator_id,
            OAuthState.expires_at > ctx.now(),
        )
        .returning(OAuthState.account_id, OAuthState.connection)
    ).one_or_none()
    if row is None:
        raise Conflict("authorisation_expired")
    return _managed(ctx, row.account_id) if row.account_id is not None else bytes(row.connection or b"")


def finish_authorisation(ctx: Context, account_id: int, connected: ConnectedAccount) -> Account:
    """Store the new token; refuses the consent of another account than the one being re-authorised."""
    account = _managed(ctx, account_id)
    if connected.external_id != account.external_id:
        raise Conflict("authorised_other_account", name=connected.name)
    account.credentials = ctx.runtime.vault.seal(dict(connected.credentials))
    account.token_expires_at = connected.expires_at
    _revive(ctx, account)
    audit.record(ctx, ACCOUNT_REAUTHORISED, about_account(account))
    return account


def renew_authorisation(
    ctx: Context, account_id: int, connected: ConnectedAccount, facts: Mapping[str, Any]
) -> Account:
    """A known account was connected again: its new token, and what its server says of itself now."""
    account = finish_authorisation(ctx, account_id, connected)
    note_facts(ctx, account, facts)
    return account


def rotate_credentials(ctx: Context) -> int:
    """Re-encrypt every account's credentials with the newest key; how many."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    accounts = ctx.session.scalars(select(Account)).all()
    for account in accounts:
        account.credentials = ctx.runtime.vault.rotate(account.credentials)
    return len(accounts)
