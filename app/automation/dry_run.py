"""What a rule would have done in the last thirty days, found in the history of requests; nothing is done.

Each change of a request is kept with what it was before and after, so the request can be looked at as it
stood at any moment: status, team, assignee, type, priority, mood and its times. What is not recorded (words,
counts, who the customer is) is taken as it is now. Asked for the rule's owner, as they reach now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, func, select

from app.automation.acting import as_owner, owner_of
from app.automation.content import condition_of, trigger_of, waits_for_event
from app.automation.events import RULE_JUDGED
from app.automation.schemas import EventTrigger, TimeTrigger
from app.automation.telling import tell
from app.automation.triggers import LEVELS, keys_of, pairs_of
from app.calendars.clocks import calendar_of
from app.conditions.binding import Bound, Names, bind, names_of
from app.core.clock import ManualClock
from app.core.context import Context
from app.core.db import among
from app.core.errors import Conflict
from app.core.permissions import Actor, Permission
from app.identity.scope import scope
from app.longwork.kinds import KINDS, Kind, Progress, Steps, Work
from app.models import (
    Account,
    AutomationRule,
    RequestChange,
    RequestStatus,
    ServiceMark,
    ServiceRequest,
)
from app.routing.events import WARNED
from app.routing.fields import SERVICE_REQUESTS
from app.worktime import OutOfReach

SPAN = timedelta(days=30)
CHUNK = 40
MOST_SAMPLES = 20
_R = ServiceRequest
_MOMENTS = ("waiting_since", "due_at", "first_replied_at", "resolved_at")
"""Of what is recorded, that which is a moment."""


class DryRun(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rule_id: int
    digest: str
    """What the rule did when it was asked for."""


DRY_RUN = KINDS.declare(Kind("automation.dry_run", DryRun, Permission.AUTOMATION_MANAGE))


class _AsItStood:
    """A request, with other values in what is recorded of it."""

    def __init__(self, request: ServiceRequest, state: dict[str, Any]) -> None:
        self._request = request
        self._state = state

    def __getattr__(self, name: str) -> Any:
        return self._state[name] if name in self._state else getattr(self._request, name)


@dataclass(frozen=True)
class _Moment:
    """When the rule would have looked at a request, and how it stood then."""

    at: datetime
    state: dict[str, Any]
    change: dict[str, tuple[Any, Any]]


@KINDS.does(DRY_RUN)
def look_back(work: Work[DryRun]) -> Steps:
    if not work.position:
        yield partial(_begin, work)
    while not work.position["is_over"]:
        yield partial(_chunk, work)
    yield partial(_keep, work)
    return None


def _parts(ctx: Context, work: Work[DryRun]) -> tuple[AutomationRule, Actor]:
    rule = ctx.session.get(AutomationRule, work.arguments.rule_id)
    actor = None if rule is None else owner_of(ctx, rule)
    if rule is None or actor is None:
        raise Conflict("rule_owner_gone")
    return rule, actor


def _looked_at(ctx: Context, work: Work[DryRun], rule: AutomationRule, actor: Actor) -> Select[Any]:
    """The requests that changed lately enough to have met the rule."""
    trigger = trigger_of(rule)
    ahead = timedelta(minutes=trigger.minutes) if isinstance(trigger, TimeTrigger) else timedelta()
    if isinstance(trigger, TimeTrigger) and trigger.working:
        ahead *= 5  # nobody knows how much working time a week has; what is too much is looked at in vain
    since = ctx.now() - SPAN - ahead
    changed = select(RequestChange.id).where(
        RequestChange.service_request_id == _R.id, RequestChange.created_at > since
    )
    of_agency = _R.account_id.in_(select(Account.id).where(Account.agency_id == rule.agency_id))
    found = scope(select(_R.id), actor, _R).where(of_agency, changed.correlate(_R).exists())
    until = work.position.get("until")
    return found if until is None else found.where(_R.id > work.position["after"], _R.id <= until)


def _begin(work: Work[DryRun], ctx: Context) -> Progress:
    rule, actor = _parts(ctx, work)
    counted = _looked_at(ctx, work, rule, actor).with_only_columns(func.count(), func.max(_R.id))
    total, last = ctx.session.execute(counted).one()
    position = {
        "after": 0,
        "until": last or 0,
        "is_over": total == 0,
        "now": ctx.now().isoformat(),
        "looked_at": 0,
        "matched": 0,
        "requests": 0,
        "hours": {},
        "samples": [],
    }
    return Progress(position, total=total)


def _chunk(work: Work[DryRun], ctx: Context) -> Progress:
    rule, actor = _parts(ctx, work)
    position = work.position
    now = datetime.fromisoformat(position["now"])
    ids = list(ctx.session.scalars(_looked_at(ctx, work, rule, actor).order_by(_R.id).limit(CHUNK)))
    requests = SERVICE_REQUESTS.load(ctx.session, ids)
    histories = _histories(ctx, ids)
    marks = _marks(ctx, rule, ids)
    hours = Counter(position["hours"])
    looked, hits, samples = 0, 0, list(position["samples"])
    acted_upon = 0
    with as_owner(ctx, actor):
        tree = condition_of(rule)
        names = names_of(ctx, SERVICE_REQUESTS, tree)
        for number in ids:
            found: list[datetime] = []
            for moment in _moments(
                ctx, rule, requests[number], histories.get(number, ()), marks.get(number, ())
            ):
                if not now - SPAN < moment.at <= now:
                    continue
                looked += 1
                bound = _bound_at(ctx, moment.at, tree, names, of_events=waits_for_event(rule))
                if bound.holds(_AsItStood(requests[number], moment.state), moment.change):
                    found.append(moment.at)
            hits += len(found)
            hours.update(at.isoformat()[:13] for at in found)
            if found:
                acted_upon += 1
                samples = [{"id": number, "at": max(found).isoformat()}, *samples][:MOST_SAMPLES]
    return Progress(
        {
            **position,
            "after": ids[-1] if ids else position["until"],
            "is_over": len(ids) < CHUNK,
            "looked_at": position["looked_at"] + looked,
            "matched": position["matched"] + hits,
            "requests": position["requests"] + acted_upon,
            "hours": dict(hours),
            "samples": samples,
        },
        done=len(ids),
    )


def _keep(work: Work[DryRun], ctx: Context) -> Progress:
    """What came of it hangs on the rule, with the content that it was asked of."""
    position = work.position
    rule = ctx.session.get(AutomationRule, work.arguments.rule_id)
    if rule is not None:
        rule.dry_run = {
            **{name: position[name] for name in ("looked_at", "matched", "requests", "samples")},
            "per_hour": max(position["hours"].values(), default=0),
        }
        rule.dry_run_of, rule.dry_run_at = work.arguments.digest, ctx.now()
        ctx.session.flush()
        tell(ctx, rule, RULE_JUDGED)
    return Progress(position)


def _histories(ctx: Context, ids: Sequence[int]) -> dict[int, list[RequestChange]]:
    found: dict[int, list[RequestChange]] = {}
    rows = ctx.session.scalars(
        select(RequestChange)
        .where(among(ctx.session, RequestChange.service_request_id, ids))
        .order_by(RequestChange.service_request_id, RequestChange.version)
    )
    for change in rows:
        found.setdefault(change.service_request_id, []).append(change)
    return found


def _moments(
    ctx: Context,
    rule: AutomationRule,
    request: ServiceRequest,
    history: Sequence[RequestChange],
    marks: Sequence[datetime],
) -> Iterator[_Moment]:
    trigger = trigger_of(rule)
    if _is_level(trigger):
        for at in marks:
            stood = [state for change, state in _stands(history) if change.created_at <= at]
            if stood:
                yield _Moment(at, stood[-1], {})
        return
    if isinstance(trigger, EventTrigger):
        for change, state in _stands(history):
            if trigger.event in keys_of(change):
                yield _Moment(change.created_at, state, pairs_of(change))
        return
    stands = list(_stands(history))
    for value in _values(trigger, request, stands):
        come = _come(ctx, trigger, request, value)
        if come is None:
            continue
        before = [state for change, state in stands if change.created_at <= come]
        if before and before[-1].get(trigger.field, value) == value:
            yield _Moment(come, before[-1], {})


def _is_level(trigger: Any) -> bool:
    return isinstance(trigger, EventTrigger) and trigger.event in LEVELS.values()


def _marks(ctx: Context, rule: AutomationRule, ids: Sequence[int]) -> dict[int, list[datetime]]:
    """When each request's time was nearly over, or over, as the rule waits for it."""
    trigger = trigger_of(rule)
    if not _is_level(trigger) or not isinstance(trigger, EventTrigger):
        return {}
    moment = ServiceMark.warned_at if trigger.event == LEVELS[WARNED] else ServiceMark.missed_at
    rows = ctx.session.execute(
        select(ServiceMark.service_request_id, moment)
        .where(among(ctx.session, ServiceMark.service_request_id, ids), moment.is_not(None))
        .order_by(moment)
    )
    found: dict[int, list[datetime]] = {}
    for number, at in rows:
        if at is not None:
            found.setdefault(number, []).append(at)
    return found


