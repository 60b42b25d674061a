"""What is to be done, by who has it and where it waits: one statement, whose index holds all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.context import Context
from app.core.lanes import Lane
from app.identity.scope import scope
from app.models import ServiceRequest
from app.routing.floor.doors import SOON_MINUTES
from app.routing.narrowing import late_condition, view_condition

Place = tuple[int | None, int | None]
"""Queue and team; of what is in a queue its team says nothing."""


@dataclass(frozen=True)
class Work:
    """Sums of requests that are not done."""

    n: int = 0
    private: int = 0
    overdue: int = 0
    soon: int = 0
    waits_since: datetime | None = None
    next_due_at: datetime | None = None

    def __add__(self, other: Work) -> Work:
        return Work(
            self.n + other.n,
            self.private + other.private,
            self.overdue + other.overdue,
            self.soon + other.soon,
            _earliest(self.waits_since, other.waits_since),
            _earliest(self.next_due_at, other.next_due_at),
        )


NONE = Work()


def summed(several: Iterable[Work]) -> Work:
    return sum(several, NONE)


@dataclass(frozen=True)
class Standing:
    waiting: dict[Place, Work]
    """What nobody has, by where it waits."""
    held: dict[int, Work]
    """What somebody has, by who that is."""


def standing(ctx: Context) -> Standing:
    """All within reach. One statement, however much there is."""
    r, now = ServiceRequest, ctx.now()
    is_due = r.waiting_since.is_not(None)
    soon = is_due & r.due_at.between(now, now + timedelta(minutes=SOON_MINUTES))
    whose = (r.assignee_id, r.queue_id, r.team_id)
    rows = ctx.session.execute(
        scope(select(r), ctx.actor, r)
        .where(view_condition(ctx, "all"))
        .with_only_columns(
            *whose,
            func.count(),
            func.count().filter(r.lane == Lane.PRIVATE),
            func.count().filter(late_condition(ctx)),
            func.count().filter(soon),
            func.min(r.waiting_since),
            func.min(r.due_at).filter(is_due),
            maintain_column_froms=True,
        )
        .group_by(*whose)
    )
    waiting: dict[Place, Work] = defaultdict(Work)
    held: dict[int, Work] = defaultdict(Work)
    for holder, queue_id, team_id, *sums in rows:
        if holder is None:
            waiting[queue_id, team_id if queue_id is None else None] += Work(*sums)
        else:
            held[holder] += Work(*sums)
    return Standing(dict(waiting), dict(held))


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
