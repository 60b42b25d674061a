"""Doing a run's acts: each in the transaction that notes it as done, under the run's lock.

So a worker that dies leaves either the whole of an act or nothing of it, the next one goes on behind it, and
of two workers at once each finds what the other has done. What leaves the house is noted before it goes and
never sent again: killed in between, its outcome is unknown and said to be.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from sqlalchemy import select

from app.automation.acting import HAND, as_owner, bound_for, owner_of
from app.automation.actions import ACTIONS, Doing
from app.automation.content import actions_of, trigger_of
from app.automation.events import RULE_WORKED
from app.automation.hooks import PATIENCE, Call, call_of, make_call
from app.automation.judging import note_standing
from app.automation.schemas import TimeTrigger
from app.automation.telling import tell
from app.core.context import Context
from app.core.permissions import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.scope import scope
from app.longwork.rows import attempt
from app.models import AutomationRule, AutomationRun, RunState, ServiceRequest
from app.routing import lifecycle
from app.routing.fields import SERVICE_REQUESTS

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 8
MOST_OPEN = 100


def open_runs(ctx: Context) -> list[int]:
    """Runs that are not over: new, or left by a worker that died."""
    statement = select(AutomationRun.id).where(AutomationRun.done_at.is_(None))
    return list(ctx.session.scalars(statement.order_by(AutomationRun.id).limit(MOST_OPEN)))


def perform(runtime: Runtime, run_id: int) -> None:
    """Go on with a run until it is over, or somebody else is at it."""
    try:
        while (call := _step(runtime, run_id)) is not None:
            if isinstance(call, Call):
                _record_call(runtime, run_id, make_call(runtime, call))
    except Exception as error:
        log.warning("automation_run_interrupted", run=run_id, error=repr(error))
        _count_attempt(runtime, run_id)


def _step(runtime: Runtime, run_id: int) -> Call | bool | None:
    """One act. None when there is nothing more to do here, a call when one is to be made now."""
    with open_context(runtime, HAND) as ctx:
        run = _held(ctx, run_id)
        if run is None:
            return None
        if run.calling_since is not None:
            if ctx.now() - run.calling_since < PATIENCE:
                return None
            _note(ctx, run, "unknown", "call_interrupted")
            return True
        rule = ctx.session.get_one(AutomationRule, run.rule_id)
        actor = owner_of(ctx, rule)
        if actor is None:
            note_standing(ctx, rule)
            _end(ctx, run, rule, RunState.SKIPPED, "owner_gone")
            return None
        request = _held_request(ctx, run, actor)
        why = _why_not(ctx, run, rule, actor, request)
        if why is not None or request is None:
            _end(ctx, run, rule, RunState.SKIPPED, why)
            return None
        return _act(ctx, run, rule, actor, request)


def _held(ctx: Context, run_id: int) -> AutomationRun | None:
    return ctx.session.scalar(
        select(AutomationRun)
        .where(AutomationRun.id == run_id, AutomationRun.done_at.is_(None))
        .with_for_update()
    )


def _held_request(ctx: Context, run: AutomationRun, actor: Actor) -> ServiceRequest | None:
    """The request as it stands until the end of the transaction; None when the owner does not reach it."""
    reached = scope(select(ServiceRequest.conversation_id), actor, ServiceRequest)
    found = ctx.session.scalar(reached.where(ServiceRequest.id == run.service_request_id))
    if found is None:
        return None
    (held,) = lifecycle.hold_requests(ctx, [run.service_request_id], [found])
    request: ServiceRequest = SERVICE_REQUESTS.load(ctx.session, [held.id])[held.id]
    return request


def _why_not(
    ctx: Context, run: AutomationRun, rule: AutomationRule, actor: Actor, request: ServiceRequest | None
) -> str | None:
    """Why nothing more is done. All is asked again before the first act; what follows belongs to it."""
    if request is None:
        return "out_of_reach"
    if run.results:
        return None
    if not rule.is_on or rule.actions != run.actions:
        return "rule_off" if not rule.is_on else "rule_changed"
    bound = bound_for(ctx, rule, actor)
    if bound is None:
        note_standing(ctx, rule)
        return "rule_broken"
    change = {name: (pair[0], pair[1]) for name, pair in run.change.items()}
    holds = _is_still_its_moment(run, rule, request) and bound.holds(request, change)
    return None if holds else "holds_no_more"


def _is_still_its_moment(run: AutomationRun, rule: AutomationRule, request: ServiceRequest) -> bool:
    """Whether the request still names the moment that was waited for."""
    if run.basis_at is None:
        return True
    trigger = trigger_of(rule)
    return isinstance(trigger, TimeTrigger) and getattr(request, trigger.field) == run.basis_at


def _act(
    ctx: Context, run: AutomationRun, rule: AutomationRule, actor: Actor, request: ServiceRequest
) -> Call | bool | None:
    at = len(run.results)
    actions = actions_of(run.actions)
    if at >= len(actions):
        refused = any(result["state"] != "done" for result in run.results)
        _end(ctx, run, rule, RunState.REFUSED if refused else RunState.DONE, None)
        return None
    kind = ACTIONS[actions[at].kind]
    if kind.act is None:
        if not actor.may(kind.right):
            _note(ctx, run, "refused", "forbidden")
            return True
        run.calling_since = ctx.now()
        return call_of(ctx, run, rule, request, actions[at].url)
    doing = Doing(request, f"automation-{run.id}-{at}", rule.address, rule.name)
    with as_owner(ctx, actor, run.id):
        act = partial(kind.act, ctx, actions[at], doing)
        refusal = attempt(ctx, act, row=at + 1, row_id=request.id)
    if refusal is None:
        _note(ctx, run, "done")
    else:
        _note(ctx, run, "refused", refusal.reason, refusal.detail)
    return True


def _note(ctx: Context, run: AutomationRun, state: str, code: str | None = None, detail: Any = None) -> None:
    result = {"state": state, "code": code, "detail": detail or {}, "at": ctx.now().isoformat()}
    run.results = [*run.results, result]
    run.calling_since = None


def _end(ctx: Context, run: AutomationRun, rule: AutomationRule, state: RunState, reason: str | None) -> None:
    run.state, run.reason, run.done_at = state, reason, ctx.now()
    ctx.session.flush()
    tell(ctx, rule, RULE_WORKED)


def _record_call(runtime: Runtime, run_id: int, outcome: tuple[str, str | None, dict[str, Any]]) -> None:
    with open_context(runtime, HAND) as ctx:
        run = _held(ctx, run_id)
        if run is not None and run.calling_since is not None:
            _note(ctx, run, *outcome)


def _count_attempt(runtime: Runtime, run_id: int) -> None:
    with open_context(runtime, HAND) as ctx:
        run = _held(ctx, run_id)
        if run is None:
            return
        run.attempts += 1
        if run.attempts >= MOST_ATTEMPTS:
            rule = ctx.session.get_one(AutomationRule, run.rule_id)
            _end(ctx, run, rule, RunState.REFUSED, "gave_up")
