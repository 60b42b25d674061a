"""What is known of a period: which requests came, when they were given, answered and over, and who was there.

Times are seconds since 1970, which add and compare quickly. All is read within the reach of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import or_, select

from app.core.context import Context
from app.core.db import among
from app.core.lanes import Lane
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    WORKING_STATUSES,
    AssignmentDecision,
    ChangeKind,
    Presence,
    RequestChange,
    RequestStatus,
    ServiceRequest,
)

_R, _C = ServiceRequest, RequestChange
_AT_ONCE = 2_000
ONLINE = Presence.ONLINE.value
_ABSENT = "presence_"


class Weighs(Enum):
    """What a request is to whoever has it: as the capacity counts it."""

    WORK = auto()
    SLEEP = auto()
    NOTHING = auto()

    @classmethod
    def as_is(cls, status: RequestStatus) -> Weighs:
        if status in WORKING_STATUSES:
            return cls.WORK
        return cls.SLEEP if status in ACTIVE_STATUSES else cls.NOTHING


Step = tuple[float, Weighs]
"""From when on it weighs so."""


@dataclass(frozen=True)
class PastRequest:
    id: int
    account_id: int
    team_id: int | None
    """Where it waited when it was opened; so is the queue."""
    queue_id: int | None
    lane: Lane
    wanted: tuple[tuple[int, int], ...]
    priority: int
    opened: float
    due: float | None
    """When its first answer was due, as it was written then."""
    holder: int | None
    """Who had it first."""
    given: float | None
    answered: float | None
    over: float | None
    urgent: float | None = None
    """When its answer was due while it first waited: by this it takes its turn."""
    steps: tuple[Step, ...] = ()
    """What it weighed after it was given: work at first."""


@dataclass(frozen=True)
class Seen:
    """At a moment when somebody was chosen: who of those who serve the account was at work."""

    at: float
    there: tuple[int, ...]
    away: tuple[int, ...]


@dataclass(frozen=True)
class Past:
    since: float
    until: float
    requests: tuple[PastRequest, ...]
    """In the order in which they came."""
    seen: tuple[Seen, ...]
    earlier: tuple[PastRequest, ...] = ()
    """What was not over when the period began: it takes hands, and nobody counts it."""


def read_requests(ctx: Context, since: datetime, until: datetime, most: int) -> list[PastRequest]:
    """Of the period, the first `most` that came. Statements: two for each 2,000 of them."""
    return _read(ctx, (_R.opened_at >= since, _R.opened_at < until), most)


def read_earlier(ctx: Context, since: datetime, most: int) -> list[PastRequest]:
    """What came before and was not over then, the first `most`."""
    goes_on = or_(_R.resolved_at >= since, _R.resolved_at.is_(None) & _R.status.in_(ACTIVE_STATUSES))
    return _read(ctx, (_R.opened_at < since, goes_on), most)


def _read(ctx: Context, which: Sequence[Any], most: int) -> list[PastRequest]:
    columns = (
        _R.id, _R.account_id, _R.lane, _R.wanted_skills, _R.priority, _R.opened_at,
        _R.first_due_at, _R.first_replied_at, _R.resolved_at, _R.team_id, _R.queue_id,
    )  # fmt: skip
    chosen = scope(select(*columns), ctx.actor, _R).where(*which)
    rows = ctx.session.execute(chosen.order_by(_R.opened_at, _R.id).limit(most)).all()
    found = []
    for at in range(0, len(rows), _AT_ONCE):
        part = rows[at : at + _AT_ONCE]
        begun = _beginnings(ctx, [row.id for row in part])
        found += [_past_request(row, begun.get(row.id)) for row in part]
    return found


@dataclass
class _Begun:
    team_id: int | None = None
    queue_id: int | None = None
    priority: int | None = None
    due: float | None = None
    holder: int | None = None
    given: float | None = None
    steps: tuple[Step, ...] = ()


_BEGIN = (ChangeKind.OPENED, ChangeKind.ASSIGNED)


def _beginnings(ctx: Context, ids: Sequence[int]) -> Mapping[int, _Begun]:
    """Where each waited first, who had it first since when, and what it weighed then."""
    status = _C.after["status"].as_string()
    changes = (
        select(_C.service_request_id, _C.kind, _C.after, _C.created_at)
        .where(
            or_(_C.kind.in_(_BEGIN), status.is_not(None)),
            among(ctx.session, _C.service_request_id, ids),
        )
        .order_by(_C.service_request_id, _C.version)
    )
    found: dict[int, _Begun] = {}
    for number, kind, after, at in ctx.session.execute(changes):
        begun = found.setdefault(number, _Begun())
        if kind is ChangeKind.OPENED:
            begun.team_id, begun.queue_id = after.get("team_id"), after.get("queue_id")
            begun.priority, due = after.get("priority"), after.get("due_at")
            begun.due = datetime.fromisoformat(due).timestamp() if due else None
        if begun.holder is None and after.get("assignee_id") is not None:
            begun.holder, begun.given = after["assignee_id"], at.timestamp()
        if begun.holder is not None:
            begun.steps = with_step(begun.steps, at.timestamp(), after.get("status"))
    return found


def with_step(steps: tuple[Step, ...], at: float, status: str | None) -> tuple[Step, ...]:
    """And what it weighs from then on, if that is something else."""
    if status is None:
        return steps
    now = Weighs.as_is(RequestStatus(status))
    return steps if now is (steps[-1][1] if steps else Weighs.WORK) else (*steps, (at, now))


def _past_request(row: Any, begun: _Begun | None) -> PastRequest:
    at = begun or _Begun(row.team_id, row.queue_id)
    return PastRequest(
        id=row.id,
        account_id=row.account_id,
        team_id=at.team_id,
        queue_id=at.queue_id,
        lane=row.lane,
        wanted=tuple((one["skill_id"], one["level"]) for one in row.wanted_skills),
        priority=row.priority if at.priority is None else at.priority,
        opened=row.opened_at.timestamp(),
        due=_seconds(row.first_due_at),
        holder=at.holder,
        given=at.given,
        answered=_seconds(row.first_replied_at),
        over=_seconds(row.resolved_at),
        urgent=at.due,
        steps=at.steps,
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


@dataclass(frozen=True)
class Decisions:
    seen: tuple[Seen, ...]
    told: tuple[tuple[str, int | None, list[Any]], ...]
    """Those that keep all their candidates: strategy, whom it chose, candidates as they are kept."""


def read_decisions(ctx: Context, since: datetime, until: datetime) -> Decisions:
    """Each keeps who was at work of everybody who could have had the request. One statement."""
    row = AssignmentDecision
    columns = (row.created_at, row.candidates, row.others, row.strategy, row.chosen_operator_id)
    chosen = scope(select(*columns), ctx.actor, row).where(row.created_at >= since, row.created_at < until)
    rows = ctx.session.execute(chosen.order_by(row.created_at, row.id)).all()
    return Decisions(
        seen=tuple(_seen(row.created_at.timestamp(), row.candidates, row.others) for row in rows),
        told=tuple((row.strategy, row.chosen_operator_id, row.candidates) for row in rows if not row.others),
    )


def _seen(at: float, candidates: Iterable[Mapping[str, Any]], others: Mapping[str, Sequence[int]]) -> Seen:
    there = [one["operator_id"] for one in candidates if one.get("presence") == ONLINE]
    away = [one["operator_id"] for one in candidates if one.get("presence", ONLINE) != ONLINE]
    for code, ids in others.items():
        if code.startswith(_ABSENT):
            away += ids
        elif code not in ("other_team", "lacks_skill", "by_hand"):
            there += ids
    return Seen(at, tuple(there), tuple(away))
