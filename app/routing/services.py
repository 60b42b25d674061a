"""Writes of service requests: assign, change status, mark as read."""

from __future__ import annotations

from sqlalchemy import func, select, tuple_

from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.jobs import JobName
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.identity import audit
from app.identity.queries import operators_for_account
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AssignmentDecision,
    Operator,
    RequestStatus,
    ServiceRequest,
)
from app.routing.announce import announce, announce_one
from app.routing.assignment import MANUAL, Candidate, Roster, decide
from app.routing.deadlines import set_deadlines
from app.routing.events import ASSIGNED, STATUS_CHANGED, UPDATED
from app.routing.queries import get_request, load_requests
from app.routing.schemas import SetAssignee, SetStatus


def assign_waiting(ctx: Context, *, limit: int = 100) -> int:
    """Give unassigned requests, the most urgent first, to people who have become free; how many."""
    ctx.require(Permission.ROUTING_ASSIGN)
    lock_counter(ctx.session, "routing", ctx.now())
    waiting = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.assignee_id.is_(None), ServiceRequest.status == RequestStatus.NEW)
        .order_by(ServiceRequest.urgent_at, ServiceRequest.priority, ServiceRequest.id)
        .limit(limit)
        .with_for_update()
    ).all()
    account_ids = {request.account_id for request in waiting}
    accounts = {a.id: a for a in ctx.session.scalars(select(Account).where(Account.id.in_(account_ids)))}
    roster = Roster(ctx)
    given: dict[int, tuple[int | None, int | None]] = {}
    for request in waiting:
        decision = decide(ctx, roster, accounts[request.account_id], request)
        if request.assignee_id is None:
            continue  # the first decision already says that nobody was there
        request.status = RequestStatus.OPEN
        ctx.session.add(decision)
        given[request.id] = (request.team_id, None)
    ctx.session.flush()
    for request in load_requests(ctx, list(given)):
        announce(ctx, ASSIGNED, request, given[request.id])
    return len(given)


def set_assignee(ctx: Context, request_id: int, command: SetAssignee) -> ServiceRequest:
    """Claim a request for oneself, hand it to somebody, or put it back into the queue."""
    request = get_request(ctx, request_id)
    _require_assignment(ctx, request, command.operator_id)
    _check_version(request, command.version)
    if request.status not in ACTIVE_STATUSES:
        raise Conflict("request_not_active")
    account = ctx.session.get_one(Account, request.account_id)
    _require_reach(ctx, account, command.operator_id)
    before = (request.team_id, request.assignee_id)
    request.assignee_id = command.operator_id
    if command.operator_id is None:
        request.status = RequestStatus.NEW
    elif request.status is RequestStatus.NEW:
        request.status = RequestStatus.OPEN
    ctx.session.add(_manual_decision(ctx, request, account))
    ctx.session.flush()
    return announce_one(ctx, ASSIGNED, request.id, before)


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


def _require_reach(ctx: Context, account: Account, operator_id: int | None) -> None:
    if operator_id is None:
        return
    if operator_id not in {person.id for person in operators_for_account(ctx.session, account)}:
        raise Invalid("operator_cannot_serve", fields={"operator_id": "does_not_serve_account"})


def _manual_decision(ctx: Context, request: ServiceRequest, account: Account) -> AssignmentDecision:
    people = Roster(ctx).candidates(account, None)
    mine = request.assignee_id == ctx.actor.operator_id
    reason = "returned_to_queue" if request.assignee_id is None else "claimed" if mine else "handed_over"
    return AssignmentDecision(
        created_at=ctx.now(),
        service_request_id=request.id,
        account_id=request.account_id,
        strategy=MANUAL,
        chosen_operator_id=request.assignee_id,
        decided_by_id=ctx.actor.operator_id,
        reason=reason,
        candidates=[Candidate(c.person, c.open_requests).record() for c in people],
    )


def set_status(ctx: Context, request_id: int, command: SetStatus) -> ServiceRequest:
    """Move a request on. A resolved one is done with its customer's waiting; reopening asks for it again."""
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=request.account_id)
    _check_version(request, command.version)
    status = RequestStatus(command.status)
    if request.status is RequestStatus.CLOSED:
        raise Conflict("request_not_active")
    if request.status is RequestStatus.RESOLVED and status is not RequestStatus.RESOLVED:
        _refuse_second_active(ctx, request)
    before = request.status
    request.status = status
    if status is RequestStatus.RESOLVED:
        request.resolved_at = ctx.now()
        request.waiting_since = None
        request.unread_count = 0
        ctx.defer(JobName.ROUTING_ASSIGN_WAITING)
    else:
        request.resolved_at = None
    set_deadlines(request)
    audit.record(
        ctx,
        "service_request.status_changed",
        object_type="service_request",
        object_id=request.id,
        account_id=request.account_id,
        detail={"from": before.value, "to": status.value},
    )
    ctx.session.flush()
    return announce_one(ctx, STATUS_CHANGED, request.id)


def _refuse_second_active(ctx: Context, request: ServiceRequest) -> None:
    other = ctx.session.scalar(
        select(ServiceRequest.number).where(
            tuple_(ServiceRequest.conversation_id, ServiceRequest.lane)
            == tuple_(request.conversation_id, request.lane),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
    )
    if other is not None:
        raise Conflict("newer_request_open", number=other)


def _check_version(request: ServiceRequest, version: int) -> None:
    if request.version != version:
        raise Conflict("stale_version", version=request.version)


def mark_read(ctx: Context, conversation_id: int) -> None:
    """The assignee (or, while nobody has it, whoever opens it) has seen what came in."""
    ctx.require(Permission.CONVERSATIONS_READ)
    rows = ctx.session.scalars(
        select(ServiceRequest).where(
            ServiceRequest.conversation_id == conversation_id,
            ServiceRequest.unread_count > 0,
            func.coalesce(ServiceRequest.assignee_id, ctx.actor.operator_id) == ctx.actor.operator_id,
        )
    ).all()
    for request in rows:
        ctx.require(Permission.CONVERSATIONS_READ, account_id=request.account_id)
        request.unread_count = 0
    ctx.session.flush()
    for request in load_requests(ctx, [request.id for request in rows]):
        announce(ctx, UPDATED, request)
