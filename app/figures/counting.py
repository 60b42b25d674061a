"""Asking the database: each kind of metric as one statement over one span.

Every statement narrows the same rows: the metric's own, the question's condition, the span, the actor's
reach. What rows are grouped by is worked out in a subquery and grouped outside of it: PostgreSQL takes an
expression with parameters that is written twice for two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, null, select, true, union_all

from app.conditions.binding import Names, bind
from app.conditions.tree import AllOf, Leaf
from app.core.context import Context
from app.core.errors import Invalid
from app.core.moments import place_among, seconds_between
from app.figures.catalogue import Count, Metric, Percentile, PerHolder, Share, Standing
from app.figures.checking import GRAINS, Asked
from app.figures.rounding import rounded_sql
from app.figures.schemas import MOST_CELLS
from app.figures.spans import Span, parts
from app.identity.scope import scope

Keys = tuple[Any, ...]
"""One value a split: the number of the part of time, from 0, or the field's value."""
_MOST_STANDING = 4 * MOST_CELLS


@dataclass(frozen=True)
class Number:
    value: float | None = None
    count: int = 0
    part: int | None = None


@dataclass
class Counted:
    """What a metric came to in a span: in all, and by keys; what is not there had no row."""

    total: Number
    cells: dict[Keys, Number] = field(default_factory=dict)


def count(ctx: Context, asked: Asked, metrics: Sequence[Metric], span: Span) -> list[Counted]:
    """Metrics of one basis (see `basis`) in one span, in their order.

    One statement; two where a whole is no sum of its parts and not ranked with them.
    Raises Invalid (`too_many_cells`).
    """
    kind = metrics[0].kind
    return _BY_KIND[type(kind)](_Asking(ctx, asked, metrics, span), kind)


def basis(metric: Metric) -> Any:
    """What metrics have in common that one statement answers."""
    kind = metric.kind
    if isinstance(kind, Percentile):
        return (metric.source.subject.key, metric.rows, metric.time, kind.begins, kind.ends)
    return metric.key


@dataclass(frozen=True)
class _Asking:
    ctx: Context
    asked: Asked
    metrics: Sequence[Metric]
    span: Span

    @property
    def metric(self) -> Metric:
        return self.metrics[0]

    def column(self, name: str) -> Any:
        return self.metric.source.asked.fields[name].sql

    def holds(self, *trees: Any) -> ColumnElement[bool]:
        """Rows that meet these, by the field's own SQL."""
        names: Names = self.asked.names
        return bind(self.ctx, self.metric.source.asked, AllOf(all=list(trees)), names=names).sql()

    def rows(self, during: Sequence[Any], **columns: Any) -> Subquery:
        """The rows within reach with these columns, those of the splits first."""
        subject = self.metric.source.asked
        tree = self.asked.trees(self.metric, *during)
        stands = true() if subject.standing is None else subject.standing(self._listed(tree))
        named = {**self.keys(), **columns}
        chosen = [column.label(name) for name, column in named.items()] or [literal(1).label("one")]
        statement = select(*chosen).select_from(subject.entity)
        return (
            scope(statement, self.ctx.actor, subject.entity).where(stands, self.holds(tree)).subquery("rows")
        )

    def _listed(self, tree: AllOf) -> AllOf:
        """The tree as a list is asked it."""
        return AllOf(all=[*self.metric.source.whole, *tree.all])

    def keys(self) -> dict[str, Any]:
        return {f"k{at}": self._key(split) for at, split in enumerate(self.asked.splits)}

    def _key(self, split: str) -> Any:
        if split in self.asked.parted:
            return self.asked.parted[split].key
        if split not in GRAINS or self.asked.grain is None:
            return self.column(split)
        starts = [since for since, _ in parts(self.span, self.asked.grain)]
        if isinstance(self.metric.kind, Standing) or not starts:
            return null()  # grouped by its own columns
        return place_among(self.ctx.session, self.column(self.metric.time or ""), starts) - 1

    def during(self) -> tuple[Any, ...]:
        return self.metric.during(self.span.since.isoformat(), self.span.until.isoformat())

    def grouped(self, rows: Subquery, *columns: Any) -> list[tuple[Keys, Any]]:
        """By the splits: the keys of each group, and its row."""
        keys = [rows.c[name] for name in self.keys()]
        statement = select(*keys, *columns).select_from(rows).group_by(*keys)
        found = self.ctx.session.execute(statement.limit(MOST_CELLS + 1)).all()
        if len(found) > MOST_CELLS:
            raise Invalid(fields={"split": "too_many_cells"})
        return [(tuple(plain_key(value) for value in row[: len(keys)]), row[len(keys) :]) for row in found]