def _stands(history: Sequence[RequestChange]) -> Iterator[tuple[RequestChange, dict[str, Any]]]:
    """Each change with how the request stood after it."""
    state: dict[str, Any] = {}
    for change in history:
        state = {**state, **{name: _value(name, value) for name, value in change.after.items()}}
        yield change, state


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "status":
        return RequestStatus(value)
    return datetime.fromisoformat(value) if name in _MOMENTS else value


def _values(trigger: TimeTrigger, request: ServiceRequest, stands: Sequence[Any]) -> set[datetime]:
    """All that the field has ever been; of one that is not recorded, what it is now."""
    if trigger.field in _MOMENTS:
        return {state[trigger.field] for _, state in stands if state.get(trigger.field) is not None}
    value = getattr(request, trigger.field)
    return set() if value is None else {value}


def _come(ctx: Context, trigger: TimeTrigger, request: ServiceRequest, value: datetime) -> datetime | None:
    length = timedelta(minutes=trigger.minutes)
    if not trigger.working:
        return value - length if trigger.side == "before" else value + length
    calendar = calendar_of(ctx, request.account_id)
    try:
        return calendar.back(value, length) if trigger.side == "before" else calendar.add(value, length)
    except OutOfReach:
        return None


def _bound_at(ctx: Context, at: datetime, tree: Any, names: Names, *, of_events: bool) -> Bound:
    """The condition as it would have been asked at that moment."""
    then = replace(ctx, runtime=replace(ctx.runtime, clock=ManualClock(at)))
    return bind(then, SERVICE_REQUESTS, tree, names=names, of_events=of_events)
