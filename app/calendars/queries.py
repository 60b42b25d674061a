"""Reads of working calendars, and trying one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from app.calendars.clocks import calendar_ids
from app.calendars.holidays import public_days
from app.calendars.hours import content_of, counted_on
from app.calendars.schemas import (
    CalendarList,
    CalendarTrial,
    CalendarView,
    ClosedView,
    OpeningView,
    TrialStep,
    TryCalendar,
)
from app.core.context import Context
from app.core.errors import Invalid, NotFound
from app.core.permissions import Permission
from app.identity.schemas import AgencyRef
from app.identity.scope import scope
from app.models import Account, Agency, CalendarAccount, DeadlineRecount, StoredCalendar
from app.worktime import OutOfReach, WorkCalendar, explain, reasons_between

MOST_STEPS = 24
_MINUTE = timedelta(minutes=1)


def list_calendars(ctx: Context) -> CalendarList:
    """Everybody's first, then by agency and name; what accounts count on what. Five statements at most."""
    ctx.require(Permission.CALENDARS_READ)
    order = (StoredCalendar.agency_id.is_not(None), StoredCalendar.agency_id, StoredCalendar.name)
    shown = scope(select(StoredCalendar), ctx.actor, StoredCalendar).order_by(*order, StoredCalendar.id)
    rows = ctx.session.scalars(shown).all()
    items, without = _views(ctx, rows)
    return CalendarList(items=items, around_the_clock=without)


def calendar_view(ctx: Context, row: StoredCalendar) -> CalendarView:
    return _views(ctx, [row])[0][0]


def get_calendar(ctx: Context, calendar_id: int, *, locked: bool = False) -> StoredCalendar:
    """Raises NotFound for one that the actor does not see."""
    statement = scope(select(StoredCalendar), ctx.actor, StoredCalendar).where(
        StoredCalendar.id == calendar_id
    )
    row = ctx.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def _views(ctx: Context, rows: Sequence[StoredCalendar]) -> tuple[list[CalendarView], int]:
    """And how many accounts have no calendar."""
    counting = ctx.session.execute(
        scope(
            select(Account.id, calendar_ids(), DeadlineRecount.id).outerjoin(
                DeadlineRecount, DeadlineRecount.account_id == Account.id
            ),
            ctx.actor,
            Account,
        )
    ).all()
    used = Counter(row[1] for row in counting)
    outdated = {row[1] for row in counting if row[2] is not None}
    given = ctx.session.execute(
        scope(
            select(CalendarAccount.calendar_id, CalendarAccount.account_id), ctx.actor, CalendarAccount
        ).order_by(CalendarAccount.account_id)
    ).all()
    agencies = _agencies(ctx, {row.agency_id for row in rows if row.agency_id is not None})
    views = [
        CalendarView(
            **content_of(row).model_dump(),
            id=row.id,
            name=row.name,
            agency=agencies.get(row.agency_id) if row.agency_id is not None else None,
            is_default=row.is_default,
            account_ids=[account for calendar, account in given if calendar == row.id],
            used_by=used[row.id],
            is_recounting=row.id in outdated,
            version=row.version,
        )
        for row in rows
    ]
    return views, used[None]


def _agencies(ctx: Context, ids: Iterable[int]) -> dict[int, AgencyRef]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    found = ctx.session.scalars(select(Agency).where(Agency.id.in_(wanted)))
    return {row.id: AgencyRef(id=row.id, name=row.name, kind=row.kind) for row in found}


def opening_view(calendar: WorkCalendar, at: datetime) -> OpeningView:
    found = explain(calendar, at)
    return OpeningView(
        is_open=found.is_open,
        closed=found.closed,
        name=found.name,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        is_known=found.is_known,
    )


def closed_views(calendar: WorkCalendar, start: datetime, end: datetime) -> list[ClosedView]:
    """Why there is closed time between two moments, each reason once."""
    reasons = reasons_between(calendar, start, end)
    return [ClosedView(closed=closed, name=name) for closed, name in reasons]


def try_calendar(ctx: Context, command: TryCalendar) -> CalendarTrial:
    """Count on hours that nobody has stored: what they make of a start and a length of working time.

    Raises Invalid for hours that are wrong, and for a length that leads too far.
    """
    ctx.require(Permission.CALENDARS_READ)
    calendar = counted_on(command.hours, public_days(ctx.session))
    try:
        end = calendar.add(command.start, command.minutes * _MINUTE)
    except OutOfReach:
        raise Invalid(fields={"minutes": "beyond_calendar"}) from None
    steps = list(islice(_steps(calendar, command.start, end), MOST_STEPS))
    worked = sum(1 for _ in calendar.stretches(command.start, end))
    years = range(calendar.local(command.start).year, calendar.local(end).year + 1)
    known = calendar.public is None or all(year in calendar.public.years for year in years)
    return CalendarTrial(
        end=end,
        steps=steps,
        more_worked=worked - sum(1 for step in steps if not step.reasons),
        at_start=opening_view(calendar, command.start),
        is_known=known,
    )


def _steps(calendar: WorkCalendar, start: datetime, end: datetime) -> Iterator[TrialStep]:
    at = start
    for opens, closes in calendar.stretches(start, end):
        if opens > at:
            yield _step(at, opens, closed_views(calendar, at, opens))
        yield _step(opens, closes, [])
        at = closes


def _step(start: datetime, end: datetime, reasons: list[ClosedView]) -> TrialStep:
    return TrialStep(start=start, end=end, minutes=(end - start) // _MINUTE, reasons=reasons)
