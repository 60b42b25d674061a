"""Metrics: what may be counted. A feature declares its own beside its queries.

The texts of a metric are `figure.<key>.title`, `.formula` and `.apart` (what does not count) in app/locales.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.conditions.catalogue import FieldOf, SubjectOf
from app.conditions.tree import AnyOf, Leaf
from app.core.context import Context
from app.core.permissions import RoleName
from app.figures.sums import Kept

Trees = tuple[Any, ...]
"""Conditions that all hold."""


class Unit(StrEnum):
    ROWS = "rows"
    SHARE = "share"
    """From 0 to 1."""
    SECONDS = "seconds"
    PER_PERSON = "per_person"


class Good(StrEnum):
    """Which way a change is a good one."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Additivity(StrEnum):
    """Whether the numbers of parts make that of the whole."""

    SUM = "sum"
    NOT_OVER_TIME = "not_over_time"
    """Those of teams or types do, those of days do not."""
    NOT_AT_ALL = "not_at_all"


class Empty(StrEnum):
    """What a span without rows means."""

    ZERO = "zero"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Count:
    """How many rows there are."""

    unit = Unit.ROWS
    empty = Empty.ZERO


@dataclass(frozen=True)
class Share:
    """Which share of the rows meets `part` as well."""

    part: Trees
    unit = Unit.SHARE
    empty = Empty.NOTHING


@dataclass(frozen=True)
class PerHolder:
    """Rows by how many different values of a field they have."""

    field: str
    unit = Unit.PER_PERSON
    empty = Empty.NOTHING


@dataclass(frozen=True)
class Percentile:
    """The time from one moment of a row to another that so many per cent of the rows do not exceed.

    By the nearest rank: of n values in order, the one at place ⌈percent · n / 100⌉. Each value is first cut
    to what a screen shows (`rounding.ROUNDED`): both databases and Python give the same.
    """

    percent: int
    begins: str
    ends: str
    unit = Unit.SECONDS
    empty = Empty.NOTHING


@dataclass(frozen=True)
class Standing:
    """How many rows had begun and not ended when a span was over; of a span that goes on, now."""

    begins: str
    ends: str
    unit = Unit.ROWS
    empty = Empty.ZERO


Kind = Count | Share | PerHolder | Percentile | Standing


@dataclass(frozen=True)
class Parted:
    """How a field of several values parts rows for one question: each row lies in one part."""

    key: Any
    """In SQL: the value that names the part of a row; null where it lies in none of them."""
    apart: Trees
    """What is asked of the rows that lie in none."""
    refers_to: int | None = None
    """What that names besides the field's values: who does not see it cannot ask for those rows."""


@dataclass(frozen=True)
class Source:
    """Rows as metrics count them."""

    subject: SubjectOf
    """What lists them."""
    asked: SubjectOf
    """The same fields over the table that is counted: it may be another with one row for each of these."""
    whole: Trees = ()
    """What a list must be told so that it shows every row, whatever it leaves out by itself."""
    parted: Mapping[str, Callable[[Context, Trees], Parted]] = field(default_factory=dict)
    """By field of several values: how it parts the rows that meet the question's condition."""

    @classmethod
    def of(
        cls,
        subject: SubjectOf,
        *,
        entity: Any = None,
        fields: Mapping[str, FieldOf] | None = None,
        whole: Trees = (),
        parted: Mapping[str, Callable[[Context, Trees], Parted]] | None = None,
    ) -> Source:
        asked = replace(subject, entity=entity or subject.entity, fields={**subject.fields, **(fields or {})})
        return cls(subject, asked, whole, parted or {})


@dataclass(frozen=True)
class Metric:
    """One figure: the rows, and how they become a number."""

    key: str
    source: Source
    kind: Kind
    good: Good
    owner: RoleName
    """Who answers for what it means."""
    time: str | None
    """The field that says when a row counts; None for what stands now."""
    rows: Trees = ()
    splits: tuple[str, ...] = ()
    """Fields of the subject by which it may be split, besides time."""
    sums: tuple[Kept, ...] = ()
    """Where past days are summed: one kind, of what stands two (what began, what ended)."""
    summed: Trees | None = None
    """Which of its rows the sums hold, where that is not all of them; `besides` says which they do not."""
    besides: Trees = ()
    version: int = 1
    """Goes up when what it counts changes: numbers before and after do not compare."""

    @property
    def additivity(self) -> Additivity:
        if not isinstance(self.kind, Count | Standing):
            return Additivity.NOT_AT_ALL
        return Additivity.NOT_OVER_TIME if self.is_standing else Additivity.SUM

    @property
    def is_standing(self) -> bool:
        """Of one moment, not of a span."""
        return self.time is None or isinstance(self.kind, Standing)

    @property
    def has_time(self) -> bool:
        return self.time is not None

    def during(self, since: str, until: str) -> Trees:
        """Which of its rows belong to a span; `until` belongs to the next."""
        if self.time is None:
            return ()
        if isinstance(self.kind, Standing):
            ended = (leaf(self.kind.ends, "is_empty"), leaf(self.kind.ends, "after", until))
            return (leaf(self.kind.begins, "before", until), AnyOf(any=list(ended)))
        return (leaf(self.time, "after", since), leaf(self.time, "before", until))


def leaf(about: str, op: str, value: Any = None) -> Leaf:
    return Leaf(field=about, op=op, value=value)


class Catalogue:
    """Every metric there is. Features declare theirs when they are imported."""

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}

    def declare(self, metric: Metric) -> Metric:
        """Raises ValueError for what is declared twice, or names a field that its subject has not."""
        fields = metric.source.asked.fields
        own = (getattr(metric.kind, name, None) for name in ("begins", "ends", "field"))
        named = (*metric.splits, metric.time, *own)
        missing = [name for name in named if name is not None and name not in fields]
        if metric.key in self._metrics or missing:
            raise ValueError(f"the metric {metric.key!r} is declared twice, or its fields are not: {missing}")
        self._metrics[metric.key] = metric
        return metric

    def get(self, key: str) -> Metric | None:
        return self._metrics.get(key)

    def all(self) -> list[Metric]:
        """In the order in which they were declared."""
        return list(self._metrics.values())


METRICS = Catalogue()
