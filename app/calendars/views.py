"""REST: working calendars and public holidays."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.calendars import holidays, queries, services
from app.calendars.schemas import (
    CalendarList,
    CalendarTrial,
    CalendarView,
    CreateCalendar,
    EditCalendar,
    HolidayReading,
    HolidayYearList,
    HolidayYearView,
    ImportHolidays,
    ReadHolidays,
    TryCalendar,
)
from app.core.context import Context
from app.core.permissions import Permission

calendars = Blueprint("calendars", __name__)
_READ, _MANAGE = Permission.CALENDARS_READ, Permission.CALENDARS_MANAGE


@endpoint(
    calendars,
    "GET",
    "/calendars",
    access=_READ,
    summary="Working calendars, and how many accounts count on each",
    response=CalendarList,
)
def list_calendars(ctx: Context) -> CalendarList:
    return queries.list_calendars(ctx)


@endpoint(
    calendars,
    "POST",
    "/calendars",
    access=_MANAGE,
    summary="Make a calendar",
    body=CreateCalendar,
    response=CalendarView,
    status=201,
    errors=("too_many_calendars",),
)
def create_calendar(ctx: Context, body: CreateCalendar) -> CalendarView:
    return queries.calendar_view(ctx, services.create_calendar(ctx, body))


@endpoint(
    calendars,
    "PUT",
    "/calendars/<int:calendar_id>",
    access=_MANAGE,
    summary="Change a calendar; when requests on it are due is worked out anew",
    body=EditCalendar,
    response=CalendarView,
    errors=("stale_version",),
)
def edit_calendar(ctx: Context, calendar_id: int, body: EditCalendar) -> CalendarView:
    return queries.calendar_view(ctx, services.edit_calendar(ctx, calendar_id, body))


@endpoint(
    calendars,
    "DELETE",
    "/calendars/<int:calendar_id>",
    access=_MANAGE,
    summary="Remove a calendar that no account counts on",
    errors=("calendar_in_use",),
)
def remove_calendar(ctx: Context, calendar_id: int) -> None:
    services.remove_calendar(ctx, calendar_id)


@endpoint(
    calendars,
    "POST",
    "/calendars/trials",
    access=_READ,
    summary="Count a length of working time on hours as they are being edited, with the reasons",
    body=TryCalendar,
    response=CalendarTrial,
    write=False,
)
def try_calendar(ctx: Context, body: TryCalendar) -> CalendarTrial:
    return queries.try_calendar(ctx, body)


@endpoint(
    calendars,
    "GET",
    "/holiday-years",
    access=_READ,
    summary="Public holidays and make-up days, by year, as far as they are known",
    response=HolidayYearList,
)
def list_years(ctx: Context) -> HolidayYearList:
    return holidays.list_years(ctx)


@endpoint(
    calendars,
    "POST",
    "/holiday-years/readings",
    access=_MANAGE,
    summary="What would be imported of a notice, and what of it is not understood",
    body=ReadHolidays,
    response=HolidayReading,
    write=False,
)
def read_holidays(ctx: Context, body: ReadHolidays) -> HolidayReading:
    return services.read_holidays(ctx, body)


@endpoint(
    calendars,
    "PUT",
    "/holiday-years/<int:year>",
    access=_MANAGE,
    summary="Import the holidays of a year, in place of what is known of it",
    body=ImportHolidays,
    response=HolidayYearView,
    errors=("stale_version",),
)
def import_holidays(ctx: Context, year: int, body: ImportHolidays) -> HolidayYearView:
    return holidays.year_view(ctx, services.import_holidays(ctx, year, body).year)


@endpoint(
    calendars,
    "DELETE",
    "/holiday-years/<int:year>",
    access=_MANAGE,
    summary="Forget an import: what came with the program holds again",
)
def remove_holidays(ctx: Context, year: int) -> None:
    services.remove_holidays(ctx, year)
