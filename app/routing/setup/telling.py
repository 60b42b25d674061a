"""Writing a change of the setup down and telling those who see it."""

from __future__ import annotations

from typing import Any

from app.core.context import Context
from app.core.errors import Conflict, Forbidden
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers
from app.models import RoutingQueue, RoutingRule, Skill
from app.routing.setup.configuration import setup_changed
from app.routing.setup.events import ROUTING_QUEUE, ROUTING_RULE, SKILL
from app.routing.setup.schemas import RoutingQueueChanged, RoutingRuleChanged, SkillChanged


def own_agency(ctx: Context) -> int:
    """Whose setup the actor sees and changes. Raises Forbidden for who belongs to none."""
    if ctx.actor.agency_id is None:
        raise Forbidden(permission=Permission.ROUTING_CONFIGURE.value)
    return ctx.actor.agency_id


def require_version(row: RoutingQueue | RoutingRule | Skill, version: int) -> None:
    if row.version != version:
        raise Conflict("stale_version", version=row.version)


def tell_of_queue(ctx: Context, row: RoutingQueue, name: EventName) -> None:
    detail: dict[str, Any] = {
        "name": row.name,
        "team_id": row.team_id,
        "position": row.position,
        "strategy": row.strategy,
        "settings": row.settings,
        "ring_minutes": row.ring_minutes,
        "overflow_queue_id": row.overflow_queue_id,
        "overflow_minutes": row.overflow_minutes,
        "calendar_id": row.calendar_id,
        "nobody_text": row.nobody_text,
    }
    ctx.session.flush()
    setup_changed(ctx)
    about = ROUTING_QUEUE.of(row)
    audit.record(ctx, name, about, detail=detail)
    audience = agency_readers(row.agency_id, Permission.ROUTING_READ)
    ctx.emit(name, RoutingQueueChanged(routing_queue_id=row.id), audience, about=about)


def tell_of_rule(ctx: Context, row: RoutingRule, name: EventName) -> None:
    detail: dict[str, Any] = {
        "name": row.name,
        "position": row.position,
        "is_on": row.is_on,
        "condition": row.condition,
        "queue_id": row.queue_id,
        "skills": row.skills,
        "priority": row.priority,
    }
    ctx.session.flush()
    setup_changed(ctx)
    about = ROUTING_RULE.of(row)
    audit.record(ctx, name, about, detail=detail)
    audience = agency_readers(row.agency_id, Permission.ROUTING_READ)
    ctx.emit(name, RoutingRuleChanged(routing_rule_id=row.id), audience, about=about)


def tell_of_skill(ctx: Context, row: Skill, name: EventName) -> None:
    ctx.session.flush()
    setup_changed(ctx)
    about = SKILL.of(row)
    audit.record(ctx, name, about, detail={"name": row.name})
    audience = agency_readers(row.agency_id, Permission.ROUTING_READ)
    ctx.emit(name, SkillChanged(skill_id=row.id), audience, about=about)
