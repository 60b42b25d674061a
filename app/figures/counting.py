"""Asking the database: each kind of metric as one statement over one span.

Every statement narrows the same rows: the metric's own, the question's condition, the span, the actor's
reach; sums stand for those of past days where they can (`asking_rows`). What rows are grouped by is worked
out in a subquery and grouped outside of it: PostgreSQL takes an expression with parameters that is written
twice for two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select, union_all

from app.conditions.tree import Leaf
from app.core.context import Context
from app.core.errors import Invalid
from app.core.moments import place_among
from app.figures.asking_rows import Asking, Keys, Side, plain_key, total, within
from app.figures.catalogue import Count, Metric, Percentile, PerHolder, Share, Standing
from app.figures.checking import GRAINS, Asked
from app.figures.numbers import Counted, Number
from app.figures.percentiles import percentiles
from app.figures.schemas import MOST_CELLS
from app.figures.spans import Span, parts
from app.figures.sums import stretches
from app.models import FigureSum

_MOST_STANDING = 4 * MOST_CELLS


def count(ctx: Context, asked: Asked, metrics: Sequence[Metric], span: Span) -> list[Counted]:
    """Metrics of one basis (see `basis`) in one span, in their order.

    One statement; two where a whole is no sum of its parts and not ranked with them.
    Raises Invalid (`too_many_cells`).
    """
    kind = metrics[0].kind
    return _BY_KIND[type(kind)](Asking(ctx, asked, metrics, span), kind)


def basis(metric: Metric) -> Any:
    """What metrics have in common that one statement answers."""
    kind = metric.kind
    if isinstance(kind, Percentile):
        return (metric.source.subject.key, metric.rows, metric.time, kind.begins, kind.ends)
    return metric.key


def _counts(asking: Asking, _kind: Count) -> list[Counted]:
    rows = asking.weighed()
    found = [(keys, int(row[0])) for keys, row in asking.grouped(rows, total(rows))]
    cells = {keys: Number(count, count) for keys, count in found}
    whole = sum(number.count for number in cells.values())
    return [Counted(Number(whole, whole), cells)]


def _shares(asking: Asking, kind: Share) -> list[Counted]:
    rows = asking.weighed(lambda side: {"part": side.holds(*kind.part)})
    found = [
        (keys, [int(n) for n in row])
        for keys, row in asking.grouped(rows, total(rows), total(rows, rows.c.part))
    ]
    cells = {keys: _share(*row) for keys, row in found}
    whole = _share(sum(row[0] for _, row in found), sum(row[1] for _, row in found))
    return [Counted(whole, cells)]


def _share(count: int, part: int) -> Number:
    return Number(part / count if count else None, count, part)


def _per_holder(asking: Asking, kind: PerHolder) -> list[Counted]:
    rows = asking.rows(asking.during(), {"holder": asking.column(kind.field)})
    columns = (func.count(), func.count(rows.c.holder.distinct()))
    cells = {keys: _per(*row) for keys, row in asking.grouped(rows, *columns)}
    if not asking.asked.splits:
        return [Counted(cells.get((), Number()), cells)]
    # Who holds something of two parts is one person: parts do not add up.
    return [Counted(_per(*asking.ctx.session.execute(select(*columns)).one()), cells)]


def _per(count: int, holders: int) -> Number:
    return Number(count / holders if holders else None, count, holders)


def _standing(asking: Asking, kind: Standing) -> list[Counted]:
    """How many stood at the end of each part, from how many began and ended between which two of those ends.

    A row stands at an end when it began before it and did not end before it. Rows that have not ended and
    rows that have are asked for apart: each lies in one stretch of an index.
    """
    grain = asking.asked.grain
    ends = [until for _, until in parts(asking.span, grain)] if grain else [asking.span.until]
    if not ends:
        return [Counted(Number(0))]
    summed = _stood_by_sums(asking, kind, ends)
    if summed is not None:
        return [_stands(asking, summed, len(ends))]
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
    asking: Asking, kind: Standing, ends: list[datetime], during: Sequence[Any]
) -> list[tuple[Keys, int, int | None, int]]:
    """Groups of rows: keys, at which end they first stand, at which no more, how many."""
    begins, over = asking.column(kind.begins), asking.column(kind.ends)
    session = asking.ctx.session
    rows = asking.rows(
        during, {"first": place_among(session, begins, ends), "last": place_among(session, over, ends)}
    )
    keys = [rows.c[f"k{at}"] for at in range(len(asking.asked.splits))]
    groups = [*keys, rows.c.first, rows.c.last]
    found = session.execute(select(*groups, func.count()).group_by(*groups).limit(_MOST_STANDING + 1)).all()
    if len(found) > _MOST_STANDING:
        raise Invalid(fields={"split": "too_many_cells"})
    size = len(keys)
    return [
        (tuple(plain_key(value) for value in row[:size]), row[size], row[size + 1], row[size + 2])
        for row in found
    ]


def _stood_by_sums(
    asking: Asking, kind: Standing, ends: list[datetime]
) -> dict[tuple[Keys, int], int] | None:
    """The same from sums: at an end stands what has not ended, and what ended from then on, without what
    began from then on (nothing ends before it begins). None where sums do not know what is asked.
    """
    horizon = max(ends[-1], asking.ctx.now())
    if not asking.metric.sums:
        return None
    ways = []
    for kept, name, sign in zip(asking.metric.sums, (kind.begins, kind.ends), (-1, 1), strict=True):
        reached = asking.reach_in(kept)
        if reached is None:
            return None
        cut = stretches(asking.days(kept, ends[0], horizon), ends[0], horizon, ends)
        if not cut.summed:
            return None
        ways.append((kept, name, sign, reached, cut))
    found: dict[tuple[Keys, int], int] = defaultdict(int)
    rows = asking.rows([Leaf(field=kind.ends, op="is_empty")], {"n": literal_column("1")})
    for keys, (count,) in asking.grouped(rows, total(rows)):
        for at in range(len(ends)):
            found[(keys, at)] += int(count)
    for kept, name, sign, reached, cut in ways:
        for keys, upto, count in _from_then_on(asking, kept, name, reached, cut, ends):
            for at in range(upto):
                found[(keys, at)] += sign * count
    return {placed: count for placed, count in found.items() if count}


def _from_then_on(
    asking: Asking, kept: Any, name: str, reached: Any, cut: Any, ends: list[datetime]
) -> list[tuple[Keys, int, int]]:
    """Rows by how many of the ends their moment is not before."""

    def columns(side: Side) -> dict[str, Any]:
        moment = FigureSum.day if side.kept else side.column(name)
        return {"upto": place_among(asking.ctx.session, moment, ends), "n": side.weight}

    moment = asking.column(name)
    last = cut.counted[-1] if cut.counted and cut.counted[-1][1] > cut.summed[-1][1] else None
    pieces = [asking.select_sums(kept, reached, (), cut.summed, columns)]
    for since, until in cut.counted if last is None else cut.counted[:-1]:
        during = [_since(name, since), Leaf(field=name, op="before", value=until.isoformat())]
        pieces.append(asking.select_rows(asking.metric.rows, during, columns))
    open_since = cut.summed[-1][1] if last is None else last[0]
    pieces.append(asking.select_rows(asking.metric.rows, [_since(name, open_since)], columns))
    if reached.besides is not None:
        own = asking.select_rows(asking.metric.rows, [_since(name, cut.summed[0][0])], columns)
        pieces.append(own.where(within(moment, cut.summed), reached.besides))
    rows = union_all(*pieces).subquery("rows")
    keys = [rows.c[f"k{at}"] for at in range(len(asking.asked.splits))]
    statement = select(*keys, rows.c.upto, func.sum(rows.c.n)).group_by(*keys, rows.c.upto)
    found = asking.ctx.session.execute(statement.limit(_MOST_STANDING + 1)).all()
    if len(found) > _MOST_STANDING:
        raise Invalid(fields={"split": "too_many_cells"})
    size = len(keys)
    return [(tuple(plain_key(value) for value in row[:size]), row[size], int(row[size + 1])) for row in found]


def _since(name: str, moment: datetime) -> Leaf:
    return Leaf(field=name, op="after", value=moment.isoformat())


def _stands(asking: Asking, found: dict[tuple[Keys, int], int], ends: int) -> Counted:
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


_BY_KIND: dict[type, Callable[[Asking, Any], list[Counted]]] = {
    Count: _counts,
    Share: _shares,
    PerHolder: _per_holder,
    Percentile: percentiles,
    Standing: _standing,
}
