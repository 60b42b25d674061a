"""What a leaf comes down to: a handful of comparisons, each in two forms that agree.

`sql` may be null where the field has no value, `holds(None)` is false: both mean "does not hold". Who negates
a leaf negates that (`binding`), so "is not X" holds where there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Float, Text, and_, false, func, literal, not_, or_, true

from app.core.folding import folded, folded_sql, is_case_of_its_own, place_of


class ManyValued(Protocol):
    """A field of several values, in SQL."""

    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]: ...

    def has_some(self) -> ColumnElement[bool]:
        """Whether it has any value at all."""
        ...


class Match(Protocol):
    def sql(self, column: Any) -> ColumnElement[bool]: ...

    def holds(self, value: Any) -> bool: ...


@dataclass(frozen=True)
class OneOf:
    values: tuple[Any, ...]

    def sql(self, column: Any) -> ColumnElement[bool]:
        if len(self.values) == 1:
            return column == self.values[0]  # type: ignore[no-any-return]
        return column.in_(self.values)  # type: ignore[no-any-return]

    def holds(self, value: Any) -> bool:
        return value is not None and value in self.values


@dataclass(frozen=True)
class IsTrue:
    wanted: bool

    def sql(self, column: Any) -> ColumnElement[bool]:
        return column.is_(self.wanted)  # type: ignore[no-any-return]

    def holds(self, value: Any) -> bool:
        return value is self.wanted


@dataclass(frozen=True)
class Between:
    """From `low` to `high`, of numbers or moments; an end that is open does not belong to it."""

    low: float | datetime | None = None
    high: float | datetime | None = None
    low_open: bool = False
    high_open: bool = False

    def sql(self, column: Any) -> ColumnElement[bool]:
        found: list[ColumnElement[bool]] = []
        if self.low is not None:
            low = _bound(self.low)
            found.append(column > low if self.low_open else column >= low)
        if self.high is not None:
            high = _bound(self.high)
            found.append(column < high if self.high_open else column <= high)
        return and_(true(), *found)

    def holds(self, value: Any) -> bool:
        if value is None:
            return False
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or not (value >= self.high if self.high_open else value > self.high)


def _bound(value: Any) -> Any:
    """A number as a float whatever the column: as an integer, PostgreSQL would refuse the larger ones."""
    return value if isinstance(value, datetime) else literal(float(value), Float())


@dataclass(frozen=True)
class Says:
    """Words within a text, whatever their width and case."""

    words: str

    def sql(self, column: Any) -> ColumnElement[bool]:
        return place_of(*_compared(column, self.words)) > 0

    def holds(self, value: Any) -> bool:
        return value is not None and folded(self.words) in folded(value)


@dataclass(frozen=True)
class Begins:
    words: str

    def sql(self, column: Any) -> ColumnElement[bool]:
        text, words = _compared(column, self.words)
        return func.substr(text, 1, len(self.words), type_=Text()) == words

    def holds(self, value: Any) -> bool:
        return value is not None and folded(value).startswith(folded(self.words))


@dataclass(frozen=True)
class Reads:
    """The whole text."""

    words: str

    def sql(self, column: Any) -> ColumnElement[bool]:
        text, words = _compared(column, self.words)
        return text == words

    def holds(self, value: Any) -> bool:
        return value is not None and folded(value) == folded(self.words)


def _compared(column: Any, words: str) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """What is stored and what is looked for, as they are compared."""
    stored = column if is_case_of_its_own(words) else folded_sql(column)
    return stored, literal(folded(words), Text())


@dataclass(frozen=True)
class Empty:
    """No value; of a text also one without a character."""

    is_text: bool = False

    def sql(self, column: Any) -> ColumnElement[bool]:
        return or_(column.is_(None), column == "") if self.is_text else column.is_(None)

    def holds(self, value: Any) -> bool:
        return value is None or (self.is_text and value == "")


@dataclass(frozen=True)
class HasAny:
    values: tuple[Any, ...]

    def sql(self, column: ManyValued) -> ColumnElement[bool]:
        return column.has_any(self.values)

    def holds(self, value: Any) -> bool:
        return any(wanted in value for wanted in self.values)


@dataclass(frozen=True)
class HasAll:
    values: tuple[Any, ...]

    def sql(self, column: ManyValued) -> ColumnElement[bool]:
        return and_(true(), *(column.has_any((wanted,)) for wanted in self.values))

    def holds(self, value: Any) -> bool:
        return all(wanted in value for wanted in self.values)


@dataclass(frozen=True)
class HasNone:
    """No value at all, of a field that may have several."""

    def sql(self, column: ManyValued) -> ColumnElement[bool]:
        return not_(column.has_some())

    def holds(self, value: Any) -> bool:
        return not value


@dataclass(frozen=True)
class WorkedBeside:
    """A moment on one side of that of its account's calendar; both ends are open, as of other durations."""

    account: Any
    moments: Mapping[int, datetime]
    is_earlier: bool

    def sql(self, column: Any) -> ColumnElement[bool]:
        accounts: dict[datetime, list[int]] = {}
        for number, at in sorted(self.moments.items()):
            accounts.setdefault(at, []).append(number)
        sides = (
            and_(self.account.in_(ids), column < at if self.is_earlier else column > at)
            for at, ids in accounts.items()
        )
        return or_(false(), *sides)

    def holds(self, value: Any) -> bool:
        """Of the moment and the account."""
        if value is None or value[0] is None or value[1] not in self.moments:
            return False
        at = self.moments[value[1]]
        return bool(value[0] < at if self.is_earlier else value[0] > at)


@dataclass(frozen=True)
class Changed:
    """What an event made of a field: the pair of what it was and what it became. There is no SQL of it:
    rows that are only listed were not changed by anything."""

    before: tuple[Any, ...] = field(default=())
    """It was this; whatever it was where nothing is named."""
    after: tuple[Any, ...] = field(default=())

    def sql(self, column: Any) -> ColumnElement[bool]:
        raise TypeError("what an event changed is asked of events alone")

    def holds(self, value: Any) -> bool:
        if value is None or value[0] == value[1]:
            return False
        was = not self.before or value[0] in self.before
        return was and (not self.after or value[1] in self.after)
