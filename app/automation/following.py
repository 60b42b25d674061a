"""Following the event log: a run is written down for each rule and change of a request that meet.

It reads behind the commits of what happened, with a place of its own in the log (`Counter`), so the way from
a push to a screen has not one statement more. Rules are read anew with every look: what was switched off,
edited or taken from its owner counts from the next look on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.content import trigger_of, waits_for_event
from app.automation.meeting import Reader, Wanted
from app.automation.schemas import EventTrigger
from app.automation.triggers import FOLLOWED, LEVELS, keys_of, pairs_of
from app.automation.writing import write_runs
from app.core.context import Context
from app.core.counters import current_number, lock_counter, take_numbers
from app.core.db import among
from app.core.tables import EventLog
from app.models import AutomationRule, AutomationRun, RequestChange
from app.models.automation import SIGNED
from app.realtime.event_log import newest

COUNTER = "automation"
BATCH = 200
FOLLOWS_WITHIN = timedelta(minutes=10)
"""What our own router and courier do to a request so soon after a rule acted upon it follows from that."""
_CLOCK = "system:clock"
"""By whom time runs out."""
_OUR_HANDS = ("system:router", "system:courier", _CLOCK)
_OF_RUN = re.compile(rf"{SIGNED}(\d+)")


@dataclass(frozen=True)
class _Happened:
    """Something that rules may wait for."""

    request_id: int
    keys: frozenset[str]
    pairs: dict[str, tuple[Any, Any]]
    at: datetime
    moment: str
    """Names it among all that happens to the request."""
    actor: str


@dataclass(frozen=True)
class _Cause:
    """The run that brought a change about, and its round; none for what people and customers do."""

    run_id: int | None = None
    round: int = 0


def has_news(ctx: Context) -> bool:
    """Whether a rule waits for events and some have come that nobody looked at. Three statements at most."""
    if not any_on(ctx.session, "event"):
        return False
    return newest(ctx.session) > current_number(ctx.session, COUNTER)


def any_on(session: Session, kind: str) -> bool:
    waiting = select(AutomationRule.id).where(
        AutomationRule.is_on, AutomationRule.trigger["kind"].as_string() == kind
    )
    return session.scalar(waiting.limit(1)) is not None


def begin_from_now(ctx: Context) -> None:
    """The first rule is switched on: what is in the log so far is none of its business."""
    if any_on(ctx.session, "event"):
        return
    lock_counter(ctx.session, COUNTER, ctx.now())
    behind = newest(ctx.session) - current_number(ctx.session, COUNTER)
    if behind > 0:
        take_numbers(ctx.session, COUNTER, behind, ctx.now())


def follow(ctx: Context) -> bool:
    """Look at the next events; whether there may be more."""
    lock_counter(ctx.session, COUNTER, ctx.now())
    after, until = current_number(ctx.session, COUNTER), newest(ctx.session)
    version = EventLog.payload["service_request"]["version"].as_integer()
    rows = ctx.session.execute(
        select(EventLog.seq, EventLog.about_id, version, EventLog.name, EventLog.payload, EventLog.created_at)
        .where(EventLog.seq > after, EventLog.seq <= until, EventLog.name.in_((*FOLLOWED, *LEVELS)))
        .order_by(EventLog.seq)
        .limit(BATCH)
    ).all()
    is_full = len(rows) == BATCH
    read_to = rows[-1][0] if is_full else until
    if read_to > after:
        take_numbers(ctx.session, COUNTER, read_to - after, ctx.now())
    told = {(int(row[1]), row[2]) for row in rows if row[2] is not None}
    happened = [_changed(change) for change in (_changes(ctx, told) if told else ())]
    happened += [_marked(row) for row in rows if row.name in LEVELS]
    if happened:
        _meet(ctx, happened)
    return is_full


def _changes(ctx: Context, told: Collection[tuple[int, int]]) -> list[RequestChange]:
    ids = {request_id for request_id, _ in told}
    versions = {version for _, version in told}
    found = ctx.session.scalars(
        select(RequestChange)
        .where(
            among(ctx.session, RequestChange.service_request_id, ids),
            among(ctx.session, RequestChange.version, versions),
        )
        .order_by(RequestChange.id)
    )
    return [change for change in found if (change.service_request_id, change.version) in told]


def _changed(change: RequestChange) -> _Happened:
    return _Happened(
        change.service_request_id,
        keys_of(change),
        pairs_of(change),
        change.created_at,
        f"v{change.version}",
        change.actor,
    )


def _marked(row: Any) -> _Happened:
    """Of each stretch of time it is told once that it is nearly over, and once that it is."""
    key, told = LEVELS[row.name], row.payload
    return _Happened(
        int(row.about_id),
        frozenset({key}),
        {},
        row.created_at,
        f"{key}:{told['clock']}:{told['due_at']}"[:60],
        _CLOCK,
    )


def _meet(ctx: Context, happened: Sequence[_Happened]) -> None:
    wanted_keys = frozenset[str]().union(*(one.keys for one in happened))
    rules = [rule for rule in rules_on(ctx) if _event_of(rule) in wanted_keys]
    if not rules:
        return
    reader = Reader(ctx, {one.request_id for one in happened})
    causes = _causes(ctx, happened)
    wanted: list[Wanted] = []
    for rule in rules:
        for one, cause in zip(happened, causes, strict=True):
            if _event_of(rule) not in one.keys or not _is_since(rule, one):
                continue
            meeting = reader.meet(rule, one.request_id, one.pairs)
            if meeting is not None:
                wanted.append(
                    Wanted(
                        meeting,
                        moment=one.moment,
                        cause=_event_of(rule) or "",
                        caused_by_id=cause.run_id,
                        round=cause.round + 1,
                    )
                )
    write_runs(ctx, wanted)


def rules_on(ctx: Context) -> list[AutomationRule]:
    """Those that wait for events, in the order in which they were made."""
    rows = ctx.session.scalars(select(AutomationRule).where(AutomationRule.is_on).order_by(AutomationRule.id))
    return [rule for rule in rows if waits_for_event(rule)]


def _event_of(rule: AutomationRule) -> str | None:
    trigger = trigger_of(rule)
    return trigger.event if isinstance(trigger, EventTrigger) else None


def _is_since(rule: AutomationRule, one: _Happened) -> bool:
    return rule.on_since is not None and one.at >= rule.on_since


def _causes(ctx: Context, happened: Sequence[_Happened]) -> list[_Cause]:
    """Which run each follows from, in order. Two statements."""
    signed = {one.actor: int(found[1]) for one in happened if (found := _OF_RUN.fullmatch(one.actor))}
    rounds: dict[int, int] = {}
    if signed:
        rows = ctx.session.execute(
            select(AutomationRun.id, AutomationRun.round).where(AutomationRun.id.in_(set(signed.values())))
        )
        rounds = {row[0]: row[1] for row in rows}
    lately = _lately(ctx, {one.request_id for one in happened if one.actor in _OUR_HANDS})
    causes: list[_Cause] = []
    for one in happened:
        run_id = signed.get(one.actor)
        if run_id is not None:
            causes.append(_Cause(run_id, rounds.get(run_id, 1)))
        elif one.actor in _OUR_HANDS:
            causes.append(_before(lately.get(one.request_id, ()), one))
        else:
            causes.append(_Cause())
    return causes


def _lately(ctx: Context, request_ids: Collection[int]) -> dict[int, list[Any]]:
    """The runs upon these requests of the last minutes, by request."""
    if not request_ids:
        return {}
    rows = ctx.session.scalars(
        select(AutomationRun)
        .where(
            among(ctx.session, AutomationRun.service_request_id, request_ids),
            AutomationRun.created_at > ctx.now() - 2 * FOLLOWS_WITHIN,
        )
        .order_by(AutomationRun.id)
    )
    found: dict[int, list[Any]] = {}
    for run in rows:
        found.setdefault(run.service_request_id, []).append(run)
    return found


def _before(runs: Sequence[AutomationRun], one: _Happened) -> _Cause:
    """The newest of the runs that had begun before it and not long before."""
    for run in reversed(runs):
        if run.created_at <= one.at <= run.created_at + FOLLOWS_WITHIN:
            return _Cause(run.id, run.round)
    return _Cause()
