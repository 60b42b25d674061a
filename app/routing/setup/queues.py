"""Queues: the only code that writes them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, or_, select

from app.calendars.clocks import forget
from app.calendars.recounts import waiting_in_queues, want_recount
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    Operator,
    RoutingQueue,
    RoutingRule,
    ServiceRequest,
    StoredCalendar,
    Team,
    Unit,
    stands,
)
from app.routing.job_names import ASSIGN_WAITING, RECOUNT_DEADLINES
from app.routing.setup.events import (
    ROUTING_QUEUE_ADDED,
    ROUTING_QUEUE_EDITED,
    ROUTING_QUEUE_MOVED,
    ROUTING_QUEUE_REMOVED,
)
from app.routing.setup.ordering import move, standing_in_order
from app.routing.setup.schemas import MOST_QUEUES, CreateQueue, EditQueue, MoveInOrder, QueueContent
from app.routing.setup.telling import own_agency, require_version, tell_of_queue
from app.routing.strategies import all_strategies


def create_queue(ctx: Context, command: CreateQueue) -> RoutingQueue:
    """The last in the order. Raises Conflict(`too_many_queues`), Invalid naming each fault."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    agency_id = own_agency(ctx)
    standing = standing_in_order(ctx, RoutingQueue, agency_id)
    if len(standing) >= MOST_QUEUES:
        raise Conflict("too_many_queues", most=MOST_QUEUES)
    columns = _checked(ctx, command, agency_id, standing, None)
    row = RoutingQueue(
        created_at=ctx.now(),
        agency_id=agency_id,
        position=max((one.position for one in standing), default=-1) + 1,
        **columns,
    )
    ctx.session.add(row)
    ctx.session.flush()
    tell_of_queue(ctx, row, ROUTING_QUEUE_ADDED)
    return row


def edit_queue(ctx: Context, queue_id: int, command: EditQueue) -> RoutingQueue:
    """What waits in it stays in it, and is handed out as it says from now on."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, queue_id)
    require_version(row, command.version)
    columns = _checked(ctx, command, row.agency_id, standing_in_order(ctx, RoutingQueue, row.agency_id), row)
    if row.team_id != columns["team_id"] and _waiting(ctx, row):
        raise Conflict("queue_has_requests", count=_waiting(ctx, row))
    other_hours = row.calendar_id != columns["calendar_id"]
    for name, value in columns.items():
        setattr(row, name, value)
    if other_hours:
        ctx.session.flush()
        forget(ctx.session)
        want_recount(ctx, waiting_in_queues(ctx, RoutingQueue.id == row.id))
        ctx.defer(RECOUNT_DEADLINES)
    tell_of_queue(ctx, row, ROUTING_QUEUE_EDITED)
    ctx.defer(ASSIGN_WAITING)
    return row


def move_queue(ctx: Context, queue_id: int, command: MoveInOrder) -> RoutingQueue:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, queue_id)
    require_version(row, command.version)
    if move(standing_in_order(ctx, RoutingQueue, row.agency_id), row, command.position):
        tell_of_queue(ctx, row, ROUTING_QUEUE_MOVED)
    return row


def remove_queue(ctx: Context, queue_id: int) -> None:
    """Raises Conflict: `queue_in_use` while a rule or an overflow leads there, `queue_has_requests`."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, queue_id)
    rules = ctx.session.scalars(
        select(RoutingRule.name).where(RoutingRule.queue_id == row.id, RoutingRule.removed_at.is_(None))
    ).all()
    leading = [
        one.name
        for one in standing_in_order(ctx, RoutingQueue, row.agency_id)
        if one.overflow_queue_id == row.id
    ]
    if rules or leading:
        raise Conflict("queue_in_use", users="、".join([*rules, *leading]))
    waiting = _waiting(ctx, row)
    if waiting:
        raise Conflict("queue_has_requests", count=waiting)
    row.removed_at = ctx.now()
    row.overflow_queue_id = row.overflow_minutes = row.calendar_id = row.nobody_text = None
    tell_of_queue(ctx, row, ROUTING_QUEUE_REMOVED)


def _waiting(ctx: Context, row: RoutingQueue) -> int:
    """How many active requests are in it, whoever sees them."""
    counted = select(func.count()).where(ServiceRequest.queue_id == row.id, stands(ACTIVE_STATUSES))
    return ctx.session.scalar(counted) or 0


