"""Stretches of a day's clock: `09:00`-`18:00`, and `22:00`-`06:00` for what ends on the day after.

As numbers: minutes from the day's midnight, `(540, 1080)` and `(1320, 1800)`. A stretch belongs to the day on
which it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""Beginning and end in minutes from midnight; the end does not belong to it and may lie on the next day."""
Spans = tuple[Span, ...]

DAY = 24 * 60
WEEK = 7 * DAY
WHOLE_DAY: Spans = ((0, DAY),)


def span_of(start: str, end: str) -> Span:
    """Of two times of day. Raises ValueError: `bad_time_of_day`, `interval_without_length`."""
    begins, ends = minutes_of(start), minutes_of(end)
    if begins in {ends, DAY}:
        raise ValueError("interval_without_length")
    return (begins, ends if ends > begins else ends + DAY)


def minutes_of(text: str) -> int:
    """Of `HH:MM`, `00:00` to `24:00`. Raises ValueError(`bad_time_of_day`)."""
    hours, colon, minutes = text.partition(":")
    if colon and len(hours) == len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal():
        total = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and total <= DAY:
            return total
    raise ValueError("bad_time_of_day")


def times_of(span: Span) -> tuple[str, str]:
    """The two times of day that `span_of` reads."""
    start, end = span
    return _clock(start), _clock(end if end <= DAY else end - DAY)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as few stretches in order, none touching another."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def without(spans: Sequence[Span], cuts: Sequence[Span]) -> list[Span]:
    """What is left of `spans` when `cuts` are taken out; both in order, and none overlaps within its own."""
    left: list[Span] = []
    first = 0
    for start, end in spans:
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        at, rest = first, start
        while at < len(cuts) and cuts[at][0] < end:
            if cuts[at][0] > rest:
                left.append((rest, cuts[at][0]))
            rest = max(rest, cuts[at][1])
            at += 1
        if rest < end:
            left.append((rest, end))
    return left


def overlapping(spans: Sequence[Span]) -> int | None:
    """The place of the first that begins before one ahead of it in time has ended; None where none does."""
    order = sorted(range(len(spans)), key=lambda at: spans[at])
    for before, after in pairwise(order):
        if spans[after][0] < spans[before][1]:
            return after
    return None


def overlapping_day(week: Sequence[Spans]) -> int | None:
    """The first weekday (0 is Monday) on which a stretch begins while that of the day before still runs."""
    for day in range(7):
        runs_until = max((end - DAY for _, end in week[day - 1]), default=0)
        if any(start < runs_until for start, _ in week[day]):
            return day
    return None
