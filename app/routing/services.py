"""Commands upon service requests: assign, move on, judge anew, mark as read."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.permissions import Permission
from app.core.text import storable
from app.identity import audit
from app.identity.queries import operators_for
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Operator,
    RequestChange,
    RequestStatus,
    RoutingQueue,
    ServiceRequest,
)
from app.routing import lifecycle
from app.routing.confirming import require_own
from app.routing.events import CLASSIFIED, STATUS_CHANGED, TAKEN_OVER, about_request
from app.routing.queries import get_request
from app.routing.roster import RETURNED_TO_QUEUE, manual_decision
from app.routing.schemas import ClassifyRequest, SetAssignee, SetStatus
from app.routing.strategies.manual import ByHand

TAKEN_OVER_BY_HAND = "taken_over"


def set_assignee(ctx: Context, request_id: int, command: SetAssignee) -> ServiceRequest:
    """Claim a request for oneself, hand it to somebody, or put it back into the queue. Who takes over what a
    colleague has says why: it stays with the change and in the audit log."""
    ctx.require(Permission.SERVICE_REQUESTS_READ)
    request = get_request(ctx, request_id)
    _require_assignment(ctx, request, command.operator_id)
    require_version(ctx, request, command.version)
    account = ctx.session.get_one(Account, request.account_id)
    _require_reach(ctx, account, command.operator_id)
    if command.operator_id == request.assignee_id and request.status in ACTIVE_STATUSES:
        return request
    taking_over = _takes_over(ctx, request, command.operator_id)
    if taking_over and command.reason is None:
        raise Invalid("reason_needed", fields={"reason": "missing"})
    holder, said = request.assignee, None if command.reason is None else storable(command.reason)
    reason = TAKEN_OVER_BY_HAND if taking_over else _reason(ctx, command.operator_id)
    decision = manual_decision(ctx, request, account, command.operator_id, reason)
    lifecycle.assign(ctx, request, decision, said)
    if taking_over:
        detail = {"holder": holder.name if holder else "", "reason": said or ""}
        audit.record(ctx, TAKEN_OVER, about_request(request), detail=detail)
    return request


def _takes_over(ctx: Context, request: ServiceRequest, operator_id: int | None) -> bool:
    """Whether somebody takes for themselves what a colleague works at."""
    held = request.assignee_id is not None and request.status in ACTIVE_STATUSES
    return held and operator_id == ctx.actor.operator_id != request.assignee_id


def _reason(ctx: Context, operator_id: int | None) -> str:
    if operator_id is None:
        return RETURNED_TO_QUEUE
    return "claimed" if operator_id == ctx.actor.operator_id else "handed_over"


def _require_assignment(ctx: Context, request: ServiceRequest, operator_id: int | None) -> None:
    """One may take what nobody has, and give away one's own; anything else needs the right to assign."""
    me = ctx.actor.operator_id
    claiming = operator_id == me and request.assignee_id in (None, me)
    handing_on = request.assignee_id == me
    needed = (
        Permission.SERVICE_REQUESTS_CLAIM if claiming or handing_on else Permission.SERVICE_REQUESTS_ASSIGN
    )
    if operator_id == me and request.assignee_id not in (None, me) and not ctx.actor.may(needed):
        holder = ctx.session.get(Operator, request.assignee_id)
        raise Conflict("already_assigned", assignee_name=holder.name if holder else "")
    ctx.require(needed, account_id=request.account_id)
    if claiming and request.assignee_id is None and not ctx.actor.may(Permission.SERVICE_REQUESTS_ASSIGN):
        _require_free_hand(ctx, request)


def _require_free_hand(ctx: Context, request: ServiceRequest) -> None:
    """Raises Conflict(`handed_out_by_lead`) where the queue leaves everything to those who may assign."""
    if request.queue_id is None:
        return
    queue = ctx.session.get(RoutingQueue, request.queue_id)
    if queue is not None and queue.removed_at is None and queue.strategy == ByHand.name:
        raise Conflict("handed_out_by_lead", queue=queue.name)


def _require_reach(ctx: Context, account: Account, operator_id: int | None) -> None:
    if operator_id is None:
        return
    if operator_id not in {person.id for person in operators_for(ctx, account)}:
        raise Invalid("operator_cannot_serve", fields={"operator_id": "does_not_serve_account"})


def set_status(ctx: Context, request_id: int, command: SetStatus) -> ServiceRequest:
    """Move a request on. A resolved one is done with its customer's waiting; reopening asks for it again."""
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=request.account_id)
    require_version(ctx, request, command.version)
    require_own(ctx, request, command.confirm)
    change_status(ctx, request, RequestStatus(command.status))
    return request


def change_status(ctx: Context, request: ServiceRequest, status: RequestStatus) -> None:
    """The act itself, with its line in the audit log; who calls has asked for the right."""
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=request.account_id)
    before = request.status
    lifecycle.set_status(ctx, request, status)
    if request.status is not before:
        detail = {"from": before.value, "to": request.status.value}
        audit.record(ctx, STATUS_CHANGED, about_request(request), detail=detail)


def classify_request(ctx: Context, request_id: int, command: ClassifyRequest) -> ServiceRequest:
    """Say what a request really is: its type, how urgent it is, the customer's mood."""
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=request.account_id)
    require_version(ctx, request, command.version)
    require_own(ctx, request, command.confirm)
    said = lifecycle.Classification(command.type, command.priority, command.sentiment)
    lifecycle.reclassify(ctx, request, said, "by_hand")
    detail = command.model_dump(exclude={"version", "confirm"})
    audit.record(ctx, CLASSIFIED, about_request(request), detail=detail)
    return request


def require_version(ctx: Context, request: ServiceRequest, version: int) -> None:
    """Nobody acts on stale sight; what oneself has done since is no surprise.

    Raises Conflict(`stale_version`).
    """
    if request.version == version:
        return
    own = ctx.session.scalar(
        select(func.count()).where(
            RequestChange.service_request_id == request.id,
            RequestChange.version > version,
            RequestChange.operator_id == ctx.actor.operator_id,
        )
    )
    if version > request.version or own != request.version - version:
        raise Conflict("stale_version", version=request.version)


def mark_read(ctx: Context, conversation_id: int, number: int) -> None:
    """Who has the request has seen what came in up to the message with this number; what came after it stays
    unread. That others look on, whatever they may do, changes nothing; what nobody has is unread until
    somebody has it."""
    ctx.require(Permission.CONVERSATIONS_READ)
    unseen = or_(ServiceRequest.unread_count > 0, ServiceRequest.offered_at.is_not(None))
    theirs = ServiceRequest.assignee_id == ctx.actor.operator_id
    rows = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.conversation_id == conversation_id, unseen, theirs)
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
    ).all()
    lifecycle.mark_read(ctx, rows, number)
