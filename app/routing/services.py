"""Writes of service requests: open or join, assign, change status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_

from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.jobs import JobName
from app.core.numbers import lock_counter, take_numbers
from app.core.permissions import Permission
from app.identity import audit
from app.identity.queries import operators_for_account
from app.identity.scope import request_audience
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AssignmentDecision,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    Message,
    Operator,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from app.models.conversation import Direction
from app.routing.assignment import MANUAL, Candidate, Roster, decide
from app.routing.events import ASSIGNED, MESSAGES_APPENDED, OPENED, STATUS_CHANGED, UPDATED
from app.routing.policies import FAR_FUTURE, PriorityInput, due_at, priority_of, urgent_at
from app.routing.queries import get_request, load_requests, request_view
from app.routing.schemas import ServiceRequestChanged, SetAssignee, SetStatus
from app.routing.windows import private_window

_OFFICE_ZONE = ZoneInfo("Asia/Shanghai")  # request numbers carry the day as operators count it
PREVIEW_CHARS = 140


@dataclass
class Kept:
    """A kept item on its way into a request."""

    item: InboundItem
    verdict: Verdict
    identity: ContactIdentity


@dataclass
class Routed:
    """What a batch did: requests opened and joined, and the messages that were added."""

    opened: list[ServiceRequest] = field(default_factory=list)
    joined: dict[int, ServiceRequest] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


def route_kept(ctx: Context, kept: Sequence[Kept], accounts: dict[int, Account]) -> Routed:
    """Put kept items into conversations and requests, oldest first, and assign what is new.

    Idempotent by the items' verdicts: an item reaches here once. Statements grow with the number of
    distinct people, not of items.
    """
    ctx.require(Permission.LISTENER_INGEST)
    routed = Routed()
    if not kept:
        return routed
    ordered = sorted(kept, key=lambda k: (k.item.published_at, k.item.id))
    conversations = _conversations(ctx, ordered)
    requests = _active_requests(ctx, conversations)
    earlier = _earlier_requests(ctx, conversations)
    for entry in ordered:
        conversation = conversations[entry.identity.id]
        key = (conversation.id, entry.item.lane)
        request = requests.get(key)
        if request is None:
            request = _open(
                ctx, entry, conversation, accounts[entry.item.account_id], earlier[conversation.id]
            )
            requests[key] = request
            routed.opened.append(request)
        elif request not in routed.opened:
            routed.joined[id(request)] = request
        routed.messages.append(_append(ctx, entry, conversation, request))
    _number_requests(ctx, routed.opened)
    ctx.session.flush()
    for entry, message in zip(ordered, routed.messages, strict=True):
        request = requests[message.conversation_id, entry.item.lane]
        message.service_request_id = request.id
        entry.verdict.service_request_id = request.id
    _refresh_windows(ctx, [*routed.opened, *routed.joined.values()], accounts, conversations)
    _assign(ctx, routed.opened, accounts)
    ctx.session.flush()
    _tell(ctx, routed)
    return routed


def _conversations(ctx: Context, kept: Sequence[Kept]) -> dict[int, Conversation]:
    """The conversation of each identity, made where it is new; locked, because numbers are given in it."""
    ids = sorted({entry.identity.id for entry in kept})
    rows = ctx.session.scalars(
        select(Conversation)
        .where(Conversation.contact_identity_id.in_(ids))
        .order_by(Conversation.id)
        .with_for_update()
    )
    found = {row.contact_identity_id: row for row in rows}
    for entry in kept:
        if entry.identity.id not in found:
            conversation = Conversation(
                created_at=ctx.now(),
                account_id=entry.item.account_id,
                contact_identity_id=entry.identity.id,
                last_number=0,
            )
            ctx.session.add(conversation)
            found[entry.identity.id] = conversation
    ctx.session.flush()
    return found


def _active_requests(
    ctx: Context, conversations: dict[int, Conversation]
) -> dict[tuple[int, Lane], ServiceRequest]:
    ids = [conversation.id for conversation in conversations.values()]
    rows = ctx.session.scalars(
        select(ServiceRequest).where(
            ServiceRequest.conversation_id.in_(ids), ServiceRequest.status.in_(ACTIVE_STATUSES)
        )
    )
    return {(row.conversation_id, row.lane): row for row in rows}


def _earlier_requests(ctx: Context, conversations: dict[int, Conversation]) -> dict[int, int]:
    ids = [conversation.id for conversation in conversations.values()]
    rows = ctx.session.execute(
        select(ServiceRequest.conversation_id, func.count())
        .where(ServiceRequest.conversation_id.in_(ids))
        .group_by(ServiceRequest.conversation_id)
    )
    return defaultdict(int, {conversation_id: count for conversation_id, count in rows})


def _open(
    ctx: Context, entry: Kept, conversation: Conversation, account: Account, earlier: int
) -> ServiceRequest:
    verdict, identity = entry.verdict, entry.identity
    priority, parts = priority_of(
        PriorityInput(
            type=verdict.intent or "other",
            sentiment=verdict.sentiment or 0,
            urgency=verdict.urgency or 0,
            followers=identity.followers_count,
            is_verified=identity.is_verified,
            level=None,
            earlier_requests=earlier,
        )
    )
    request = ServiceRequest(
        created_at=ctx.now(),
        number="",
        account_id=account.id,
        conversation_id=conversation.id,
        team_id=account.team_id,
        lane=entry.item.lane,
        status=RequestStatus.NEW,
        type=verdict.intent or "other",
        priority=priority,
        priority_parts=parts,
        opened_at=ctx.now(),
        last_inbound_at=entry.item.published_at,
        urgent_at=FAR_FUTURE,
        unread_count=0,
        message_count=0,
        last_number=0,
        preview={},
    )
    ctx.session.add(request)
    return request


def _append(ctx: Context, entry: Kept, conversation: Conversation, request: ServiceRequest) -> Message:
    item, verdict = entry.item, entry.verdict
    conversation.last_number += 1
    message = Message(
        created_at=ctx.now(),
        conversation_id=conversation.id,
        account_id=item.account_id,
        inbound_item_id=item.id,
        number=conversation.last_number,
        direction=Direction.INBOUND,
        lane=item.lane,
        kind=item.kind,
        author_name=entry.identity.name,
        text=item.text,
        media=item.media,
        external_url=item.external_url,
        occurred_at=item.published_at,
    )
    ctx.session.add(message)
    request.message_count += 1
    request.unread_count += 1
    request.last_number = conversation.last_number
    request.last_inbound_at = max(request.last_inbound_at, item.published_at)
    request.preview = preview(item.text, Direction.INBOUND, item.published_at)
    if verdict.sentiment is not None:
        request.sentiment = verdict.sentiment
        request.sentiment_score = 0.5 if verdict.sentiment_score is None else verdict.sentiment_score
        request.sentiment_unsure = verdict.sentiment_unsure
    if request.status is RequestStatus.PENDING:
        request.status = RequestStatus.OPEN
    if request.waiting_since is None:
        request.waiting_since = item.published_at
    set_deadlines(request)
    return message


def preview(text: str, direction: Direction, at: datetime) -> dict[str, str]:
    return {"text": text[:PREVIEW_CHARS], "direction": direction.value, "at": at.isoformat()}


def set_deadlines(request: ServiceRequest) -> None:
    """Derive what is due when from how long the customer has been waiting."""
    request.due_at = due_at(request.priority, request.waiting_since)
    request.urgent_at = urgent_at(request.due_at, request.window_until)


def _number_requests(ctx: Context, opened: list[ServiceRequest]) -> None:
    if not opened:
        return
    day = ctx.now().astimezone(_OFFICE_ZONE).strftime("%y%m%d")
    first = take_numbers(ctx.session, f"requests-{day}", len(opened), ctx.now())
    for offset, request in enumerate(opened):
        request.number = f"LK-{day}-{first + offset:04d}"


def _refresh_windows(
    ctx: Context,
    requests: list[ServiceRequest],
    accounts: dict[int, Account],
    conversations: dict[int, Conversation],
) -> None:
    by_id = {conversation.id: conversation for conversation in conversations.values()}
    for request in requests:
        if request.lane is Lane.PRIVATE:
            refresh_window(ctx, request, accounts[request.account_id], by_id[request.conversation_id])


def refresh_window(
    ctx: Context, request: ServiceRequest, account: Account, conversation: Conversation
) -> None:
    """Write the platform's private window onto the request, and what it means for its urgency."""
    window = private_window(ctx, account, conversation)
    request.window_until = window.until
    request.window_remaining = window.remaining
    set_deadlines(request)


