"""What people do with calendars and holidays: the only code that writes them.

Whatever changes what an account's time is counted by makes its requests outdated (`want_recount`), in the
same transaction; routing hears of it by the event and counts them anew.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, select

from app.calendars.clocks import calendar_ids, forget
from app.calendars.events import (
    CALENDAR,
    CALENDAR_ADDED,
    CALENDAR_EDITED,
    CALENDAR_REMOVED,
    HOLIDAY_YEAR,
    HOLIDAYS_IMPORTED,
    HOLIDAYS_REMOVED,
)
from app.calendars.holidays import public_days, stored_days
from app.calendars.hours import columns_of, counted_on
from app.calendars.queries import get_calendar
from app.calendars.recounts import waiting_in_queues, want_recount
from app.calendars.schemas import (
    YEARS,
    CalendarChanged,
    CalendarContent,
    CreateCalendar,
    EditCalendar,
    HolidayReading,
    HolidayYearChanged,
    ImportHolidays,
    PublicDayView,
    ReadHolidays,
)
from app.core.context import Context
from app.core.db import among
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import EventName
from app.core.field_errors import field_texts
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers, scope
from app.models import (
    Account,
    Agency,
    CalendarAccount,
    Contract,
    Grant,
    HolidayYear,
    RoutingQueue,
    StoredCalendar,
)
from app.worktime.reading import Reading, read_notice

MOST_CALENDARS = 200
_COUNTED = ("zone", "hours", "company_days", "follows_holidays")
"""What time is counted by."""


def create_calendar(ctx: Context, command: CreateCalendar) -> StoredCalendar:
    ctx.require(Permission.CALENDARS_MANAGE)
    counted_on(command, public_days(ctx.session))
    if (ctx.session.scalar(select(func.count()).select_from(StoredCalendar)) or 0) >= MOST_CALENDARS:
        raise Conflict("too_many_calendars", most=MOST_CALENDARS)
    if command.agency_id is not None:
        agency = scope(select(Agency.id), ctx.actor, Agency).where(Agency.id == command.agency_id)
        if ctx.session.scalar(agency) is None:
            raise Invalid(fields={"agency_id": "no_such_agency"})
    before = _who_counts_on_what(ctx)
    row = StoredCalendar(
        created_at=ctx.now(),
        agency_id=command.agency_id,
        name=command.name,
        is_default=False,
        **columns_of(command),
    )
    ctx.session.add(row)
    ctx.session.flush()
    _apply(ctx, row, command)
    _changed(ctx, row, CALENDAR_ADDED, before)
    return row


def edit_calendar(ctx: Context, calendar_id: int, command: EditCalendar) -> StoredCalendar:
    """Raises Conflict(`stale_version`), Invalid naming each field that is wrong."""
    ctx.require(Permission.CALENDARS_MANAGE)
    row = get_calendar(ctx, calendar_id, locked=True)
    if row.version != command.version:
        raise Conflict("stale_version", version=row.version)
    counted_on(command, public_days(ctx.session))
    before = _who_counts_on_what(ctx)
    stood = {name: getattr(row, name) for name in _COUNTED}
    row.name = command.name
    for name, value in columns_of(command).items():
        setattr(row, name, value)
    _apply(ctx, row, command)
    other_hours = any(getattr(row, name) != value for name, value in stood.items())
    _changed(ctx, row, CALENDAR_EDITED, before, other_hours=other_hours)
    return row


def remove_calendar(ctx: Context, calendar_id: int) -> None:
    """Raises Conflict(`calendar_in_use`) while accounts, queues or somebody's hours of acting count on it."""
    ctx.require(Permission.CALENDARS_MANAGE)
    row = get_calendar(ctx, calendar_id, locked=True)
    used_by = sum(calendar == row.id for calendar in _who_counts_on_what(ctx).values()) + _used_by(ctx, row)
    if used_by or row.is_default:
        raise Conflict("calendar_in_use", count=used_by, is_default=row.is_default)
    _tell(ctx, row, CALENDAR_REMOVED)
    ctx.session.delete(row)
    ctx.session.flush()


def _used_by(ctx: Context, row: StoredCalendar) -> int:
    """How many contracts, grants and queues have its hours, old ones among them: they are the record."""
    by_contract, by_grant, by_queue = (
        select(func.count()).where(table.calendar_id == row.id).scalar_subquery()
        for table in (Contract, Grant, RoutingQueue)
    )
    return ctx.session.scalar(select(by_contract + by_grant + by_queue)) or 0


def _apply(ctx: Context, row: StoredCalendar, command: CalendarContent) -> None:
    """Whose it is by default, and which accounts have been given it."""
    if command.is_default and not row.is_default:
        others = select(StoredCalendar).where(
            StoredCalendar.is_default,
            StoredCalendar.agency_id.is_(None)
            if row.agency_id is None
            else StoredCalendar.agency_id == row.agency_id,
        )
        for other in ctx.session.scalars(others.with_for_update()):
            other.is_default = False
        ctx.session.flush()  # two defaults are refused even for a moment
    row.is_default = command.is_default
    _give(ctx, row, set(command.account_ids))
    ctx.session.flush()


