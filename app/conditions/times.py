"""Relative times: lengths ("2 hours"), and spans as the office counts its days ("this week")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.core.office import start_of_day

UNITS = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
LONGEST = timedelta(days=3660)
WORKING_UNITS = ("minutes", "hours")
LONGEST_WORKED = timedelta(hours=1000)
"""Of working time: half a year of eight hours a day."""
SPANS = ("today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month")
_WEEK = timedelta(days=7)


def length_of(value: dict[str, object]) -> timedelta:
    """Of `{"amount": 2, "unit": "hours"}`, whose form is right."""
    return UNITS[str(value["unit"])] * int(str(value["amount"]))


def moment_of(value: str) -> datetime:
    """Of its ISO form, whose zone is given."""
    return datetime.fromisoformat(value).astimezone(UTC)


def span_of(name: str, now: datetime) -> tuple[datetime, datetime]:
    """When a span of the office's calendar begins and ends; weeks begin on Monday. `end` belongs to the next.

    The office's days all have 24 hours: its zone knows no summer time.
    """
    day = start_of_day(now)
    monday = day - timedelta(days=day.weekday())
    first = day.replace(day=1)
    next_first = (first + timedelta(days=32)).replace(day=1)
    start, end = {
        "today": (day, day + timedelta(days=1)),
        "yesterday": (day - timedelta(days=1), day),
        "tomorrow": (day + timedelta(days=1), day + timedelta(days=2)),
        "this_week": (monday, monday + _WEEK),
        "last_week": (monday - _WEEK, monday),
        "this_month": (first, next_first),
        "last_month": ((first - timedelta(days=1)).replace(day=1), first),
    }[name]
    return start.astimezone(UTC), end.astimezone(UTC)
