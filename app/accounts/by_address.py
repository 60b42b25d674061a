"""Connecting an account of which only the server's address is known: register, ask for consent, find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.connecting import (
    connect_account,
    note_state,
    renew_authorisation,
)
from app.accounts.facts import with_facts
from app.accounts.forms import require_owners
from app.accounts.platforms import platforms
from app.accounts.schemas import ConnectAccount, ConnectByAddress, ConnectionView
from app.adapters import registry
from app.adapters.base import AppRegistrar, OAuthConnector
from app.adapters.types import ConnectedAccount, Credentials
from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.models import Account, AccountStatus


@dataclass(frozen=True)
class Pending:
    """A connection that waits for consent."""

    command: ConnectByAddress
    base_urls: Mapping[str, str]
    credentials: Mapping[str, str]


def check_connection(ctx: Context, command: ConnectByAddress) -> dict[str, str]:
    """Where the server is, by the host's name in the adapter. Raises Invalid naming the wrong field."""
    ctx.require(Permission.ACCOUNTS_MANAGE)
    require_owners(ctx, command.agency_id, command.team_id, command.owner_operator_id)
    adapter = platforms(ctx.runtime).adapter(registry.get(command.platform).platform)
    if not isinstance(adapter, AppRegistrar) or not isinstance(adapter, OAuthConnector):
        raise Conflict("authorisation_not_offered")
    try:
        return {"api": adapter.server_address(command.address)}
    except ValueError:
        raise Invalid(fields={"address": "not_a_web_address"}) from None


def register(
    runtime: Runtime, command: ConnectByAddress, base_urls: Mapping[str, str], redirect_uri: str
) -> Pending:
    """Ask the server for the app's keys: outside any transaction."""
    parts = platforms(runtime)
    adapter = parts.adapter(command.platform)
    assert isinstance(adapter, AppRegistrar)  # noqa: S101  check_connection has seen to it
    keys = adapter.register_app(parts.draft(command.platform, base_urls, {}), redirect_uri)
    return Pending(command, base_urls, dict(keys))


def begin_connection(ctx: Context, pending: Pending, redirect_uri: str) -> ConnectionView:
    """Keep what the account will be made of; the consent page to send the person to."""
    ctx.require(Permission.ACCOUNTS_MANAGE)
    command = pending.command
    sealed = ctx.runtime.vault.seal(
        {
            "command": command.model_dump(mode="json"),
            "base_urls": dict(pending.base_urls),
            "credentials": dict(pending.credentials),
        }
    )
    state = note_state(ctx, account_id=None, connection=sealed)
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(command.platform)
    assert isinstance(adapter, OAuthConnector)  # noqa: S101  check_connection has seen to it
    draft = parts.draft(command.platform, pending.base_urls, pending.credentials)
    return ConnectionView(
        authorize_url=adapter.authorize_url(draft, redirect_uri, state),
        redirect_uri=redirect_uri,
        server=draft.base_urls["api"],
    )


def reopen(ctx: Context, connection: bytes) -> Pending:
    """What was kept when the connection began."""
    kept = ctx.runtime.vault.open(connection)
    return Pending(ConnectByAddress.model_validate(kept["command"]), kept["base_urls"], kept["credentials"])


def exchange(
    runtime: Runtime, pending: Pending, code: str, redirect_uri: str
) -> tuple[ConnectedAccount, Mapping[str, Any]]:
    """Whose consent it is, and what the server says of itself: outside any transaction."""
    parts = platforms(runtime)
    command = pending.command
    adapter = parts.adapter(command.platform)
    assert isinstance(adapter, OAuthConnector)  # noqa: S101  check_connection has seen to it
    draft = parts.draft(command.platform, pending.base_urls, pending.credentials)
    connected = adapter.exchange_code(draft, code, redirect_uri)
    known = parts.draft(command.platform, pending.base_urls, connected.credentials)
    return connected, adapter.check_account(known).facts


def finish_connection(
    ctx: Context, pending: Pending, connected: ConnectedAccount, facts: Mapping[str, Any]
) -> Account:
    """The account whose consent came: a new one, or one of ours that is authorised anew.

    Raises Conflict(`account_exists`) for an account that is connected from elsewhere.
    """
    ctx.require(Permission.ACCOUNTS_MANAGE)
    command = pending.command
    known = ctx.session.scalar(
        select(Account).where(
            Account.platform == command.platform,
            Account.server == registry.get(command.platform).server_of(pending.base_urls),
            Account.external_id == connected.external_id,
            Account.status != AccountStatus.REMOVED,
        )
    )
    if known is not None:
        if known.base_urls != dict(pending.base_urls) or known.agency_id != command.agency_id:
            raise Conflict("account_exists", name=known.name)
        return renew_authorisation(ctx, known.id, connected, facts)
    schema = registry.get(command.platform).schema
    return connect_account(
        ctx,
        ConnectAccount(
            platform=command.platform,
            external_id=connected.external_id,
            name=(connected.name or connected.external_id)[:120],
            kind=command.kind,
            agency_id=command.agency_id,
            team_id=command.team_id,
            owner_operator_id=command.owner_operator_id,
            base_urls=dict(pending.base_urls),
            credentials=dict(Credentials(connected.credentials)),
            settings=with_facts(schema, {}, facts),
        ),
    )
