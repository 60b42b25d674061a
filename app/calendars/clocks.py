"""Which calendar a request counts on: its queue's, else its account's own, its agency's, or the common one.

The one place that decides it, for one account or for many. Calendars are built once a process and kept as
long as their row has not changed; who counts on which is asked anew in each unit of work, in one statement.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.calendars.holidays import public_days
from app.calendars.hours import content_of, counted_on
from app.core.context import Context
from app.core.db import among
from app.core.runtime import Runtime
from app.identity.scope import scope
from app.models import Account, CalendarAccount, RoutingQueue, ServicePolicyState, StoredCalendar
from app.worktime import ALWAYS, OutOfReach, WorkCalendar

_HELD = "calendars_of_accounts"
_STATES = "policy_states_of_accounts"
_QUEUES = "calendars_of_queues"
_Stamp = tuple[int, datetime]
PolicyState = tuple[int, int, datetime]
"""An agency, and as what its service policies stand: its row's version and age."""


class Built:
    """The calendars of this process, by their rows' ids, each with the state of the row it was made of."""

    def __init__(self, _runtime: Runtime) -> None:
        self._known: dict[int, tuple[_Stamp, WorkCalendar]] = {}
        self._lock = threading.Lock()

    def get(self, row_id: int, stamp: _Stamp) -> WorkCalendar | None:
        known = self._known.get(row_id)
        return known[1] if known is not None and known[0] == stamp else None

    def keep(self, row: StoredCalendar, calendar: WorkCalendar) -> None:
        with self._lock:
            self._known[row.id] = ((row.version, row.created_at), calendar)


