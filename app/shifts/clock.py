"""Days and times of the office's clock as moments, and back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from app.core.errors import Invalid
from app.core.office import OFFICE_ZONE

DAY = timedelta(days=1)


def moments(day: date, start: str, end: str) -> tuple[datetime, datetime]:
    """From when to when a shift lasts that begins on that day; an end before its start is on the next day.

    Raises Invalid(`end`: `shift_empty`) where both are one.
    """
    if start == end:
        raise Invalid(fields={"end": "shift_empty"})
    return _at(day, start), _at(day if start < end else day + DAY, end)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=OFFICE_ZONE)


def day_of(at: datetime) -> date:
    return at.astimezone(OFFICE_ZONE).date()


def clock_of(at: datetime) -> str:
    return at.astimezone(OFFICE_ZONE).strftime("%H:%M")


def said(begins: datetime, ends: datetime) -> str:
    """`12-01 22:00–06:00`."""
    return f"{begins.astimezone(OFFICE_ZONE):%m-%d %H:%M}–{clock_of(ends)}"


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def span_of(first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last one."""
    return _at(first, "00:00"), _at(last + DAY, "00:00")
