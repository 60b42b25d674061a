"""A queue is closed and somebody writes: they are told so, once in a conversation while it stays closed.

The text goes the way of every answer: checked against the lane, the platform's window and its words, written
down in the ledger, sent once. It answers nothing: it belongs to the conversation and to no request, so that
clocks run on and people still have to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from app.accounts.platforms import platforms
from app.calendars.clocks import calendars_of_queues
from app.core.context import Context
from app.core.errors import AppError, Conflict
from app.core.grants import Allowed
from app.core.permissions import Permission
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Conversation,
    Direction,
    Grant,
    Lane,
    Message,
    NobodyAnswer,
    Operator,
    Presence,
    RoutingQueue,
    ServiceRequest,
    stands,
)
from app.outbound.intents import write_intent
from app.routing import lifecycle
from app.routing.private_window import private_window
from app.workbench.announce import announce_messages_alone
from app.workbench.cargo import REPLIES, order_key
from app.workbench.events import REPLY_STATE_CHANGED
from app.workbench.lanes import refusal, reply_target
from app.workbench.messages import add_message, locked_conversation
from app.workbench.queries import reply_views
from app.workbench.wording import check_personal_data, check_words
from app.worktime import OutOfReach, WorkCalendar

AT_ONCE = 50
KIND = "nobody_there"
"""Of the message, where an answer's is `reply`."""
LAST_KEPT = "last_answer_kept"
"""The platform lets us answer privately once more: that stays for a person."""
_MOMENT = timedelta(microseconds=1)
_NEVER_OPEN = datetime(1970, 1, 1, tzinfo=UTC)
_OF_LANE = {Lane.PUBLIC: Allowed.PUBLIC_REPLY, Lane.PRIVATE: Allowed.PRIVATE_REPLY}


class _Told(BaseModel):
    """What stands for the command of a message that nobody gave."""

    idempotency_key: str


@dataclass(frozen=True)
class Untold:
    """A request whose customer has written outside its queue's hours and was told nothing of it."""

    id: int
    conversation_id: int


def untold(ctx: Context, only: int | None = None) -> list[Untold]:
    """Those that wait now, the longest waiting first. Two statements where no closed queue has a text.

    Of several requests of one conversation one is told of while the queue stays closed; the next time that it
    is, whoever writes with another request is told again.

    Where somebody has the request and is there, nothing is said: they are.
    """
    queues = ctx.session.scalars(
        select(RoutingQueue).where(RoutingQueue.nobody_text.is_not(None), RoutingQueue.removed_at.is_(None))
    ).all()
    calendars = calendars_of_queues(ctx) if queues else {}
    closed = [
        and_(
            ServiceRequest.queue_id == queue.id,
            ServiceRequest.last_inbound_at >= since,
            ~_told_since(since),
        )
        for queue in queues
        for since in (_closed_since(calendars.get(queue.id), ctx.now()),)
        if since is not None
    ]
    if not closed:
        return []
    told = select(NobodyAnswer.id).where(NobodyAnswer.service_request_id == ServiceRequest.id).exists()
    statement = (
        select(ServiceRequest.id, ServiceRequest.conversation_id)
        .outerjoin(Operator, Operator.id == ServiceRequest.assignee_id)
        .where(
            stands(ACTIVE_STATUSES),
            ServiceRequest.waiting_since.is_not(None),
            or_(*closed),
            or_(Operator.id.is_(None), Operator.presence != Presence.ONLINE),
            ~told,
        )
        .order_by(ServiceRequest.waiting_since, ServiceRequest.id)
        .limit(AT_ONCE)
    )
    if only is not None:
        statement = statement.where(ServiceRequest.id == only)
    return [Untold(*row) for row in ctx.session.execute(statement)]


