"""The rows that a metric counts, as SQL: narrowed by all that was asked; of past days sums in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)

from app.conditions.binding import bind
from app.conditions.catalogue import SubjectOf
from app.conditions.tree import AllOf
from app.core.context import Context
from app.core.errors import Invalid
from app.core.moments import place_among
from app.figures.catalogue import Metric, Share, Standing
from app.figures.checking import GRAINS, Asked
from app.figures.schemas import MOST_CELLS
from app.figures.spans import Grain, Span, parts
from app.figures.sums import DAY, Kept, Stretches, standing_days, stretches
from app.identity.scope import scope
from app.identity.summed_reach import Reached
from app.models import FigureSum

Keys = tuple[Any, ...]
"""One value a split: the number of the part of time, from 0, or the field's value."""
Columns = Callable[["Side"], dict[str, Any]]
_ONE: Any = literal_column("1")
_FEW = 2 * DAY
"""A span that is no longer has no sums worth looking for."""


def plain_key(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True)
class Side:
    """One table that is counted: the rows themselves, or the sums of one kind."""

    asking: Asking
    kept: Kept | None = None

    @property
    def subject(self) -> SubjectOf:
        return self.kept.subject if self.kept else self.asking.metric.source.asked

    @property
    def weight(self) -> Any:
        """For how many rows one of these stands."""
        return FigureSum.n if self.kept else _ONE

    def column(self, name: str) -> Any:
        return self.subject.fields[name].sql

    def moment(self) -> Any:
        return FigureSum.day if self.kept else self.column(self.asking.metric.time or "")

    def holds(self, *trees: Any) -> ColumnElement[bool]:
        """What meets these, by the field's own SQL."""
        return bind(
            self.asking.ctx, self.subject, AllOf(all=list(trees)), names=self.asking.asked.names
        ).sql()

    def keys(self) -> dict[str, Any]:
        return {f"k{at}": self._key(split) for at, split in enumerate(self.asking.asked.splits)}

    def _key(self, split: str) -> Any:
        asked = self.asking.asked
        if split in asked.parted:
            if self.kept is None:
                return asked.parted[split].key
            return self.kept.parted[split](self.asking.ctx, asked.condition).key
        if split not in GRAINS or asked.grain is None:
            return self.column(split)
        starts = [since for since, _ in parts(self.asking.span, asked.grain)]
        if isinstance(self.asking.metric.kind, Standing) or not starts:
            return null()  # grouped by its own columns
        return place_among(self.asking.ctx.session, self.moment(), starts) - 1


@dataclass
class Pieces:
    """Selects of the same columns that together are all rows of a metric, none of them twice."""

    rows: list[Select[Any]]
    sums: list[Select[Any]]


