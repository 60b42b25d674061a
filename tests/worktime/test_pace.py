"""Counting costs so little that nobody has to think about it."""

from __future__ import annotations

from datetime import timedelta

from tests.support.processor import usual_seconds
from tests.worktime.calendars import clock, office

CALLS = 20_000
A_SECOND = 100_000
"""Calls of each kind that a processor of the usual kind makes at least."""


def test_a_hundred_thousand_a_second() -> None:
    calendar = office()
    starts = [clock("2026-09-01 08:00") + timedelta(minutes=37 * n) for n in range(500)]
    length = timedelta(hours=8)

    def add() -> None:
        for _ in range(CALLS // len(starts)):
            for start in starts:
                calendar.add(start, length)

    def between() -> None:
        first = starts[0]
        for _ in range(CALLS // len(starts)):
            for start in starts:
                calendar.between(first, start)

    enough = CALLS / A_SECOND
    assert usual_seconds(add, enough=enough) < enough
    assert usual_seconds(between, enough=enough) < enough