def _told_since(since: datetime) -> ColumnElement[bool]:
    """Whether somebody was told by any request of the same conversation."""
    other = aliased(ServiceRequest)
    return (
        select(NobodyAnswer.id)
        .join(other, other.id == NobodyAnswer.service_request_id)
        .where(
            other.conversation_id == ServiceRequest.conversation_id,
            NobodyAnswer.message_id.is_not(None),
            NobodyAnswer.created_at >= since,
        )
        .correlate(ServiceRequest)
        .exists()
    )


def _closed_since(calendar: WorkCalendar | None, now: datetime) -> datetime | None:
    """Since when a queue has been closed that is closed now."""
    if calendar is None or calendar.is_open(now):
        return None
    try:
        return calendar.back(now, _MOMENT) + _MOMENT
    except OutOfReach:
        return _NEVER_OPEN


def tell_nobody_is_there(ctx: Context, one: Untold) -> bool:
    """Whether the customer is told now; what stands against it is written down beside the request instead.

    Under the conversation's lock: whoever was told, or answered, meanwhile is told nothing more.
    """
    ctx.require(Permission.REPLIES_SEND)
    conversation = locked_conversation(ctx, one.conversation_id)
    if not untold(ctx, only=one.id):
        return False
    request = ctx.session.scalars(
        select(ServiceRequest).where(ServiceRequest.id == one.id).with_for_update(of=ServiceRequest)
    ).one()
    queue = ctx.session.get_one(RoutingQueue, request.queue_id)
    answer = NobodyAnswer(
        created_at=ctx.now(), service_request_id=request.id, account_id=request.account_id, queue_id=queue.id
    )
    try:
        answer.message_id = _say(ctx, conversation, request, queue).id
    except AppError as error:
        answer.refused = error.code[:60]
        lifecycle.not_told(ctx, request, answer.refused)
    ctx.session.add(answer)
    ctx.session.flush()
    return answer.message_id is not None


def _say(ctx: Context, conversation: Conversation, request: ServiceRequest, queue: RoutingQueue) -> Message:
    """Raises Conflict and Invalid before anything is written."""
    account = ctx.session.get_one(Account, request.account_id)
    lane, text = request.lane, queue.nobody_text or ""
    _require_granted(ctx, account, queue.agency_id, lane)
    target = reply_target(ctx, conversation.id, lane)
    window = private_window(ctx, account, conversation)
    reason = refusal(account, lane, platforms(ctx.runtime).capabilities(account), target, window)
    if reason is not None or target is None:
        raise Conflict(reason or "nothing_to_answer")
    if lane is Lane.PRIVATE and window.remaining is not None and window.remaining <= 1:
        raise Conflict(LAST_KEPT)
    check_personal_data(ctx, lane, text, None)
    context = dict(target.context)
    check_words(ctx, account, lane, text, context, queue.nobody_address)
    told = _Told(idempotency_key=f"{KIND}:{request.id}")
    message = add_message(ctx, conversation, None, lane, Direction.OUTBOUND, text, told)
    message.kind, message.author_name = KIND, queue.name
    outbound = write_intent(
        ctx,
        REPLIES,
        account=account,
        lane=lane,
        order_key=order_key(conversation.id, lane),
        leaves_at=ctx.now(),
        target=context,
        address=queue.nobody_address,
        cargo_id=message.id,
        conversation_id=conversation.id,
    )
    (view,) = reply_views(ctx, [message], [outbound])
    announce_messages_alone(ctx, REPLY_STATE_CHANGED, [message], [view])
    return message


def _require_granted(ctx: Context, account: Account, agency_id: int, lane: Lane) -> None:
    """A queue answers for accounts of its own agency, and of those granted to it for such answers."""
    if account.agency_id == agency_id:
        return
    now = ctx.now()
    allowed: Sequence[frozenset[str]] = ctx.session.scalars(
        select(Grant.allows).where(
            Grant.account_id == account.id,
            Grant.agency_id == agency_id,
            Grant.holds_from <= now,
            or_(Grant.holds_until.is_(None), Grant.holds_until > now),
        )
    ).all()
    if not any(_OF_LANE[lane].value in words for words in allowed):
        raise Conflict("grant_does_not_allow")
