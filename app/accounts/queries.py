"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.condition import (
    Condition,
    behind_since,
    conditions_of,
    reading_pause,
    stream_views,
    unread_streams,
)
from app.accounts.fields import ACCOUNTS
from app.accounts.platforms import platforms
from app.accounts.refusals import refused_features
from app.accounts.schemas import (
    AccountList,
    AccountQuery,
    AccountRefView,
    AccountView,
    ReadingPauseView,
    RefusedCapabilityView,
)
from app.accounts.status_details import advice_in
from app.conditions.matches import Says
from app.core.context import Context
from app.core.edition import edition_of
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.identity.schemas import AgencyRef
from app.identity.scope import scope
from app.models import Account, AccountStatus, Agency
from app.saved_views.queries import narrowing


def get_account(ctx: Context, account_id: int) -> Account:
    """The account, if the actor reaches it."""
    account = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account)
        .where(Account.id == account_id)
        .options(joinedload(Account.agency))
    ).one_or_none()
    if account is None:
        raise NotFound
    return account


def account_refs(ctx: Context, ids: set[int]) -> dict[int, AccountRefView]:
    """How other things name these accounts, by id; one statement. What leads to an id guards it."""
    rows = ctx.session.execute(select(Account.id, Account.name, Account.platform).where(Account.id.in_(ids)))
    return {row.id: AccountRefView.model_validate(row) for row in rows}


def agencies_of(ctx: Context, account_ids: Iterable[int]) -> dict[int, int]:
    """The agency of each account. One statement."""
    rows = ctx.session.execute(
        select(Account.id, Account.agency_id).where(Account.id.in_(sorted(set(account_ids))))
    )
    return {row.id: row.agency_id for row in rows}


def filtered_accounts(ctx: Context, query: AccountQuery) -> Select[Account]:
    """Those within reach that are not removed; in no order. Raises Invalid for a wrong condition."""
    meant = [each.sql() for each in narrowing(ctx, ACCOUNTS, query.condition, query.saved_view_id)]
    if words := query.q.strip():
        says = Says(words).sql
        named = select(Agency.id).where(says(Agency.name))
        meant.append(or_(says(Account.name), says(Account.external_id), Account.agency_id.in_(named)))
    return scope(select(Account), ctx.actor, Account).where(Account.status != AccountStatus.REMOVED, *meant)


def present_accounts(ctx: Context, query: AccountQuery | None = None) -> Sequence[Account]:
    """With their agencies, as a page lists them. One statement where nothing narrows them."""
    return ctx.session.scalars(
        filtered_accounts(ctx, query or AccountQuery())
        .options(joinedload(Account.agency))
        .order_by(Account.platform, Account.id)
    ).all()


def list_accounts(ctx: Context, query: AccountQuery) -> AccountList:
    accounts = present_accounts(ctx, query)
    conditions = conditions_of(ctx, accounts)
    views = [
        account_view(ctx, row, manages=_manages(ctx, row), condition=conditions[row.id]) for row in accounts
    ]
    return AccountList(items=views)


def own_view(ctx: Context, account: Account) -> AccountView:
    """The account as the actor may see it."""
    return account_view(ctx, account, manages=_manages(ctx, account))


def _manages(ctx: Context, account: Account) -> bool:
    return ctx.actor.may_with(Permission.ACCOUNTS_MANAGE, account.id)


def account_view(
    ctx: Context, account: Account, *, manages: bool = False, condition: Condition | None = None
) -> AccountView:
    """The view of an account whose agency is loaded; `manages` adds what only its managers need.

    Events carry it without: they reach everybody who may see the account.
    """
    capabilities = platforms(ctx.runtime).capabilities(account)
    condition = condition or conditions_of(ctx, [account])[account.id]
    pause = reading_pause(ctx, account, condition)
    return AccountView(
        id=account.id,
        name=account.name,
        platform=account.platform,
        external_id=account.external_id,
        agency=AgencyRef(id=account.agency.id, name=account.agency.name, kind=account.agency.kind),
        kind=account.kind,
        team_id=account.team_id,
        owner_operator_id=account.owner_operator_id,
        callback_path=f"/callbacks/{account.platform}/{account.callback_key}" if manages else None,
        settings=account.settings if manages else None,
        status=account.status,
        status_advice=advice_in(account.status_detail),
        status_detail=account.status_detail,
        status_since=account.status_since,
        token_expires_at=account.token_expires_at,
        last_poll_at=account.last_poll_at,
        last_push_at=account.last_push_at,
        lag_seconds=_lag(ctx, account, condition, pause),
        unreachable_since=account.unreachable_since,
        push_fault=account.push_fault,
        streams=stream_views(condition),
        reading_pause=pause,
        unread_streams=unread_streams(account, condition),
        waiting=condition.waiting(),
        error_streak=account.error_streak,
        retry_at=account.retry_at,
        quota=condition.quota,
        capabilities=sorted(capabilities.features),
        refused_capabilities=_refused(account),
        edition=account_edition(account),
        version=account.version,
    )


def account_edition(account: Account) -> str:
    """Of what the form about an account shows and saves; its version also counts what happens to it."""
    owners = account.team_id, account.owner_operator_id
    return edition_of(account.name, account.kind.value, *owners, account.settings)


def _lag(ctx: Context, account: Account, condition: Condition, pause: ReadingPauseView | None) -> int | None:
    behind = behind_since(account, condition) or (pause.since if pause else None)
    return None if behind is None else int((ctx.now() - behind).total_seconds())


def _refused(account: Account) -> list[RefusedCapabilityView]:
    return [
        RefusedCapabilityView(capability=feature.value, refused_at=at)
        for feature, at in refused_features(account).items()
    ]
