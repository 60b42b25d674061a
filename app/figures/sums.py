"""What of past days is kept as sums, so that a figure of months need not count its rows again.

A feature declares beside its metrics what may be kept (`Kept`): a number for each day and each combination of
few things. A question that asks about no more than these is answered from the sums of the days that stand
(`standing_days`) and the rows of all others; anything else from the rows. The numbers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, null, select

from app.conditions.catalogue import FieldOf, SubjectOf
from app.conditions.tree import Leaf, leaves
from app.core.context import Context
from app.identity.summed_reach import Reached
from app.models import Account, FigureDay, FigureMark, FigureSum

DAY = timedelta(days=1)
"""Of the office's zone, which has kept one time since days are summed."""
Ask = Callable[[Leaf], bool]
_S = FigureSum
TEAM: Any = func.nullif(_S.team_id, 0, type_=_S.team_id.type)
"""The team of the rows that a sum sums up; null where they have none."""


@dataclass(frozen=True)
class Kept:
    """One kind of sum: of which rows, by what they are told apart, and how a question can ask for it."""

    kind: str
    moment: str
    """Which of `FigureDay`'s moments says what day a row belongs to; its triggers watch what is used here."""
    subject: SubjectOf
    """The fields of the subject that can be asked of a sum, over the table of sums."""
    rows: SubjectOf
    """The same fields over the table that is summed."""
    time: str
    where: ColumnElement[bool] | None
    word: Any
    flag: Any
    took: Any
    team: Any
    only: Mapping[str, Ask]
    """By field of which a sum knows little: which questions it can answer."""
    reach: Callable[[Any], Reached | None]
    """How far somebody reaches in it; None where only the rows can say."""
    parted: Mapping[str, Callable[[Context, Any], Any]] = field(default_factory=dict)

    def answers(self, trees: Sequence[Any], splits: Sequence[str]) -> bool:
        """Whether sums know all that is asked."""
        asked = [one for tree in trees for one in _leaves(tree)]
        return all(
            one.field in self.subject.fields and (one.field not in self.only or self.only[one.field](one))
            for one in asked
        ) and all(split in self.subject.fields and split not in self.only for split in splits)


def sum_of(
    kind: str,
    moment: str,
    rows: SubjectOf,
    *,
    time: str,
    reach: Callable[[Any], Reached | None],
    where: ColumnElement[bool] | None = None,
    word: str | None = None,
    flag: tuple[str, Any] | None = None,
    flag_says: bool = False,
    took: Any = None,
    presence: str | None = None,
    team: bool = False,
    parted: Mapping[str, Callable[[Context, Any], Any]] | None = None,
) -> Kept:
    """What is kept of `rows`, told apart by account and by what is named here.

    `word` names a field whose value is kept; `flag` a field and the SQL by which it is kept as yes or no: as
    the value of a truth (`flag_says`), else as whether there is one; `presence` a field that all rows have.
    """
    asked, only = _asked(rows, word, flag, presence, flag_says=flag_says, team=team)
    return Kept(
        kind,
        moment,
        replace(rows, entity=_S, fields=asked, standing=None),
        rows,
        time,
        where,
        None if word is None else rows.fields[word].sql,
        None if flag is None else flag[1],
        took,
        rows.fields["team"].sql if team else None,
        only,
        reach,
        parted or {},
    )


def _asked(
    rows: SubjectOf,
    word: str | None,
    flag: tuple[str, Any] | None,
    presence: str | None,
    *,
    flag_says: bool,
    team: bool,
) -> tuple[dict[str, FieldOf], dict[str, Ask]]:
    """The fields of a subject over the table of sums, and what of some of them can be asked at all."""
    asked: dict[str, Any] = {
        "account": _S.account_id,
        "platform": select(Account.platform)
        .where(Account.id == _S.account_id)
        .correlate(_S)
        .scalar_subquery(),
    }
    only: dict[str, Ask] = {}
    if word is not None:
        asked[word] = _S.word
    if flag is not None:
        asked[flag[0]] = _S.flag == 1 if flag_says else func.nullif(_S.flag, 0, type_=_S.flag.type)
        only[flag[0]] = _says_yes if flag_says else _has_one
    if presence is not None:
        asked[presence] = _S.n
        only[presence] = _has_one
    if team:
        asked["team"] = TEAM
        if "unit" in rows.fields:
            asked["unit"] = type(rows.fields["unit"].sql)(TEAM)
    return {key: replace(rows.fields[key], sql=sql) for key, sql in asked.items()}, only


def _has_one(leaf: Leaf) -> bool:
    return leaf.op in ("is_empty", "is_not_empty")


def _says_yes(leaf: Leaf) -> bool:
    """That it is not yes may mean that it is no, or that there is no saying."""
    return leaf.op == "is" and leaf.value is True


def _leaves(tree: Any) -> list[Leaf]:
    return [one for _, one in leaves(tree)]


@dataclass(frozen=True)
class Stretches:
    """A span in two: whole days whose sums stand, and what is counted from rows."""

    summed: list[tuple[datetime, datetime]]
    counted: list[tuple[datetime, datetime]]


_MOST_GAPS = 8
"""So many stretches are counted from rows at most; shorter runs of days between them are counted along."""


def stretches(
    days: Sequence[datetime], since: datetime, until: datetime, edges: Sequence[datetime]
) -> Stretches:
    """`days` in order, those that stand; no sum is used of a day in which one of `edges` lies."""
    cut = {edge for edge in edges if edge not in days}
    runs: list[tuple[datetime, datetime]] = []
    for day in days:
        if day < since or day + DAY > until or any(day < edge < day + DAY for edge in cut):
            continue
        if runs and runs[-1][1] == day:
            runs[-1] = (runs[-1][0], day + DAY)
        else:
            runs.append((day, day + DAY))
    while len(runs) >= _MOST_GAPS:
        runs.remove(min(runs, key=lambda run: run[1] - run[0]))
    counted = []
    at = since
    for run in runs:
        if at < run[0]:
            counted.append((at, run[0]))
        at = run[1]
    if at < until:
        counted.append((at, until))
    return Stretches(runs, counted)


def standing_days(ctx: Context, moment: str, since: datetime, until: datetime) -> list[datetime]:
    """The days in a span whose sums say what the rows say, in order. One statement."""
    marked = select(null()).where(FigureMark.moment == FigureDay.moment, FigureMark.day == FigureDay.day)
    return list(
        ctx.session.scalars(
            select(FigureDay.day)
            .where(
                FigureDay.moment == moment,
                FigureDay.day >= since,
                FigureDay.day < until,
                FigureDay.counted_at.is_not(None),
                ~marked.correlate(FigureDay).exists(),
            )
            .order_by(FigureDay.day)
        )
    )


class AllKept:
    """Every kind of sum. Features declare theirs when they are imported."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kept] = {}

    def declare(self, kept: Kept) -> Kept:
        """Raises ValueError for a kind that is declared twice."""
        if kept.kind in self._kinds:
            raise ValueError(f"the sum {kept.kind!r} is declared twice")
        self._kinds[kept.kind] = kept
        return kept

    def of(self, moment: str) -> list[Kept]:
        return [one for one in self._kinds.values() if one.moment == moment]

    def moments(self) -> list[str]:
        return sorted({one.moment for one in self._kinds.values()})


KEPT = AllKept()
