"""Acting for a rule's owner: never with more than they may and reach at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.automation.actions import faults_of_actions
from app.automation.content import condition_of, waits_for_event
from app.conditions.binding import Bound, bind, faults_of
from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Actor, Permission, system_actor
from app.identity.actors import actor_of
from app.models import AutomationRule, Operator, Standing
from app.models.automation import SIGNED
from app.routing.fields import SERVICE_REQUESTS

HAND = system_actor("automation")


def owner_of(ctx: Context, rule: AutomationRule) -> Actor | None:
    """The owner as they are now; None when they may not make rules any more. Two statements."""
    owner = ctx.session.get(Operator, rule.owner_id, populate_existing=True)
    if owner is None or not owner.is_active:
        return None
    actor = actor_of(ctx.session, owner, ctx.now())
    needed = (Permission.AUTOMATION_MANAGE, SERVICE_REQUESTS.right)
    return actor if all(actor.may(right) for right in needed) else None


@contextmanager
def as_owner(ctx: Context, actor: Actor, run_id: int | None = None) -> Iterator[None]:
    """What the block does is the owner's, signed with the run that did it."""
    before = ctx.actor
    ctx.actor = actor if run_id is None else replace(actor, label=f"{SIGNED}{run_id}")
    try:
        yield
    finally:
        ctx.actor = before


def bound_for(ctx: Context, rule: AutomationRule, actor: Actor) -> Bound | None:
    """The rule's condition as its owner may ask it; None when it or an action is broken."""
    with as_owner(ctx, actor):
        if faults_of_actions(ctx, rule.actions):
            return None
        try:
            return bind(ctx, SERVICE_REQUESTS, condition_of(rule), of_events=waits_for_event(rule))
        except Invalid:
            return None


def judge(ctx: Context, rule: AutomationRule) -> tuple[Standing, dict[str, str]]:
    """Whether the rule can do what it says, and the codes of what is broken by path."""
    actor = owner_of(ctx, rule)
    if actor is None:
        return Standing.OWNER_GONE, {}
    with as_owner(ctx, actor):
        of_events = waits_for_event(rule)
        faults = {
            f"condition.{path}": code
            for path, code in faults_of(
                ctx, SERVICE_REQUESTS, condition_of(rule), of_events=of_events
            ).items()
        }
        faults |= faults_of_actions(ctx, rule.actions)
    return (Standing.BROKEN if faults else Standing.FINE), faults
