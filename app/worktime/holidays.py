"""Public holidays and make-up working days (调休): what the state has published, and nothing beyond it.

`china.csv` is the State Council's notices of the years in it, written by scripts/holidays_table.py from the
package `holidays` (half a second and 46 MB to import: too much for every process). That package also guesses
years that no notice has named yet; here such a year is unknown until somebody imports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("china.csv")


class Turn(StrEnum):
    """What a notice makes of a day."""

    OFF = "off"
    WORK = "work"
    """A make-up day: worked although it is a weekend."""


@dataclass(frozen=True)
class PublicDay:
    """One day of a notice. `name` is a code of `NAMED` or, where none fits, the words of who imported it."""

    day: date
    turn: Turn
    name: str


NAMED = {
    "元旦": "new_year",
    "除夕": "spring_festival",
    "春节": "spring_festival",
    "清明": "qingming",
    "劳动": "labour_day",
    "端午": "dragon_boat",
    "中秋": "mid_autumn",
    "国庆": "national_day",
}
"""What the name of a holiday contains, and its code."""


def named(text: str) -> str:
    """The code of a holiday's name; a name that is none of the usual stays as it is."""
    text = text.strip()
    return next((code for word, code in NAMED.items() if word in text), text)


@dataclass(frozen=True)
class PublicDays:
    """All days of the years that are known."""

    days: Mapping[date, PublicDay]
    years: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[PublicDay]) -> PublicDays:
        by_day = {about.day: about for about in days}
        return cls(by_day, frozenset(day.year for day in by_day))

    def with_years(self, others: Mapping[int, Iterable[PublicDay]]) -> PublicDays:
        """The same with whole years replaced or added."""
        kept = {day: about for day, about in self.days.items() if day.year not in others}
        added = {about.day: about for days in others.values() for about in days}
        return PublicDays({**kept, **added}, self.years | frozenset(others))

    def of_year(self, year: int) -> list[PublicDay]:
        return sorted((a for a in self.days.values() if a.day.year == year), key=lambda about: about.day)

    @property
    def until(self) -> int:
        """The last year up to which every year is known; 0 where none is."""
        year = min(self.years, default=0)
        while year + 1 in self.years:
            year += 1
        return year


NONE = PublicDays({}, frozenset())


@cache
def published() -> PublicDays:
    """What came with the program. Read at its first use: a calendar without holidays needs none of it."""
    rows = (line.split(",") for line in _TABLE.read_text(encoding="utf-8").splitlines()[1:])
    return PublicDays.of(PublicDay(date.fromisoformat(day), Turn(turn), name) for day, turn, name in rows)
