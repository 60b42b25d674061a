"""Why a calendar is closed at a moment, and when it opens: codes and values, which the screen words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.worktime.calendar import DayKind, WorkCalendar
from app.worktime.spans import DAY, Span


class Closed(StrEnum):
    """Why no work is done."""

    COMPANY_DAY = "company_day"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    """Outside the hours of a make-up day."""
    BREAK = "break"
    REST_DAY = "rest_day"
    """A day of the week without hours."""
    HOURS = "hours"
    """Before, between or after the hours of a day."""


_BY_DAY = {
    DayKind.COMPANY: Closed.COMPANY_DAY,
    DayKind.HOLIDAY: Closed.HOLIDAY,
    DayKind.MAKE_UP: Closed.MAKE_UP,
}


@dataclass(frozen=True)
class Explanation:
    is_open: bool
    closed: Closed | None
    """None while it is open."""
    name: str
    """Of the company's day or the holiday, a code or words; else empty."""
    opens_at: datetime | None
    """Of what is closed."""
    closes_at: datetime | None
    """Of what is open; None where it stays open as far as one looks."""
    is_known: bool
    """False where the holidays of that year are not known and days count by the week alone."""


def explain(calendar: WorkCalendar, at: datetime) -> Explanation:
    """Raises OutOfReach where it opens never again."""
    known = calendar.knows(at)
    if calendar.is_open(at):
        return Explanation(True, None, "", None, calendar.next_close(at), known)
    closed, name = why_closed(calendar, at)
    return Explanation(False, closed, name, calendar.next_open(at), None, known)


def why_closed(calendar: WorkCalendar, at: datetime) -> tuple[Closed, str]:
    """For a moment at which no work is done; the name is that of a company's day or holiday."""
    local = calendar.local(at)
    minute = local.hour * 60 + local.minute
    today = calendar.day(local.date())
    yesterday = calendar.day(local.date() - timedelta(days=1))
    late: list[Span] = [(start - DAY, end - DAY) for start, end in yesterday.spans]
    if any(start <= minute < end for start, end in (*today.spans, *late)):
        return Closed.BREAK, ""
    if today.kind is DayKind.WEEK:
        return (Closed.HOURS if today.spans else Closed.REST_DAY), ""
    return _BY_DAY[today.kind], today.name


def reasons_between(calendar: WorkCalendar, start: datetime, end: datetime) -> list[tuple[Closed, str]]:
    """Why no work is done somewhere between two moments, each reason once, in the order they come.

    That an evening is an evening is left out where there is more to say: a holiday, a weekend.
    """
    found: dict[tuple[Closed, str], None] = {}
    worked = list(calendar.stretches(start, end))
    edges = [start, *(edge for stretch in worked for edge in stretch), end]
    for closes, opens in zip(edges[::2], edges[1::2], strict=True):
        at = closes
        while at < opens:
            found.setdefault(why_closed(calendar, at))
            at = _next_midnight(calendar, at)
    strong = [reason for reason in found if reason[0] not in (Closed.HOURS, Closed.BREAK)]
    return strong or list(found)


def _next_midnight(calendar: WorkCalendar, at: datetime) -> datetime:
    tomorrow = calendar.local(at).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)
