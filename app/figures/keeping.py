"""Keeping the sums of past days: listing them, counting them, holding them against their rows.

A day is first listed, so that changes of its rows mark it, and counted a while later: whatever had begun
before it was listed is over by then. A count takes the marks away that it sees, in the same transaction and
before it looks at a row; a change that it does not see leaves a mark that it does not see either. So a day
without a mark has the sums of its rows, whoever is killed when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, cast, delete, func, insert, literal, literal_column, or_, select, update

from app.core.context import Context
from app.core.office import start_of_day
from app.figures.lengths import pack
from app.figures.rounding import rounded_sql
from app.figures.sums import DAY, KEPT, Kept
from app.models import FigureDay, FigureMark, FigureSum

log = structlog.get_logger(__name__)
OpenUnit = Callable[[], AbstractContextManager[Context]]
FRESH = 2 * DAY
"""Younger days change all the time: they are counted from their rows."""
LONGEST = 400 * DAY
"""How far back days are summed; figures of what is older are counted from rows."""
SETTLES = timedelta(minutes=10)
"""What had begun when a day was listed is over after that."""
AGAIN = timedelta(minutes=5)
"""A day that changes all the time is counted anew no more often."""
_AT_ONCE = 100
"""So many days are listed, counted or checked in one go."""
_WORD = FigureSum.word.type
_KEYS = ("account_id", "team_id", "word", "flag")


def list_days(ctx: Context) -> int:
    """Past days that have become old enough, of every moment; how many."""
    today = start_of_day(ctx.now())
    until, since = today - FRESH + DAY, today - LONGEST
    listed = 0
    for moment in KEPT.moments():
        known = set(ctx.session.scalars(select(FigureDay.day).where(FigureDay.moment == moment)))
        first = _first(ctx, moment)
        if first is None:
            continue
        day = max(since, start_of_day(first))
        while day < until:
            if day not in known:
                row = {"moment": moment, "day": day, "listed_at": ctx.now()}
                ctx.session.execute(insert(FigureDay).values(**row))
                listed += 1
            day += DAY
    return listed


def _first(ctx: Context, moment: str) -> datetime | None:
    kept = KEPT.of(moment)[0]
    first: datetime | None = ctx.session.scalar(select(func.min(kept.rows.fields[kept.time].sql)))
    return first


def outdated(ctx: Context) -> list[tuple[str, datetime]]:
    """Days to count, the newest first: those never counted, and marked ones not counted just now."""
    marked = select(FigureMark.maker).where(
        FigureMark.moment == FigureDay.moment, FigureMark.day == FigureDay.day
    )
    never = and_(FigureDay.counted_at.is_(None), FigureDay.listed_at <= ctx.now() - SETTLES)
    again = and_(FigureDay.counted_at <= ctx.now() - AGAIN, marked.correlate(FigureDay).exists())
    rows = ctx.session.execute(
        select(FigureDay.moment, FigureDay.day)
        .where(or_(never, again))
        .order_by(FigureDay.day.desc(), FigureDay.moment)
        .limit(_AT_ONCE)
    )
    return [(row[0], row[1]) for row in rows]


def is_anything_due(ctx: Context) -> bool:
    """Whether a day is to be listed or counted. Two or three cheap statements."""
    newest = ctx.session.scalar(select(func.max(FigureDay.day)))
    lists = newest is None or newest < start_of_day(ctx.now()) - FRESH
    return lists or bool(outdated(ctx))


def keep_up(unit: OpenUnit) -> int:
    """List what is old enough and count what is outdated, each day in a transaction of its own; how many."""
    with unit() as ctx:
        list_days(ctx)
        days = outdated(ctx)
    for moment, day in days:
        with unit() as ctx:
            count_day(ctx, moment, day)
    return len(days)


def count_day(ctx: Context, moment: str, day: datetime) -> None:
    """The sums of a day anew. Repeated, it leaves the same."""
    session = ctx.session
    session.execute(delete(FigureMark).where(FigureMark.moment == moment, FigureMark.day == day))
    for kept in KEPT.of(moment):
        session.execute(delete(FigureSum).where(FigureSum.kind == kept.kind, FigureSum.day == day))
        _write(ctx, kept, day)
    session.execute(
        update(FigureDay)
        .where(FigureDay.moment == moment, FigureDay.day == day)
        .values(counted_at=ctx.now(), checked_at=ctx.now())
    )


def _write(ctx: Context, kept: Kept, day: datetime) -> None:
    if kept.took is None:
        told = _told(kept, day)
        keys = [told.c[name] for name in _KEYS]
        of_day = literal(day, FigureSum.day.type).label("day")
        counted = select(literal(kept.kind).label("kind"), of_day, *keys, func.count()).group_by(*keys)
        ctx.session.execute(insert(FigureSum).from_select(["kind", "day", *_KEYS, "n"], counted))
        return
    rows = [
        {"kind": kept.kind, "day": day, **dict(zip(_KEYS, keys, strict=True)), "n": count, "lengths": lengths}
        for keys, (count, lengths) in _counted(ctx, kept, day).items()
    ]
    if rows:
        ctx.session.execute(insert(FigureSum), rows)


def _counted(ctx: Context, kept: Kept, day: datetime) -> dict[Any, tuple[int, bytes | None]]:
    """What the rows of a day come to: by what they are told apart, how many, and their lengths packed."""
    told = _told(kept, day)
    keys = [told.c[name] for name in _KEYS]
    groups = keys if kept.took is None else [*keys, told.c.took]
    rows = ctx.session.execute(select(*groups, func.count()).group_by(*groups)).all()
    if kept.took is None:
        return {tuple(row[:4]): (int(row[4]), None) for row in rows}
    together: dict[Any, list[tuple[int, int]]] = {}
    for row in rows:
        together.setdefault(tuple(row[:4]), []).append((int(row[4]), int(row[5])))
    return {keys: (sum(n for _, n in found), pack(found)) for keys, found in together.items()}


def _told(kept: Kept, day: datetime) -> Any:
    """The rows of a day, by what they are told apart, and the cut length that each took."""
    fields = kept.rows.fields
    moment = fields[kept.time].sql
    nothing: Any = literal_column("0")
    rows = (
        select(
            fields["account"].sql.label("account_id"),
            (nothing if kept.team is None else func.coalesce(kept.team, 0)).label("team_id"),
            (literal_column("''") if kept.word is None else cast(kept.word, FigureSum.word.type)).label(
                "word"
            ),
            (nothing if kept.flag is None else kept.flag).label("flag"),
            (nothing if kept.took is None else kept.took).label("took"),
        )
        .select_from(kept.rows.entity)
        .where(moment >= day, moment < day + DAY, *([] if kept.where is None else [kept.where]))
        .subquery()
    )
    if kept.took is None:
        return rows
    keys = [rows.c[name] for name in _KEYS]
    return select(*keys, rounded_sql(rows.c.took).label("took")).subquery()


def mark_all(ctx: Context) -> int:
    """Every listed day is to be counted anew; until it is, figures come from its rows. How many days."""
    rows = ctx.session.execute(select(FigureDay.moment, FigureDay.day)).all()
    known = {tuple(row) for row in ctx.session.execute(select(FigureMark.moment, FigureMark.day))}
    new = [row for row in rows if tuple(row) not in known]
    if new:
        ctx.session.execute(
            insert(FigureMark), [{"moment": row[0], "day": row[1], "maker": 0} for row in new]
        )
    ctx.session.execute(update(FigureDay).where(FigureDay.counted_at.is_not(None)).values(counted_at=None))
    return len(rows)


def rebuild(unit: OpenUnit) -> int:
    """Count every past day anew at once, whatever is kept of it. For people, after damage."""
    with unit() as ctx:
        list_days(ctx)
        mark_all(ctx)
        days = [(row[0], row[1]) for row in ctx.session.execute(select(FigureDay.moment, FigureDay.day))]
    for moment, day in days:
        with unit() as ctx:
            count_day(ctx, moment, day)
    return len(days)


def unchecked(ctx: Context) -> list[tuple[str, datetime]]:
    """Days that were not held against their rows since this day of the office's began."""
    rows = ctx.session.execute(
        select(FigureDay.moment, FigureDay.day)
        .where(FigureDay.counted_at.is_not(None), FigureDay.checked_at < start_of_day(ctx.now()))
        .order_by(FigureDay.day.desc(), FigureDay.moment)
        .limit(_AT_ONCE)
    )
    return [(row[0], row[1]) for row in rows]


