"""Events and acts of this package."""

from __future__ import annotations

from app.calendars.schemas import CalendarChanged, HolidayYearChanged
from app.core.events import EVENTS
from app.models import HolidayYear, StoredCalendar

CALENDAR = EVENTS.kind("calendar", StoredCalendar)
HOLIDAY_YEAR = EVENTS.kind("holiday_year", HolidayYear)

CALENDAR_ADDED = EVENTS.declare("calendar.added", CalendarChanged, CALENDAR, audited=True)
CALENDAR_EDITED = EVENTS.declare("calendar.edited", CalendarChanged, CALENDAR, audited=True)
CALENDAR_REMOVED = EVENTS.declare("calendar.removed", CalendarChanged, CALENDAR, audited=True)
HOLIDAYS_IMPORTED = EVENTS.declare("holiday_year.imported", HolidayYearChanged, HOLIDAY_YEAR, audited=True)
HOLIDAYS_REMOVED = EVENTS.declare("holiday_year.removed", HolidayYearChanged, HOLIDAY_YEAR, audited=True)
