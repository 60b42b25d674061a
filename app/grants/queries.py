"""Reads of grants and contracts, and who sees an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.grants import Allowed, Granted
from app.core.office import OFFICE_ZONE
from app.core.permissions import AccountReach, Permission, allowed_by
from app.grants.schemas import (
    ContractList,
    ContractView,
    GrantedAccount,
    GrantList,
    GrantQuery,
    GrantView,
    HoursRef,
    Watcher,
    WatcherList,
)
from app.grants.services import WITH_RELATED, owns
from app.identity.queries import WHO_SERVES
from app.identity.reach import serves
from app.identity.role_queries import mandate_of
from app.identity.schemas import AgencyRef, PersonRef, TeamRef
from app.identity.scope import scope
from app.models import (
    Account,
    Agency,
    Contract,
    ContractUsage,
    Grant,
    Operator,
    OperatorRole,
    Role,
    StoredCalendar,
)

MOST_GRANTS = 500
MOST_WATCHERS = 200


def list_contracts(ctx: Context) -> ContractList:
    """Three statements at most."""
    ctx.require(Permission.GRANTS_READ)
    rows = ctx.session.scalars(
        scope(select(Contract), ctx.actor, Contract)
        .options(joinedload(Contract.agency))
        .order_by(Contract.first_day.desc(), Contract.id.desc())
    ).all()
    return ContractList(items=_contract_views(ctx, rows))


def contract_view(ctx: Context, contract: Contract) -> ContractView:
    return _contract_views(ctx, [contract])[0]


def _contract_views(ctx: Context, rows: Iterable[Contract]) -> list[ContractView]:
    rows = list(rows)
    today = ctx.now().astimezone(OFFICE_ZONE).date()
    sent = dict(
        ctx.session.execute(
            select(ContractUsage.contract_id, ContractUsage.count).where(
                ContractUsage.contract_id.in_([row.id for row in rows]), ContractUsage.day == today
            )
        ).all()
    )
    hours = _hours(ctx, [row.calendar_id for row in rows])
    return [
        ContractView(
            id=row.id,
            agency=_agency_ref(row.agency),
            first_day=row.first_day,
            last_day=row.last_day,
            hours=hours.get(row.calendar_id or 0),
            daily_cap=row.daily_cap,
            sent_today=sent.get(row.id, 0),
            note=row.note,
            runs=row.first_day <= today and (row.last_day is None or today <= row.last_day),
            version=row.version,
        )
        for row in rows
    ]


def _hours(ctx: Context, ids: Iterable[int | None]) -> Mapping[int, HoursRef]:
    wanted = sorted({number for number in ids if number is not None})
    if not wanted:
        return {}
    rows = ctx.session.execute(
        select(StoredCalendar.id, StoredCalendar.name).where(StoredCalendar.id.in_(wanted))
    )
    return {row.id: HoursRef(id=row.id, name=row.name) for row in rows}


def list_grants(ctx: Context, query: GrantQuery) -> GrantList:
    """Those that hold or will, and the newest of those that are over. Two statements."""
    ctx.require(Permission.GRANTS_READ)
    statement = (
        scope(select(Grant), ctx.actor, Grant)
        .options(*WITH_RELATED)
        .order_by(Grant.is_over, Grant.account_id, Grant.begins_at.desc(), Grant.id.desc())
        .limit(MOST_GRANTS + 1)
    )
    if query.account_id is not None:
        statement = statement.where(Grant.account_id == query.account_id)
    rows = ctx.session.scalars(statement).all()
    return GrantList(items=_grant_views(ctx, rows[:MOST_GRANTS]), more=len(rows) > MOST_GRANTS)


def grant_view(ctx: Context, grant: Grant) -> GrantView:
    return _grant_views(ctx, [grant])[0]


def _grant_views(ctx: Context, rows: Iterable[Grant]) -> list[GrantView]:
    """Of grants with what `WITH_RELATED` names."""
    rows = list(rows)
    hours = _hours(ctx, [_calendar_id(row) for row in rows])
    return [_grant_view(ctx, row, hours, ctx.now()) for row in rows]


def _calendar_id(grant: Grant) -> int | None:
    of_contract = grant.contract.calendar_id if grant.contract is not None else None
    return grant.calendar_id if grant.calendar_id is not None else of_contract


def _grant_view(ctx: Context, row: Grant, hours: Mapping[int, HoursRef], now: datetime) -> GrantView:
    ended = row.holds_until is not None and row.holds_until <= now
    return GrantView(
        id=row.id,
        account=GrantedAccount(
            id=row.account.id,
            name=row.account.name,
            platform=row.account.platform,
            owner=_agency_ref(row.account.agency),
        ),
        agency=_agency_ref(row.agency),
        team=TeamRef(id=row.team.id, name=row.team.name) if row.team else None,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        holds_from=row.holds_from,
        holds_until=row.holds_until,
        holds=not row.is_over and row.holds_from <= now and not ended,
        is_over=row.is_over or ended,
        allows=sorted(row.allowed),
        takes_new=row.takes_new,
        hours=hours.get(_calendar_id(row) or 0),
        hours_of_contract=row.calendar_id is None and _calendar_id(row) is not None,
        opens_past=row.opens_past,
        opens_notes=row.opens_notes,
        note=row.note,
        granted_by=PersonRef(id=row.granted_by.id, name=row.granted_by.name) if row.granted_by else None,
        can_change=ctx.actor.may(Permission.GRANTS_MANAGE) and owns(ctx, row.account) and not row.is_over,
        version=row.version,
    )


def _agency_ref(agency: Agency) -> AgencyRef:
    return AgencyRef(id=agency.id, name=agency.name, kind=agency.kind)


def list_watchers(ctx: Context, account_id: int) -> WatcherList:
    """Who sees an account now, worked out from the rules that every call goes through.

    For those to whose agency it belongs. Five statements. Raises NotFound.
    """
    ctx.require(Permission.GRANTS_READ)
    account = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account)
        .where(Account.id == account_id)
        .options(joinedload(Account.agency))
    ).one_or_none()
    if account is None or not owns(ctx, account):
        raise NotFound
    now = ctx.now()
    seeing = [
        _watcher(person, account, now)
        for person in _candidates(ctx, account, now)
        if person.agency.is_active and serves(mandate_of(person).account_reach, person, account, now)
    ]
    seeing.sort(key=lambda one: (one.by_grant is not None, one.agency.id, one.person.id))
    return WatcherList(items=seeing[:MOST_WATCHERS], count=len(seeing))


def _candidates(ctx: Context, account: Account, now: datetime) -> Iterable[Operator]:
    """Active people of the agencies concerned, and whoever reaches every account."""
    agencies = {account.agency_id, *(granted.agency_id for granted in account.grants_at(now))}
    everywhere = (
        select(OperatorRole.operator_id)
        .join(Role, Role.id == OperatorRole.role_id)
        .where(Role.account_reach == AccountReach.ALL)
    )
    return ctx.session.scalars(
        select(Operator)
        .where(
            Operator.is_active,
            or_(Operator.agency_id.in_(sorted(agencies)), Operator.id.in_(everywhere)),
        )
        .options(*WHO_SERVES)
    ).all()


def _watcher(person: Operator, account: Account, now: datetime) -> Watcher:
    mandate = mandate_of(person)
    everything = mandate.account_reach is AccountReach.ALL
    granted = None if everything else account.granted_to(person.agency_id, now)
    return Watcher(
        person=PersonRef(id=person.id, name=person.name),
        agency=_agency_ref(person.agency),
        by_grant=granted.id if granted is not None else None,
        sees_all=everything,
        listens=granted is None or Allowed.LISTEN in granted.allows,
        answers=_may(mandate.permissions, granted, Permission.REPLIES_SEND),
        publishes=_may(mandate.permissions, granted, Permission.PUBLICATIONS_SEND),
    )


def _may(rights: Iterable[Permission], granted: Granted | None, right: Permission) -> bool:
    return right in rights and (granted is None or allowed_by(granted, right))
