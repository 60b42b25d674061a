"""Time that a policy gives and that is nearly over, or over: found, marked, told by the policy's escalation.

What is found is held and looked at again before anything is written, and a mark is committed with the
notifications that it stands for. So of a worker that is killed, or of two at once, nothing is lost and
nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from app.core.context import Context
from app.core.db import among, upsert
from app.identity.scope import STANDS, request_audience, rooms_of_row
from app.models import (
    ACTIVE_STATUSES,
    Account,
    ServiceClock,
    ServiceMark,
    ServiceRequest,
    stands,
)
from app.notifications.kinds import Cause
from app.routing.events import MISSED, WARNED, about_request
from app.routing.leads import Lead, all_leads, leads_of
from app.routing.levels.clock import Clock, warns_at
from app.routing.levels.schemas import PolicyStep, ServiceLevelMarked
from app.routing.levels.stored import clocks_of
from app.routing.lifecycle.holding import hold_requests
from app.routing.notices import LEVEL_ESCALATED, RESOLVE_MISSED, RESOLVE_NEAR, SLA_MISSED, SLA_NEAR
from app.routing.related import relate

FARTHEST = timedelta(days=45)
"""No warning comes earlier before the end of a time, however long the time and the holidays are."""
STALE = timedelta(days=2)
"""What should have been said longer ago is noted and not said: a policy was made long after it."""
AT_ONCE = 500
_READ_AT_ONCE = 5000
_R, _M = ServiceRequest, ServiceMark


@dataclass(frozen=True)
class _Found:
    """A stretch of which something is to be noted now."""

    row: Any
    kind: ServiceClock
    began: datetime
    due: datetime
    is_warned: bool
    """Newly."""
    is_missed: bool
    """Newly."""
    steps: Sequence[tuple[PolicyStep, datetime]]
    """Those whose moment has come, and that were not gone."""
    next_at: datetime | None
    """When the next one's moment comes."""


def anything_to_mark(ctx: Context) -> bool:
    """Two statements, and those of `clocks_of` where policies count."""
    return bool(_found(ctx))


def watch(ctx: Context) -> list[Cause]:
    """Note what is to be noted now; what people have to be told of it."""
    ids = {each.row.id: each.row.conversation_id for each in _found(ctx)[:AT_ONCE]}
    if not ids:
        return []
    requests = hold_requests(ctx, list(ids), set(ids.values()))
    found = _found(ctx, ids)
    if not found:
        return []
    _store(ctx, found)
    relate(ctx.session, requests)
    _tell(ctx, found, {request.id: request for request in requests})
    leads = all_leads(ctx) if any(step.leads for each in found for step, _ in each.steps) else []
    return [cause for each in found for cause in _causes(each, leads, ctx.now())]


def _found(ctx: Context, ids: Collection[int] | None = None) -> list[_Found]:
    rows = [(row, True) for row in _rows(ctx, ids, answers=True)]
    rows += [(row, False) for row in _rows(ctx, ids, answers=False)]
    clocks = clocks_of(ctx, {row.account_id for row, _ in rows}) if rows else {}
    each = (
        _look(row, clocks[row.account_id].on(row.queue_id), ctx.now(), answers=answers)
        for row, answers in rows
    )
    return [found for found in each if found is not None]


def _rows(ctx: Context, ids: Collection[int] | None, *, answers: bool) -> Sequence[Any]:
    """The requests whose time ends soon, or has ended, each with the mark of that stretch."""
    due, began = (_R.due_at, _R.waiting_since) if answers else (_R.resolve_due_at, _R.opened_at)
    is_first = and_(_M.kind == ServiceClock.FIRST, _R.first_replied_at.is_(None))
    is_next = and_(_M.kind == ServiceClock.NEXT, _R.first_replied_at.is_not(None))
    of_kind = or_(is_first, is_next) if answers else _M.kind == ServiceClock.RESOLUTION
    runs = _R.waiting_since.is_not(None) if answers else _R.stopped_at.is_(None)
    statement = (
        select(
            _R.id,
            _R.account_id,
            *STANDS,
            _R.conversation_id,
            _R.policy_id,
            _R.queue_id,
            _R.first_replied_at,
            began.label("began"),
            due.label("due"),
            _M.due_at.label("marked_due"),
            _M.warned_at,
            _M.missed_at,
            _M.told,
        )
        .join(Account, Account.id == _R.account_id)
        .outerjoin(_M, and_(_M.service_request_id == _R.id, of_kind, _M.began_at == began))
        .where(
            stands(ACTIVE_STATUSES),
            runs,
            _R.policy_id.is_not(None),
            due < ctx.now() + FARTHEST,
            # Without those of which there is nothing more to say at this moment.
            or_(
                _M.id.is_(None),
                _M.due_at != due,
                _M.warned_at.is_(None),
                and_(_M.missed_at.is_(None), due <= ctx.now()),
                _M.next_at <= ctx.now(),
            ),
        )
        .order_by(due)
        .limit(_READ_AT_ONCE)
    )
    if ids is not None:
        statement = statement.where(among(ctx.session, _R.id, ids))
    return ctx.session.execute(statement).all()


