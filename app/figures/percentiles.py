"""Lengths at wanted ranks, by nearest rank over how many rows took each (cut) length of time.

From rows alone the database ranks. Where sums stand for past days, their packed lengths and the counts of the
other rows are ranked here: a whole from the same counts as its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, literal, null, select, union_all

from app.core.errors import Invalid
from app.core.moments import seconds_between
from app.figures.asking_rows import Asking, Keys, Side, plain_key
from app.figures.catalogue import Percentile
from app.figures.lengths import Ranking
from app.figures.numbers import Counted, Number
from app.figures.rounding import rounded_sql
from app.figures.schemas import MOST_CELLS
from app.models import FigureSum


def percentiles(asking: Asking, kind: Percentile) -> list[Counted]:
    """One for each of the asked metrics. Raises Invalid (`too_many_cells`)."""
    length = seconds_between(asking.column(kind.begins), asking.column(kind.ends))

    def columns(side: Side) -> dict[str, Any]:
        return {"lengths": FigureSum.lengths} if side.kept else {"length": length}

    pieces = asking.pieces(columns)
    percents = [metric.kind.percent for metric in asking.metrics if isinstance(metric.kind, Percentile)]
    names = [f"k{at}" for at in range(len(asking.asked.splits))]
    counts: Any = _counts(pieces.rows, names) if pieces.rows else None
    if pieces.sums:
        return _here(asking, pieces.sums, counts, names, percents)
    return _in_database(asking, counts.cte("counts"), names, percents)


def _counts(rows: Sequence[Select[Any]], names: list[str]) -> Any:
    """How many of the rows took each cut length, by keys."""
    lengths = rows[0] if len(rows) == 1 else union_all(*rows)
    # The offset keeps PostgreSQL from working each length out anew for every step it is compared with.
    plain = select(*lengths.subquery("each").c).offset(0).subquery("lengths")
    keyed = [plain.c[name] for name in names]
    cut = select(*keyed, rounded_sql(plain.c.length).label("took")).subquery("rows")
    groups = [*(cut.c[name] for name in names), cut.c.took]
    return select(*groups, func.count().label("n")).group_by(*groups)


def _here(
    asking: Asking, sums: Sequence[Select[Any]], counts: Any, names: list[str], percents: Sequence[int]
) -> list[Counted]:
    groups: dict[Keys, int] = {}
    ranking = Ranking()
    size = len(names)

    def group(row: Any) -> int:
        found = groups.setdefault(tuple(plain_key(value) for value in row[:size]), len(groups))
        if found >= MOST_CELLS:
            raise Invalid(fields={"split": "too_many_cells"})
        return found

    execute = asking.ctx.session.execute
    for piece in sums:
        for row in execute(piece):
            ranking.add_packed(group(row), row[size])
    if counts is not None:
        for row in execute(counts):
            ranking.add(group(row), int(row[size]), int(row[size + 1]))
    whole, by_group = ranking.ranks(percents)
    cells = {keys: by_group[at] for keys, at in groups.items() if at in by_group}
    return [
        Counted(
            _number(whole, at), {keys: _number(found, at) for keys, found in cells.items()} if names else {}
        )
        for at in range(len(percents))
    ]


def _number(found: Sequence[Any], at: int) -> Number:
    return Number(found[1 + at], found[0]) if found[0] else Number()


def _in_database(asking: Asking, counts: Any, names: list[str], percents: Sequence[int]) -> list[Counted]:
    whole = select(counts.c.took, func.sum(counts.c.n).label("n")).group_by(counts.c.took).subquery("whole")
    empty = [null().label(name) for name in names]
    statement: Any = _ranked(whole, [], percents, literal(0).label("is_part"), *empty)
    if names:
        statement = union_all(statement, _ranked(counts, names, percents, literal(1).label("is_part")))
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
