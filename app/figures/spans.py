"""Spans of the office's calendar: what a question is about, what it is compared with, and their parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from app.core.office import OFFICE_ZONE, start_of_day

_DAY, _WEEK, _HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    MONTH = "month"


class Comparison(StrEnum):
    PREVIOUS = "previous"
    """The span of the same length right before; of a month the month before."""
    SAME_WEEKDAYS = "same_weekdays"
    """The nearest span before that begins on the same day of the week and does not overlap."""


class Named(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    """Today is the last of them."""
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"


@dataclass(frozen=True)
class Span:
    """From `since` on, before `until`; both are beginnings of office days until it is cut at the present."""

    since: datetime
    until: datetime
    is_month: bool = False

    def cut(self, now: datetime) -> Span:
        """What of it has passed. Of a span that lies ahead an empty one is left."""
        return Span(self.since, max(self.since, min(self.until, now)), self.is_month)


def of_dates(first: date, last: date) -> Span:
    """Whole days, both included."""
    return Span(_midnight(first), _midnight(last + _DAY))


def of_name(name: Named, now: datetime) -> Span:
    today = start_of_day(now).date()
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    last_first = (first - _DAY).replace(day=1)
    if name is Named.THIS_MONTH:
        return Span(_midnight(first), _midnight(_next_month(first)), is_month=True)
    if name is Named.LAST_MONTH:
        return Span(_midnight(last_first), _midnight(first), is_month=True)
    dates = {
        Named.TODAY: (today, today),
        Named.YESTERDAY: (today - _DAY, today - _DAY),
        Named.LAST_7_DAYS: (today - 6 * _DAY, today),
        Named.LAST_30_DAYS: (today - 29 * _DAY, today),
        Named.LAST_90_DAYS: (today - 89 * _DAY, today),
        Named.THIS_WEEK: (monday, monday + 6 * _DAY),
        Named.LAST_WEEK: (monday - _WEEK, monday - _DAY),
    }
    return of_dates(*dates[name])


def before(span: Span, comparison: Comparison, now: datetime) -> Span:
    """What the span is compared with, cut where the span itself is: half a day goes beside half a day."""
    passed = span.cut(now).until - span.since
    since = span.since - _distance(span, comparison)
    ends = since + passed
    if span.is_month and comparison is Comparison.PREVIOUS:
        ends = span.since if span.until <= now else min(ends, span.since)
    return Span(since, ends)


def _distance(span: Span, comparison: Comparison) -> timedelta:
    length = span.until - span.since
    if comparison is Comparison.SAME_WEEKDAYS:
        return -(-length // _WEEK) * _WEEK
    if span.is_month:
        first = span.since.astimezone(OFFICE_ZONE).date()
        return span.since - _midnight((first - _DAY).replace(day=1))
    return length


def parts(span: Span, grain: Grain) -> list[tuple[datetime, datetime]]:
    """The span's hours, days, weeks or months in order; the first and the last may be cut by its ends."""
    found: list[tuple[datetime, datetime]] = []
    since = span.since
    while since < span.until:
        until = min(_end_of_part(since, grain), span.until)
        found.append((since, until))
        since = until
    return found


def count_parts(span: Span, grain: Grain) -> int:
    """How many there are at most, without making them."""
    length = span.until - span.since
    sizes = {Grain.HOUR: _HOUR, Grain.DAY: _DAY, Grain.WEEK: _WEEK, Grain.MONTH: timedelta(days=28)}
    return length // sizes[grain] + 2


def label_of(since: datetime, grain: Grain) -> str:
    """As tables and exports name a part."""
    wall = since.astimezone(OFFICE_ZONE)
    return wall.strftime({Grain.HOUR: "%Y-%m-%d %H:00", Grain.MONTH: "%Y-%m"}.get(grain, "%Y-%m-%d"))


def _end_of_part(since: datetime, grain: Grain) -> datetime:
    if grain is Grain.HOUR:
        return since + _HOUR
    day = since.astimezone(OFFICE_ZONE).date()
    if grain is Grain.DAY:
        return _midnight(day + _DAY)
    if grain is Grain.WEEK:
        return _midnight(day + timedelta(days=7 - day.weekday()))
    return _midnight(_next_month(day))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE).astimezone(UTC)