def _give(ctx: Context, row: StoredCalendar, wanted: set[int]) -> None:
    uses = ctx.session.scalars(
        select(CalendarAccount).where(
            (CalendarAccount.calendar_id == row.id) | among(ctx.session, CalendarAccount.account_id, wanted)
        )
    ).all()
    had = {use.account_id for use in uses if use.calendar_id == row.id}
    _check_accounts(ctx, row, wanted - had)
    left = {use.calendar_id for use in uses if use.account_id in wanted and use.calendar_id != row.id}
    for other in ctx.session.scalars(select(StoredCalendar).where(StoredCalendar.id.in_(sorted(left)))):
        other.version += 1  # whoever edits it would take the accounts back without knowing
    gone = {use.account_id for use in uses if use.account_id not in wanted or use.calendar_id != row.id}
    ctx.session.execute(delete(CalendarAccount).where(among(ctx.session, CalendarAccount.account_id, gone)))
    ctx.session.add_all(
        CalendarAccount(created_at=ctx.now(), calendar_id=row.id, account_id=number)
        for number in sorted(wanted - had)
    )


def _check_accounts(ctx: Context, row: StoredCalendar, ids: Collection[int]) -> None:
    """An agency's calendar is for its own accounts. Raises Invalid."""
    if not ids:
        return
    reached = scope(select(Account.id), ctx.actor, Account).where(among(ctx.session, Account.id, ids))
    if row.agency_id is not None:
        reached = reached.where(Account.agency_id == row.agency_id)
    if set(ids) - set(ctx.session.scalars(reached)):
        raise Invalid(fields={"account_ids": "no_such_account"})


_Uses = dict[int, int | None]


def _who_counts_on_what(ctx: Context) -> _Uses:
    """The id of its calendar by account; whoever acts may not see all of those that are concerned."""
    return {row[0]: row[1] for row in ctx.session.execute(select(Account.id, calendar_ids()))}


def _changed(
    ctx: Context, row: StoredCalendar, name: EventName, before: _Uses, *, other_hours: bool = False
) -> None:
    after = _who_counts_on_what(ctx)
    concerned = [
        account
        for account, calendar in after.items()
        if calendar != before.get(account) or (other_hours and calendar == row.id)
    ]
    if other_hours:
        concerned = [*concerned, *waiting_in_queues(ctx, RoutingQueue.calendar_id == row.id)]
    forget(ctx.session)
    want_recount(ctx, concerned)
    _tell(ctx, row, name)


def _tell(ctx: Context, row: StoredCalendar, name: EventName) -> None:
    about = CALENDAR.of(row)
    detail: dict[str, Any] = {
        "name": row.name,
        "is_default": row.is_default,
        **{column: getattr(row, column) for column in _COUNTED},
    }
    audit.record(ctx, name, about, detail=detail)
    audience = agency_readers(row.agency_id, Permission.CALENDARS_READ)
    ctx.emit(name, CalendarChanged(calendar_id=row.id), audience, about=about)


def read_holidays(ctx: Context, command: ReadHolidays) -> HolidayReading:
    """What would be imported of a text, and what of it is not understood."""
    ctx.require(Permission.CALENDARS_MANAGE)
    reading = read_notice(command.text, command.year)
    days = [PublicDayView(day=about.day, turn=about.turn, name=about.name) for about in reading.days]
    return HolidayReading(days=days, faults=field_texts(_paths(reading), ctx.locale))


def _paths(reading: Reading) -> dict[str, str]:
    return {f"text.{line}" if line else "text": code for line, code in reading.faults.items()}


def import_holidays(ctx: Context, year: int, command: ImportHolidays) -> HolidayYear:
    """Take a year's holidays from a notice; calendars that follow holidays count on them from now on.

    Raises Invalid naming each line that is not understood, Conflict(`stale_version`).
    """
    ctx.require(Permission.CALENDARS_MANAGE)
    if year not in YEARS:
        raise Invalid(fields={"year": "moment_out_of_range"})
    reading = read_notice(command.text, year)
    if reading.faults:
        raise Invalid(fields=_paths(reading))
    row = ctx.session.scalars(select(HolidayYear).where(HolidayYear.year == year)).one_or_none()
    if (row.version if row is not None else 0) != command.version:
        raise Conflict("stale_version", version=row.version if row is not None else 0)
    if row is None:
        row = HolidayYear(created_at=ctx.now(), year=year)
        ctx.session.add(row)
    row.days = stored_days(reading.days)
    row.imported_by_id = ctx.actor.operator_id
    ctx.session.flush()
    _holidays_changed(ctx, row, HOLIDAYS_IMPORTED)
    return row


def remove_holidays(ctx: Context, year: int) -> None:
    """Forget an import: what came with the program holds again, or the year is unknown."""
    ctx.require(Permission.CALENDARS_MANAGE)
    found = select(HolidayYear).where(HolidayYear.year == year)
    row = ctx.session.scalars(found).one_or_none() if year in YEARS else None
    if row is None:
        raise NotFound
    _holidays_changed(ctx, row, HOLIDAYS_REMOVED)
    ctx.session.delete(row)
    ctx.session.flush()


def _holidays_changed(ctx: Context, row: HolidayYear, name: EventName) -> None:
    """Calendars that follow holidays are other calendars now: a new version of each says so everywhere."""
    followers = ctx.session.scalars(
        select(StoredCalendar)
        .where(StoredCalendar.follows_holidays)
        .order_by(StoredCalendar.id)
        .with_for_update()
    ).all()
    for calendar in followers:
        calendar.version += 1
    ctx.session.flush()
    forget(ctx.session)
    ids = {calendar.id for calendar in followers}
    uses = _who_counts_on_what(ctx)
    concerned = [account for account, calendar in uses.items() if calendar in ids]
    want_recount(ctx, [*concerned, *waiting_in_queues(ctx, RoutingQueue.calendar_id.in_(ids))])
    about = HOLIDAY_YEAR.of(row)
    audit.record(ctx, name, about, detail={"year": row.year, "days": row.days})
    audience = agency_readers(None, Permission.CALENDARS_READ)
    ctx.emit(name, HolidayYearChanged(year=row.year), audience, about=about)
