"""Working time: calendars of hours, holidays and make-up days, and counting on them. Knows no database."""

from app.worktime.calendar import ALWAYS, CompanyDay, DayKind, OutOfReach, WorkCalendar
from app.worktime.explaining import Closed, Explanation, explain, reasons_between

__all__ = [
    "ALWAYS",
    "Closed",
    "CompanyDay",
    "DayKind",
    "Explanation",
    "OutOfReach",
    "WorkCalendar",
    "explain",
    "reasons_between",
]