def _assign(ctx: Context, requests: list[ServiceRequest], accounts: dict[int, Account]) -> None:
    if not requests:
        return
    lock_counter(ctx.session, "routing", ctx.now())  # one hand at a time gives work out
    roster = Roster(ctx)
    for request in requests:
        decision = decide(ctx, roster, accounts[request.account_id], request)
        if request.assignee_id is not None:
            request.status = RequestStatus.OPEN
        ctx.session.add(decision)


def _tell(ctx: Context, routed: Routed) -> None:
    opened = {request.id for request in routed.opened}
    ids = [*opened, *(request.id for request in routed.joined.values())]
    for request in load_requests(ctx, ids):
        name = OPENED if request.id in opened else UPDATED
        announce(ctx, name, request)
    ctx.signal(MESSAGES_APPENDED, [message.id for message in routed.messages])


def announce(
    ctx: Context, name: str, request: ServiceRequest, before: tuple[int | None, int | None] | None = None
) -> None:
    """Emit an event about a request whose related rows are loaded."""
    ctx.emit(
        name,
        ServiceRequestChanged(service_request=request_view(request)),
        request_audience(request, before=before),
        service_request_id=request.id,
    )


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
    return _announce_one(ctx, ASSIGNED, request.id, before)


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
        raise Invalid("operator_cannot_serve", fields={"operator_id": "does not serve this account"})


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
        candidates=[Candidate(c.operator, c.open_requests).record() for c in people],
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
    return _announce_one(ctx, STATUS_CHANGED, request.id)


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


def _announce_one(
    ctx: Context, name: str, request_id: int, before: tuple[int | None, int | None] | None = None
) -> ServiceRequest:
    (request,) = load_requests(ctx, [request_id])
    announce(ctx, name, request, before)
    return request


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