def calendar_ids() -> ColumnElement[int | None]:
    """In a statement that reads accounts: the id of the calendar that each counts on, null for none."""
    own = (
        select(CalendarAccount.calendar_id)
        .where(CalendarAccount.account_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )
    agencys, common = aliased(StoredCalendar), aliased(StoredCalendar)
    of_agency = (
        select(agencys.id)
        .where(agencys.agency_id == Account.agency_id, agencys.is_default)
        .correlate(Account)
        .scalar_subquery()
    )
    of_all = select(common.id).where(common.agency_id.is_(None), common.is_default).scalar_subquery()
    found: ColumnElement[int | None] = func.coalesce(own, of_agency, of_all)
    return found


def calendars_of(ctx: Context, account_ids: Collection[int]) -> Mapping[int, WorkCalendar]:
    """By account, for all of them and those asked for before in this unit of work.

    One statement for those not asked for yet, and two more where a calendar was changed or is new here.
    """
    held: dict[int, WorkCalendar] = ctx.session.info.setdefault(_HELD, {})
    missing = sorted(set(account_ids) - held.keys())
    if missing:
        held.update(_found(ctx, missing))
    return held


def policy_states_of(ctx: Context, account_ids: Collection[int]) -> Mapping[int, PolicyState]:
    """By account, as what the service policies of its agency stand; without those that have none.

    Read with the calendars, by the same statement.
    """
    calendars_of(ctx, account_ids)
    held: dict[int, PolicyState] = ctx.session.info.get(_STATES, {})
    return held


def calendar_of(ctx: Context, account_id: int) -> WorkCalendar:
    return calendars_of(ctx, [account_id])[account_id]


def calendars_of_queues(ctx: Context) -> Mapping[int, WorkCalendar]:
    """By queue, the calendar of each that has one of its own: it goes before that of the account.

    One statement, and two more where a calendar was changed or is new here; none where calendars of accounts
    have been asked for in this unit of work and no queue has one.
    """
    held: dict[int, WorkCalendar] | None = ctx.session.info.get(_QUEUES)
    if held is None:
        stored = StoredCalendar
        rows = ctx.session.execute(
            select(RoutingQueue.id, stored.id, stored.version, stored.created_at).join(
                stored, stored.id == RoutingQueue.calendar_id
            )
        ).all()
        by_id = _known(ctx, {row[1]: (row[2], row[3]) for row in rows})
        held = ctx.session.info[_QUEUES] = {row[0]: by_id[row[1]] for row in rows}
    return held


def calendar_for(ctx: Context, account_id: int, queue_id: int | None) -> WorkCalendar:
    """On which the time of a request counts: its queue's, else its account's."""
    own = calendar_of(ctx, account_id)
    return own if queue_id is None else calendars_of_queues(ctx).get(queue_id, own)


def moments_after(ctx: Context, length: timedelta, at: datetime | None = None) -> dict[int, datetime]:
    """By account within reach: the moment that lies so much working time after `at` (now), or, for a length
    below none, before it. An account on whose calendar no time is worked is left out.

    One statement, and those of `calendars_of`.
    """
    reached = list(ctx.session.scalars(scope(select(Account.id), ctx.actor, Account)))
    calendars = calendars_of(ctx, reached)
    moments: dict[int, datetime | None] = {}
    for calendar in {id(calendars[number]): calendars[number] for number in reached}.values():
        moments[id(calendar)] = _beside(calendar, at or ctx.now(), length)
    found = {number: moments[id(calendars[number])] for number in reached}
    return {number: at for number, at in found.items() if at is not None}


def _beside(calendar: WorkCalendar, at: datetime, length: timedelta) -> datetime | None:
    try:
        return calendar.back(at, -length) if length < timedelta() else calendar.add(at, length)
    except OutOfReach:
        return None


def calendar_by_id(ctx: Context, calendar_id: int) -> WorkCalendar:
    """A calendar by its row's id; of one that is gone, any hour.

    One statement, and two more where it was changed or is new here.
    """
    stored = StoredCalendar
    row = ctx.session.execute(
        select(stored.version, stored.created_at).where(stored.id == calendar_id)
    ).one_or_none()
    if row is None:
        return ALWAYS
    built = ctx.runtime.part("calendars", Built)
    known = built.get(calendar_id, (row.version, row.created_at))
    return known or _build(ctx, built, [calendar_id])[calendar_id]


def calendars_of_agencies(ctx: Context, agency_ids: Collection[int]) -> dict[int, WorkCalendar]:
    """By agency, on what its people's own time is counted: its default, else the common one, else around the
    clock. One statement, and two more where a calendar was changed or is new here; none for no agency."""
    if not agency_ids:
        return {}
    rows = ctx.session.execute(
        select(
            StoredCalendar.agency_id, StoredCalendar.id, StoredCalendar.version, StoredCalendar.created_at
        ).where(
            StoredCalendar.is_default,
            or_(StoredCalendar.agency_id.is_(None), StoredCalendar.agency_id.in_(sorted(agency_ids))),
        )
    ).all()
    by_id = _known(ctx, {row[1]: (row[2], row[3]) for row in rows})
    by_agency = {row[0]: by_id[row[1]] for row in rows}
    common = by_agency.get(None, ALWAYS)
    return {number: by_agency.get(number, common) for number in agency_ids}


def forget(session: Session) -> None:
    """What was asked for is asked for anew: a calendar or a policy has been changed in this unit of work."""
    session.info.pop(_HELD, None)
    session.info.pop(_STATES, None)
    session.info.pop(_QUEUES, None)


def _found(ctx: Context, account_ids: list[int]) -> dict[int, WorkCalendar]:
    counted = calendar_ids()
    state = ServicePolicyState
    rows = ctx.session.execute(
        select(
            Account.id,
            StoredCalendar.id,
            StoredCalendar.version,
            StoredCalendar.created_at,
            state.agency_id,
            state.version,
            state.created_at,
            select(RoutingQueue.id).where(RoutingQueue.calendar_id.is_not(None)).exists(),
        )
        .select_from(Account)
        .outerjoin(StoredCalendar, StoredCalendar.id == counted)
        .outerjoin(state, state.agency_id == Account.agency_id)
        .where(among(ctx.session, Account.id, account_ids))
    ).all()
    if rows and not rows[0][7]:
        ctx.session.info.setdefault(_QUEUES, {})
    states: dict[int, PolicyState] = ctx.session.info.setdefault(_STATES, {})
    states.update({row[0]: (row[4], row[5], row[6]) for row in rows if row[4] is not None})
    by_id = _known(ctx, {row[1]: (row[2], row[3]) for row in rows if row[1] is not None})
    found = dict.fromkeys(account_ids, ALWAYS)
    found.update({row[0]: by_id[row[1]] for row in rows if row[1] is not None})
    return found


def _known(ctx: Context, stamps: Mapping[int, Any]) -> dict[int, WorkCalendar]:
    """By the ids of their rows; those that are new here, or have changed, are built."""
    built = ctx.runtime.part("calendars", Built)
    known = {number: built.get(number, stamp) for number, stamp in stamps.items()}
    fresh = _build(ctx, built, [number for number, calendar in known.items() if calendar is None])
    return {number: calendar or fresh[number] for number, calendar in known.items()}


def _build(ctx: Context, built: Built, ids: list[int]) -> dict[int, WorkCalendar]:
    if not ids:
        return {}
    # Rows before holidays: should somebody import some in between, the row is still the old one, and so is
    # the stamp that the calendar is kept under.
    rows = ctx.session.scalars(select(StoredCalendar).where(StoredCalendar.id.in_(ids))).all()
    public = public_days(ctx.session)
    found = {}
    for row in rows:
        found[row.id] = counted_on(content_of(row), public, row.name)
        built.keep(row, found[row.id])
    return found