def plain_key(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _counts(asking: _Asking, _kind: Count) -> list[Counted]:
    rows = asking.rows(asking.during())
    cells = {keys: Number(row[0], row[0]) for keys, row in asking.grouped(rows, func.count())}
    whole = sum(number.count for number in cells.values())
    return [Counted(Number(whole, whole), cells)]


def _shares(asking: _Asking, kind: Share) -> list[Counted]:
    rows = asking.rows(asking.during(), part=asking.holds(*kind.part))
    found = asking.grouped(rows, func.count(), func.count().filter(rows.c.part))
    cells = {keys: _share(*row) for keys, row in found}
    whole = _share(sum(row[0] for _, row in found), sum(row[1] for _, row in found))
    return [Counted(whole, cells)]


def _share(count: int, part: int) -> Number:
    return Number(part / count if count else None, count, part)


def _per_holder(asking: _Asking, kind: PerHolder) -> list[Counted]:
    rows = asking.rows(asking.during(), holder=asking.column(kind.field))
    columns = (func.count(), func.count(rows.c.holder.distinct()))
    cells = {keys: _per(*row) for keys, row in asking.grouped(rows, *columns)}
    if not asking.asked.splits:
        return [Counted(cells.get((), Number()), cells)]
    # Who holds something of two parts is one person: parts do not add up.
    return [Counted(_per(*asking.ctx.session.execute(select(*columns)).one()), cells)]


def _per(count: int, holders: int) -> Number:
    return Number(count / holders if holders else None, count, holders)


def _percentiles(asking: _Asking, kind: Percentile) -> list[Counted]:
    """By nearest rank, over how many rows took each (rounded) length of time.

    The whole is ranked from the same counts as its parts: one statement for both.
    """
    length = seconds_between(asking.column(kind.begins), asking.column(kind.ends))
    lengths = asking.rows(asking.during(), length=length)
    names = list(asking.keys())
    # The offset keeps PostgreSQL from working each length out anew for every step that it is compared with.
    plain = select(*lengths.c).offset(0).subquery("lengths")
    rows = select(*(plain.c[name] for name in names), rounded_sql(plain.c.length).label("took")).subquery(
        "rows"
    )
    keys = [rows.c[name] for name in names]
    counts = select(*keys, rows.c.took, func.count().label("n")).group_by(*keys, rows.c.took).cte("counts")
    percents = [metric.kind.percent for metric in asking.metrics if isinstance(metric.kind, Percentile)]
    whole = select(counts.c.took, func.sum(counts.c.n).label("n")).group_by(counts.c.took).subquery("whole")
    empty = [null().label(name) for name in names]
    statement = _ranked(whole, [], percents, literal(0).label("is_part"), *empty)
    if names:
        statement = union_all(statement, _ranked(counts, names, percents, literal(1).label("is_part")))  # type: ignore[assignment]
    found = asking.ctx.session.execute(statement.limit(MOST_CELLS + 2)).all()
    if len(found) > MOST_CELLS + 1:
        raise Invalid(fields={"split": "too_many_cells"})
    return [_ranks(found, len(names), at) for at in range(len(percents))]


def _ranked(counts: Any, names: list[str], percents: Sequence[int], flag: Any, *empty: Any) -> Select[Any]:
    """Of each group how many rows it has, and the lengths at the wanted ranks."""
    keys = [counts.c[name] for name in names]
    upto = func.sum(counts.c.n).over(partition_by=keys or None, order_by=counts.c.took)
    whole = func.sum(counts.c.n).over(partition_by=keys or None)
    stepped = select(*keys, counts.c.took, upto.label("upto"), whole.label("n")).subquery()
    ranks = [
        func.min(stepped.c.took).filter(stepped.c.upto * 100 >= stepped.c.n * percent) for percent in percents
    ]
    own = [stepped.c[name] for name in names]
    return select(flag, *empty, *own, func.max(stepped.c.n), *ranks).group_by(*own)


def _ranks(found: Sequence[Any], keys: int, at: int) -> Counted:
    counted = Counted(Number())
    for row in found:
        count = int(row[1 + keys] or 0)
        number = Number(row[2 + keys + at], count) if count else Number()
        if row[0]:
            counted.cells[tuple(plain_key(value) for value in row[1 : 1 + keys])] = number
        else:
            counted.total = number
    return counted


def _standing(asking: _Asking, kind: Standing) -> list[Counted]:
    """How many stood at the end of each part, from how many began and ended between which two of those ends.

    A row stands at an end when it began before it and did not end before it. Rows that have not ended and
    rows that have are asked for apart: each lies in one stretch of an index.
    """
    grain = asking.asked.grain
    ends = [until for _, until in parts(asking.span, grain)] if grain else [asking.span.until]
    if not ends:
        return [Counted(Number(0))]
    found: dict[tuple[Keys, int], int] = defaultdict(int)
    begun = Leaf(field=kind.begins, op="before", value=asking.span.until.isoformat())
    for ended in (
        Leaf(field=kind.ends, op="is_empty"),
        Leaf(field=kind.ends, op="after", value=ends[0].isoformat()),
    ):
        for keys, first, last, count in _stood(asking, kind, ends, (begun, ended)):
            until = len(ends) if last is None else min(last, len(ends))
            for at in range(first, until):
                found[(keys, at)] += count
    return [_stands(asking, found, len(ends))]


def _stood(
    asking: _Asking, kind: Standing, ends: list[datetime], during: Sequence[Any]
) -> list[tuple[Keys, int, int | None, int]]:
    """Groups of rows: keys, at which end they first stand, at which no more, how many."""
    begins, over = asking.column(kind.begins), asking.column(kind.ends)
    session = asking.ctx.session
    rows = asking.rows(
        during,
        first=place_among(session, begins, ends),
        last=place_among(session, over, ends),
    )
    named = asking.keys()
    keys = [rows.c[name] for name in named]
    groups = [*keys, rows.c.first, rows.c.last]
    found = session.execute(select(*groups, func.count()).group_by(*groups).limit(_MOST_STANDING + 1)).all()
    if len(found) > _MOST_STANDING:
        raise Invalid(fields={"split": "too_many_cells"})
    size = len(keys)
    return [
        (tuple(plain_key(value) for value in row[:size]), row[size], row[size + 1], row[size + 2])
        for row in found
    ]


def _stands(asking: _Asking, found: dict[tuple[Keys, int], int], ends: int) -> Counted:
    """What stood at the last end is what stands in all; cells are those of every end, or of that one."""
    splits = asking.asked.splits
    total = sum(count for (_, at), count in found.items() if at == ends - 1)
    cells: dict[Keys, int] = defaultdict(int)
    for (keys, at), count in found.items():
        if asking.asked.grain is None and at != ends - 1:
            continue
        placed = tuple(at if split in GRAINS else key for split, key in zip(splits, keys, strict=True))
        cells[placed] += count
    return Counted(Number(total, total), {keys: Number(number, number) for keys, number in cells.items()})


_BY_KIND: dict[type, Callable[[_Asking, Any], list[Counted]]] = {
    Count: _counts,
    Share: _shares,
    PerHolder: _per_holder,
    Percentile: _percentiles,
    Standing: _standing,
}
