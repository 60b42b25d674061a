"""Following the event log: a run is written down for each rule and change of a request that meet.

It reads behind the commits of what happened, with a place of its own in the log (`Counter`), so the way from
a push to a screen has not one statement more. Rules are read anew with every look: what was switched off,
edited or taken from its owner counts from the next look on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.content import trigger_of, waits_for_event
from app.automation.meeting import Reader, Wanted
from app.automation.schemas import EventTrigger
from app.automation.triggers import FOLLOWED, keys_of, pairs_of
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
_OUR_HANDS = ("system:router", "system:courier")
_OF_RUN = re.compile(rf"{SIGNED}(\d+)")


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
        select(EventLog.seq, EventLog.about_id, version)
        .where(EventLog.seq > after, EventLog.seq <= until, EventLog.name.in_(FOLLOWED))
        .order_by(EventLog.seq)
        .limit(BATCH)
    ).all()
    is_full = len(rows) == BATCH
    read_to = rows[-1][0] if is_full else until
    if read_to > after:
        take_numbers(ctx.session, COUNTER, read_to - after, ctx.now())
    told = {(int(about), version) for _, about, version in rows if version is not None}
    if told:
        _meet(ctx, _changes(ctx, told))
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


def _meet(ctx: Context, changes: Sequence[RequestChange]) -> None:
    keys = {change.id: keys_of(change) for change in changes}
    wanted_keys = frozenset[str]().union(*keys.values())
    rules = [rule for rule in rules_on(ctx) if _event_of(rule) in wanted_keys]
    if not rules:
        return
    reader = Reader(ctx, {change.service_request_id for change in changes})
    causes = _causes(ctx, changes)
    wanted: list[Wanted] = []
    for rule in rules:
        for change in changes:
            if _event_of(rule) not in keys[change.id] or not _is_since(rule, change):
                continue
            meeting = reader.meet(rule, change.service_request_id, pairs_of(change))
            if meeting is not None:
                cause = causes[change.id]
                wanted.append(
                    Wanted(
                        meeting,
                        moment=f"v{change.version}",
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


def _is_since(rule: AutomationRule, change: RequestChange) -> bool:
    return rule.on_since is not None and change.created_at >= rule.on_since


def _causes(ctx: Context, changes: Sequence[RequestChange]) -> Mapping[int, _Cause]:
    """By the change's id: which run it follows from. Two statements."""
    signed = {change.id: int(found[1]) for change in changes if (found := _OF_RUN.fullmatch(change.actor))}
    rounds: dict[int, int] = {}
    if signed:
        rows = ctx.session.execute(
            select(AutomationRun.id, AutomationRun.round).where(AutomationRun.id.in_(set(signed.values())))
        )
        rounds = {row[0]: row[1] for row in rows}
    ours = [change for change in changes if change.actor in _OUR_HANDS]
    lately = _lately(ctx, {change.service_request_id for change in ours})
    causes: dict[int, _Cause] = {}
    for change in changes:
        run_id = signed.get(change.id)
        if run_id is not None:
            causes[change.id] = _Cause(run_id, rounds.get(run_id, 1))
        elif change.actor in _OUR_HANDS:
            causes[change.id] = _before(lately.get(change.service_request_id, ()), change)
        else:
            causes[change.id] = _Cause()
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


def _before(runs: Sequence[AutomationRun], change: RequestChange) -> _Cause:
    """The newest of the runs that had begun before the change and not long before."""
    for run in reversed(runs):
        if run.created_at <= change.created_at <= run.created_at + FOLLOWS_WITHIN:
            return _Cause(run.id, run.round)
    return _Cause()