def _look(row: Any, clock: Clock, now: datetime, *, answers: bool) -> _Found | None:
    terms = clock.terms(row.policy_id)
    kind = ServiceClock.RESOLUTION
    if answers:
        kind = ServiceClock.FIRST if row.first_replied_at is None else ServiceClock.NEXT
    length = terms.length(kind) if terms is not None else None
    if terms is None or length is None:
        return None  # it is about to be counted anew
    # Due at another moment than when it was marked, and not yet over: nothing was said of that.
    moved = row.marked_due is not None and row.marked_due != row.due and now < row.due
    warned, missed = (None, None) if moved else (row.warned_at, row.missed_at)
    warns = warns_at(clock.calendar, row.due, length, terms.warn_share)
    told = set() if moved else set(row.told or ())
    moments = [(step, _moment(step, clock, row.due, warns)) for step in terms.steps if step.key not in told]
    steps = [(step, at) for step, at in moments if at <= now]
    next_at = min((at for _, at in moments if at > now), default=None)
    is_warned, is_missed = warned is None and warns <= now, missed is None and row.due <= now
    if not (is_warned or is_missed or steps):
        return None
    return _Found(row, kind, row.began, row.due, is_warned, is_missed, steps, next_at)


def _moment(step: PolicyStep, clock: Clock, due: datetime, warns: datetime) -> datetime:
    if step.at == "warning":
        return warns
    try:
        return clock.calendar.add(due, timedelta(minutes=step.after_minutes))
    except OverflowError:
        return due


def _store(ctx: Context, found: Sequence[_Found]) -> None:
    now = ctx.now()
    rows = []
    for each in found:
        row = each.row
        moved = row.marked_due is not None and row.marked_due != each.due and now < each.due
        told = [] if moved else list(row.told or ())
        rows.append(
            {
                "created_at": now,
                "service_request_id": row.id,
                "account_id": row.account_id,
                "policy_id": row.policy_id,
                "kind": each.kind,
                "began_at": each.began,
                "due_at": each.due,
                "warned_at": now if each.is_warned else row.warned_at,
                "missed_at": now if each.is_missed else None if moved else row.missed_at,
                "ended_at": None,
                "told": [*told, *(step.key for step, _ in each.steps)],
                "next_at": each.next_at,
            }
        )
    statement = upsert(ctx.session, _M).values(rows)
    kept = ("due_at", "policy_id", "warned_at", "missed_at", "ended_at", "told", "next_at")
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["service_request_id", "kind", "began_at"],
            set_={name: statement.excluded[name] for name in kept},
        )
    )


def _tell(ctx: Context, found: Sequence[_Found], requests: dict[int, ServiceRequest]) -> None:
    for each in found:
        request = requests[each.row.id]
        payload = ServiceLevelMarked(service_request_id=request.id, clock=each.kind, due_at=each.due)
        for name, is_new in ((WARNED, each.is_warned and not each.is_missed), (MISSED, each.is_missed)):
            if is_new:
                ctx.emit(name, payload, request_audience(request), about=about_request(request))


def _causes(found: _Found, leads: Sequence[Lead], now: datetime) -> Iterator[Cause]:
    """Whoever has the request, and the others whom a step names. What is over has its warning behind it."""
    row = found.row
    rooms = rooms_of_row(*row[1:7])
    for step, at in found.steps:
        if at < now - STALE or (step.at == "warning" and found.due <= now):
            continue
        key = f"level:{found.kind.value}:{row.id}:{found.due:%Y%m%d%H%M%S}:{step.key}"
        holder = frozenset({row.assignee_id} if row.assignee_id is not None else ())
        if step.holder and holder:
            yield Cause(_holders_kind(found.kind, step), f"{key}:holder", row.id, rooms, holder)
        others = frozenset(step.people)
        if step.leads and holder:
            others |= {lead.id for lead in leads_of(leads, row.team_id, rooms)}
        if others - holder:
            late = step.at if step.after_minutes == 0 else "still"
            detail = {"clock": found.kind.value, "late": late}
            yield Cause(LEVEL_ESCALATED, key, row.id, rooms, others - holder, detail=detail)


def _holders_kind(kind: ServiceClock, step: PolicyStep) -> Any:
    if kind is ServiceClock.RESOLUTION:
        return RESOLVE_NEAR if step.at == "warning" else RESOLVE_MISSED
    return SLA_NEAR if step.at == "warning" else SLA_MISSED