def _locked(ctx: Context, queue_id: int) -> RoutingQueue:
    """One that stands, with all of its agency: who holds one of them never waits for another."""
    found = scope(select(RoutingQueue.agency_id), ctx.actor, RoutingQueue).where(RoutingQueue.id == queue_id)
    agency_id = ctx.session.scalar(found)
    standing = standing_in_order(ctx, RoutingQueue, agency_id) if agency_id is not None else []
    row = next((one for one in standing if one.id == queue_id), None)
    if row is None:
        raise NotFound
    return row


def _checked(
    ctx: Context,
    content: QueueContent,
    agency_id: int,
    standing: list[RoutingQueue],
    row: RoutingQueue | None,
) -> dict[str, Any]:
    """Its columns. Raises Invalid."""
    faults: dict[str, str] = {}
    if any(one.name == content.name and one is not row for one in standing):
        faults["name"] = "name_taken"
    if content.team_id is not None and not _is_team(ctx, agency_id, content.team_id):
        faults["team_id"] = "no_such_team"
    faults |= _overflow_faults(content, standing, row) | _hours_faults(ctx, content, agency_id)
    strategy = all_strategies().get(content.strategy)
    settings: dict[str, Any] = {}
    if strategy is None:
        faults["strategy"] = "no_such_strategy"
    else:
        try:
            settings = strategy.settings.model_validate(content.settings).model_dump(mode="json")
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False)[:20]:
                path = ".".join(["settings", *(str(part) for part in problem["loc"])])
                faults[path] = problem["type"]
        faults |= _people_faults(ctx, settings)
    if faults:
        raise Invalid(fields=faults)
    return {
        "name": content.name,
        "team_id": content.team_id,
        "strategy": content.strategy,
        "settings": settings,
        "ring_minutes": content.ring_minutes,
        "overflow_queue_id": content.overflow_queue_id,
        "overflow_minutes": content.overflow_minutes,
        "calendar_id": content.calendar_id,
        "nobody_text": content.nobody_text or None,
        "nobody_address": ctx.actor.address if content.nobody_text else "",
    }


def _is_team(ctx: Context, agency_id: int, team_id: int) -> bool:
    closed = select(Unit.id).where(Unit.team_id == Team.id, Unit.closed_at.is_not(None)).exists()
    found = select(Team.id).where(Team.id == team_id, Team.agency_id == agency_id, ~closed)
    return ctx.session.scalar(found) is not None


def _hours_faults(ctx: Context, content: QueueContent, agency_id: int) -> dict[str, str]:
    """A calendar of the agency's own or everybody's; a text needs hours outside of which it is said."""
    if content.calendar_id is None:
        return {"nobody_text": "needs_calendar"} if content.nobody_text else {}
    found = select(StoredCalendar.id).where(
        StoredCalendar.id == content.calendar_id,
        or_(StoredCalendar.agency_id.is_(None), StoredCalendar.agency_id == agency_id),
    )
    return {} if ctx.session.scalar(found) is not None else {"calendar_id": "no_such_calendar"}


def _overflow_faults(
    content: QueueContent, standing: list[RoutingQueue], row: RoutingQueue | None
) -> dict[str, str]:
    """Where it leads must be there, and must not come back."""
    if (content.overflow_queue_id is None) is not (content.overflow_minutes is None):
        missing = "overflow_minutes" if content.overflow_minutes is None else "overflow_queue_id"
        return {missing: "missing"}
    if content.overflow_queue_id is None:
        return {}
    leads = {one.id: one.overflow_queue_id for one in standing}
    if content.overflow_queue_id not in leads:
        return {"overflow_queue_id": "queue_gone"}
    if row is not None:
        leads[row.id] = content.overflow_queue_id
        at: int | None = content.overflow_queue_id
        for _ in leads:
            if at == row.id:
                return {"overflow_queue_id": "overflow_circle"}
            at = leads.get(at) if at is not None else None
    return {}


def _people_faults(ctx: Context, settings: dict[str, Any]) -> dict[str, str]:
    """Whom the settings of our own strategies name must be there."""
    named = {
        **{f"settings.operator_ids.{at}": one for at, one in enumerate(settings.get("operator_ids", ()))},
        **{
            f"settings.weights.{at}.operator_id": one["operator_id"]
            for at, one in enumerate(settings.get("weights", ()))
        },
    }
    if not named:
        return {}
    there = set(
        ctx.session.scalars(
            scope(select(Operator.id), ctx.actor, Operator).where(Operator.id.in_(set(named.values())))
        )
    )
    return {path: "no_such_person" for path, number in named.items() if number not in there}