@dataclass(frozen=True)
class Asking:
    ctx: Context
    asked: Asked
    metrics: Sequence[Metric]
    span: Span

    @property
    def metric(self) -> Metric:
        return self.metrics[0]

    def column(self, name: str) -> Any:
        return self.metric.source.asked.fields[name].sql

    def rows(self, during: Sequence[Any], columns: dict[str, Any]) -> Subquery:
        """The rows within reach with these columns, those of the splits first."""
        return self.select_rows(self.metric.rows, during, lambda _side: columns).subquery("rows")

    def select_rows(self, meant: Sequence[Any], during: Sequence[Any], columns: Columns) -> Select[Any]:
        side = Side(self)
        subject = side.subject
        tree = AllOf(all=[*meant, *self.asked.condition, *during])
        listed = AllOf(all=[*self.metric.source.whole, *tree.all])
        stands = true() if subject.standing is None else subject.standing(listed)
        return scope(_chosen(side, columns), self.ctx.actor, subject.entity).where(stands, side.holds(tree))

    def select_sums(
        self, kept: Kept, reached: Reached, meant: Sequence[Any], runs: Any, columns: Columns
    ) -> Select[Any]:
        side = Side(self, kept)
        return _chosen(side, columns).where(
            FigureSum.kind == kept.kind,
            within(FigureSum.day, runs),
            reached.sums,
            side.holds(*meant, *self.asked.condition),
        )

    def during(self) -> tuple[Any, ...]:
        return self._between(self.span.since, self.span.until)

    def _between(self, since: datetime, until: datetime) -> tuple[Any, ...]:
        return self.metric.during(since.isoformat(), until.isoformat())

    def pieces(self, columns: Columns) -> Pieces:
        """The rows of the span, by sums where they know what is asked."""
        metric = self.metric
        found = self._summed()
        if found is None:
            return Pieces([self.select_rows(metric.rows, self.during(), columns)], [])
        kept, reached, cut = found
        meant = metric.rows if metric.summed is None else metric.summed
        rows = [self.select_rows(metric.rows, self._between(*stretch), columns) for stretch in cut.counted]
        moment = Side(self).moment()
        whole = self._between(cut.summed[0][0], cut.summed[-1][1])
        if metric.besides:
            besides = self.select_rows(metric.besides, whole, columns)
            rows.append(besides.where(within(moment, cut.summed)))
        if reached.besides is not None:
            own = self.select_rows(meant, whole, columns)
            rows.append(own.where(within(moment, cut.summed), reached.besides))
        return Pieces(rows, [self.select_sums(kept, reached, meant, cut.summed, columns)])

    def weighed(self, columns: Columns = lambda _side: {}) -> Subquery:
        """The same as one: each with `n`, for how many rows it stands."""
        pieces = self.pieces(lambda side: {**columns(side), "n": side.weight})
        together = [*pieces.sums, *pieces.rows]
        return (together[0] if len(together) == 1 else union_all(*together)).subquery("rows")

    def _summed(self) -> tuple[Kept, Reached, Stretches] | None:
        if self.asked.grain is Grain.HOUR or self.span.until - self.span.since < _FEW or not self.metric.sums:
            return None
        kept = self.metric.sums[0]
        reached = self.reach_in(kept)
        if reached is None:
            return None
        span = self.span
        cut = stretches(self.days(kept, span.since, span.until), span.since, span.until, ())
        return (kept, reached, cut) if cut.summed else None

    def reach_in(self, kept: Kept) -> Reached | None:
        """How far the actor reaches in these sums, if they know all that is asked."""
        metric = self.metric
        meant = metric.rows if metric.summed is None else metric.summed
        asked = [*meant, *self.asked.condition]
        for each in self.metrics:
            asked += each.kind.part if isinstance(each.kind, Share) else ()
        splits = [split for split in self.asked.splits if split not in GRAINS]
        return kept.reach(self.ctx.actor) if kept.answers(asked, splits) else None

    def days(self, kept: Kept, since: datetime, until: datetime) -> list[datetime]:
        key = (kept.moment, since, until)
        if key not in self.asked.days:
            self.asked.days[key] = standing_days(self.ctx, kept.moment, since, until)
        return self.asked.days[key]

    def grouped(self, rows: Subquery, *columns: Any) -> list[tuple[Keys, Any]]:
        """By the splits: the keys of each group, and its row."""
        keys = [rows.c[f"k{at}"] for at in range(len(self.asked.splits))]
        statement = select(*keys, *columns).select_from(rows).group_by(*keys)
        found = self.ctx.session.execute(statement.limit(MOST_CELLS + 1)).all()
        if len(found) > MOST_CELLS:
            raise Invalid(fields={"split": "too_many_cells"})
        return [(tuple(plain_key(value) for value in row[: len(keys)]), row[len(keys) :]) for row in found]


def within(moment: Any, runs: Sequence[tuple[datetime, datetime]]) -> ColumnElement[bool]:
    return or_(*(and_(moment >= since, moment < until) for since, until in runs))


def total(rows: Subquery, *meant: ColumnElement[bool]) -> Any:
    """How many rows there are, of those that are meant."""
    summed: Any = func.sum(rows.c.n)
    return func.coalesce(summed.filter(*meant) if meant else summed, 0)


def _chosen(side: Side, columns: Columns) -> Select[Any]:
    named = {**side.keys(), **columns(side)}
    chosen = [column.label(name) for name, column in named.items()] or [_ONE.label("one")]
    return select(*chosen).select_from(side.subject.entity)
