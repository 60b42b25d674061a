"""Rules: the only code that writes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.conditions.binding import bind
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import RoutingQueue, RoutingRule, Skill
from app.routing.fields import SERVICE_REQUESTS
from app.routing.setup.checking import can_match, faults_of_condition
from app.routing.setup.events import (
    ROUTING_RULE_ADDED,
    ROUTING_RULE_EDITED,
    ROUTING_RULE_MOVED,
    ROUTING_RULE_REMOVED,
    ROUTING_RULE_SWITCHED,
)
from app.routing.setup.ordering import move, standing_in_order
from app.routing.setup.schemas import (
    MOST_RULES,
    CreateRoutingRule,
    EditRoutingRule,
    MoveInOrder,
    RuleContent,
    SwitchRoutingRule,
)
from app.routing.setup.telling import own_agency, require_version, tell_of_rule


def create_rule(ctx: Context, command: CreateRoutingRule) -> RoutingRule:
    """The last in the order, and on. Raises Conflict(`too_many_rules`), Invalid naming each fault."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    agency_id = own_agency(ctx)
    standing = standing_in_order(ctx, RoutingRule, agency_id)
    if len(standing) >= MOST_RULES:
        raise Conflict("too_many_rules", most=MOST_RULES)
    columns = _checked(ctx, command, agency_id)
    row = RoutingRule(
        created_at=ctx.now(),
        agency_id=agency_id,
        position=max((one.position for one in standing), default=-1) + 1,
        is_on=True,
        **columns,
    )
    ctx.session.add(row)
    ctx.session.flush()
    tell_of_rule(ctx, row, ROUTING_RULE_ADDED)
    return row


def edit_rule(ctx: Context, rule_id: int, command: EditRoutingRule) -> RoutingRule:
    """What it sent somewhere stays there. Raises Conflict(`stale_version`), Invalid naming each fault."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, rule_id)
    require_version(row, command.version)
    for name, value in _checked(ctx, command, row.agency_id).items():
        setattr(row, name, value)
    tell_of_rule(ctx, row, ROUTING_RULE_EDITED)
    return row


def switch_rule(ctx: Context, rule_id: int, command: SwitchRoutingRule) -> RoutingRule:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, rule_id)
    require_version(row, command.version)
    if row.is_on is not command.is_on:
        row.is_on = command.is_on
        tell_of_rule(ctx, row, ROUTING_RULE_SWITCHED)
    return row


def move_rule(ctx: Context, rule_id: int, command: MoveInOrder) -> RoutingRule:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, rule_id)
    require_version(row, command.version)
    if move(standing_in_order(ctx, RoutingRule, row.agency_id), row, command.position):
        tell_of_rule(ctx, row, ROUTING_RULE_MOVED)
    return row


def remove_rule(ctx: Context, rule_id: int) -> None:
    """Histories go on naming it."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, rule_id)
    row.removed_at = ctx.now()
    tell_of_rule(ctx, row, ROUTING_RULE_REMOVED)


def _locked(ctx: Context, rule_id: int) -> RoutingRule:
    """One that stands, with all of its agency: who holds one of them never waits for another."""
    found = scope(select(RoutingRule.agency_id), ctx.actor, RoutingRule).where(RoutingRule.id == rule_id)
    agency_id = ctx.session.scalar(found)
    standing = standing_in_order(ctx, RoutingRule, agency_id) if agency_id is not None else []
    row = next((one for one in standing if one.id == rule_id), None)
    if row is None:
        raise NotFound
    return row


def _checked(ctx: Context, content: RuleContent, agency_id: int) -> dict[str, Any]:
    """Its columns. Raises Invalid: for what is wrong, what nothing can meet, and what would do nothing."""
    bind(ctx, SERVICE_REQUESTS, content.condition)  # as far as its maker sees what it names
    faults = {
        f"condition.{path}" if path else "condition": code
        for path, code in faults_of_condition(ctx, content.condition).items()
    }
    if not faults and not can_match(content.condition):
        faults["condition"] = "nothing_can_match"
    if content.queue_id is not None and not _is_queue(ctx, agency_id, content.queue_id):
        faults["queue_id"] = "queue_gone"
    faults |= _skill_faults(ctx, content, agency_id)
    if content.queue_id is None and not content.skills and content.priority is None:
        faults["queue_id"] = "rule_does_nothing"
    if faults:
        raise Invalid(fields=faults)
    return {
        "name": content.name,
        "condition": content.condition.model_dump(mode="json"),
        "queue_id": content.queue_id,
        "skills": [one.model_dump() for one in content.skills],
        "priority": content.priority,
    }


def _is_queue(ctx: Context, agency_id: int, queue_id: int) -> bool:
    found = select(RoutingQueue.id).where(
        RoutingQueue.id == queue_id,
        RoutingQueue.agency_id == agency_id,
        RoutingQueue.removed_at.is_(None),
    )
    return ctx.session.scalar(found) is not None


def _skill_faults(ctx: Context, content: RuleContent, agency_id: int) -> dict[str, str]:
    if not content.skills:
        return {}
    known = set(ctx.session.scalars(select(Skill.id).where(Skill.agency_id == agency_id)))
    faults: dict[str, str] = {}
    met: set[int] = set()
    for at, one in enumerate(content.skills):
        if one.skill_id not in known:
            faults[f"skills.{at}.skill_id"] = "skill_gone"
        elif one.skill_id in met:
            faults[f"skills.{at}.skill_id"] = "named_twice"
        met.add(one.skill_id)
    return faults
