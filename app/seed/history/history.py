"""Making the history: begun once, gone on with a day at a time, in whatever process has the time."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from sqlalchemy import select

from app.core.context import Context
from app.core.counters import take_numbers
from app.core.db import gather_statistics
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.tables import Counter
from app.core.unit_of_work import open_context
from app.listener.learning.versions import current_classifier
from app.seed.history.house import HistoryRefused, house_of
from app.seed.history.planning import OFFICE, Day
from app.seed.history.told import tell_of_history
from app.seed.history.writing import DayWriter

SEED = 7
ACTOR = system_actor("seed", Permission.LISTENER_INGEST)
_NAME = re.compile(r"history-(\d{8})-(\d+)-(-?\d+)")


@dataclass(frozen=True)
class History:
    """Which days are made from which seed; a counter of the database holds it and how many are written."""

    days: int
    seed: int
    today: date
    """The first day that is not part of it."""

    @property
    def name(self) -> str:
        return f"history-{self.today:%Y%m%d}-{self.days}-{self.seed}"

    @classmethod
    def named(cls, name: str) -> Self | None:
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        today, days, seed = found.groups()
        return cls(int(days), int(seed), datetime.strptime(today, "%Y%m%d").date())

    @property
    def until(self) -> datetime:
        return datetime.combine(self.today, time(), OFFICE).astimezone(UTC)


def begun(ctx: Context) -> tuple[History, int] | None:
    """The installation's history, and how many of its days are written; None where there is none."""
    rows = ctx.session.execute(select(Counter.name, Counter.value).where(Counter.name.like("history-%")))
    return next(((found, value) for name, value in rows if (found := History.named(name))), None)


def begin(ctx: Context, days: int, seed: int = SEED) -> History:
    """Note which history this installation is to have; the one that was begun before stays as it is.

    Raises HistoryRefused: without the demo organisation, or where another history was begun.
    """
    earlier = begun(ctx)
    if earlier is not None:
        if (earlier[0].days, earlier[0].seed) != (days, seed):
            raise HistoryRefused(
                f"there is a history of {earlier[0].days} days from seed {earlier[0].seed} already; "
                "only an installation without one can get another"
            )
        return earlier[0]
    house_of(ctx, "")
    history = History(days, seed, ctx.now().astimezone(OFFICE).date())
    take_numbers(ctx.session, history.name, 0, ctx.now())
    return history


def go_on(runtime: Runtime) -> Generator[tuple[int, int], None, None]:
    """Write the days that are missing, each in a transaction of its own: (days written, days in all).

    The first is told before anything is done. Without a history there is nothing to do.
    """
    with open_context(runtime, ACTOR, write=False) as ctx:
        found = begun(ctx)
    if found is None:
        return
    history, written = found
    yield written, history.days
    if written == history.days:
        return
    version = current_classifier(runtime).version
    while written < history.days:
        with open_context(runtime, ACTOR) as ctx:
            written = _write_next(ctx, history, version)
        yield written, history.days
    gather_statistics(runtime.engine)


def _write_next(ctx: Context, history: History, version: str) -> int:
    """Write the next day; how many are written then. Two who do this at once take turns."""
    next_day = take_numbers(ctx.session, history.name, 1, ctx.now())
    if next_day > history.days:
        take_numbers(ctx.session, history.name, -1, ctx.now())
        return history.days
    day = Day(history.seed, history.days - next_day + 1, history.today)
    DayWriter(ctx, house_of(ctx, version), day, history.until).write()
    if next_day == history.days:
        tell_of_history(ctx, history.until)
    return next_day
