"""Open time as sorted numbers, so that adding and measuring are two binary searches.

All in microseconds since 1970 UTC. A timeline covers whole years of a calendar; who needs more builds a
longer one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Raises TypeError for a moment without a zone."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


class Timeline:
    """The open stretches between two moments, in order, none touching another."""

    __slots__ = ("_before", "_closes", "_opens", "ends", "starts", "total")

    def __init__(self, stretches: Iterable[tuple[int, int]], starts: int, ends: int) -> None:
        self.starts, self.ends = starts, ends
        """What is covered; nothing is known beyond."""
        self._opens, self._closes, self._before = array("q"), array("q"), array("q")
        self.total = 0
        for opens, closes in stretches:
            self._opens.append(opens)
            self._closes.append(closes)
            self._before.append(self.total)
            self.total += closes - opens

    def elapsed(self, at: int) -> int:
        """Open time from the beginning of the cover to `at`."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0
        return self._before[index] + min(at, self._closes[index]) - self._opens[index]

    def first_with(self, elapsed: int) -> int:
        """The earliest moment at which that much open time (more than none, `total` at most) has passed."""
        index = bisect_left(self._before, elapsed) - 1
        return self._opens[index] + elapsed - self._before[index]

    def last_with(self, elapsed: int) -> int:
        """The latest open moment at which no more than that (less than `total`) has passed."""
        index = bisect_right(self._before, elapsed) - 1
        return self._opens[index] + elapsed - self._before[index]

    def around(self, at: int) -> tuple[int, int] | None:
        """The open stretch that `at` lies in."""
        index = bisect_right(self._opens, at) - 1
        if index < 0 or at >= self._closes[index]:
            return None
        return self._opens[index], self._closes[index]

    def after(self, at: int) -> int | None:
        """When the first stretch opens that begins after `at`."""
        index = bisect_right(self._opens, at)
        return self._opens[index] if index < len(self._opens) else None

    def between(self, start: int, end: int) -> Iterable[tuple[int, int]]:
        """The open stretches within, cut to it."""
        index = max(0, bisect_right(self._opens, start) - 1)
        while index < len(self._opens) and self._opens[index] < end:
            opens, closes = max(start, self._opens[index]), min(end, self._closes[index])
            if opens < closes:
                yield opens, closes
            index += 1