def check(unit: OpenUnit, days: list[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Hold days against their rows; those that differed are counted anew and told in the log."""
    wrong = []
    for moment, day in days:
        with unit() as ctx:
            if _differs(ctx, moment, day):
                log.error("figure_sums_differ", moment=moment, day=day.isoformat())
                wrong.append((moment, day))
                count_day(ctx, moment, day)
            chosen = and_(FigureDay.moment == moment, FigureDay.day == day)
            ctx.session.execute(update(FigureDay).where(chosen).values(checked_at=ctx.now()))
    return wrong


def _differs(ctx: Context, moment: str, day: datetime) -> bool:
    """Whether a day that nobody marked has other sums than its rows; one that is marked may."""
    differs = any(_kept(ctx, kept, day) != _counted(ctx, kept, day) for kept in KEPT.of(moment))
    if not differs:
        return False
    marks = select(FigureMark.maker).where(FigureMark.moment == moment, FigureMark.day == day).limit(1)
    return ctx.session.scalar(marks) is None


def _kept(ctx: Context, kept: Kept, day: datetime) -> dict[Any, tuple[int, bytes | None]]:
    columns = [getattr(FigureSum, name) for name in (*_KEYS, "n", "lengths")]
    rows = ctx.session.execute(select(*columns).where(FigureSum.kind == kept.kind, FigureSum.day == day))
    return {tuple(row[:4]): (int(row[4]), row[5]) for row in rows}


def all_days(ctx: Context) -> Iterator[tuple[str, datetime]]:
    rows = ctx.session.execute(
        select(FigureDay.moment, FigureDay.day).where(FigureDay.counted_at.is_not(None))
    )
    return ((row[0], row[1]) for row in rows)
