"""Replies: checked against the platform's rules, then written down as the intent to send."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.platforms import platforms
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import translate
from app.core.jobs import JobName
from app.core.permissions import Permission
from app.core.text import storable
from app.models import (
    Account,
    Conversation,
    Direction,
    InboundItem,
    Lane,
    Message,
    OutboundState,
    RequestStatus,
    ServiceRequest,
)
from app.outbound.intents import goes_at, write_intent
from app.routing.deadlines import preview, refresh_window, set_deadlines
from app.routing.queries import get_request
from app.routing.windows import private_window
from app.workbench.announce import announce_message
from app.workbench.cargo import REPLIES, build_send_request, order_key
from app.workbench.events import REPLY_EVENTS
from app.workbench.lanes import KIND_OF, refusal, reply_target
from app.workbench.messages import add_message, locked_conversation, message_by_key
from app.workbench.policies import personal_data
from app.workbench.queries import message_views
from app.workbench.schemas import MessageView, SendReply


def send_reply(ctx: Context, conversation_id: int, command: SendReply, *, address: str) -> MessageView:
    """Write down the intent to send a reply. The same idempotency key gives the same message again.

    Raises Invalid (`reply_empty`, `reply_too_long`, `personal_data_in_public_reply`) and Conflict
    (`reply_window_closed` with the reason and the next legal ways).
    """
    ctx.require(Permission.REPLIES_SEND)
    conversation = locked_conversation(ctx, conversation_id)
    earlier = message_by_key(ctx, conversation.id, command.idempotency_key)
    if earlier is not None:
        return message_views(ctx, [earlier])[0]
    request = get_request(ctx, command.service_request_id)
    if request.conversation_id != conversation.id:
        raise NotFound
    # As it is now and until the end: an assignment of the same moment must not cost the operator the reply.
    ctx.session.refresh(request, with_for_update={"of": ServiceRequest})
    ctx.require(Permission.REPLIES_SEND, account_id=request.account_id)
    lane = Lane(command.lane)
    text = storable(command.text).strip()
    account = ctx.session.get_one(Account, conversation.account_id)
    target = _target(ctx, conversation, lane, command.in_reply_to)
    leaves_at = goes_at(ctx, command.send_at)
    _check_window(ctx, account, conversation, lane, target, leaves_at)
    _check_text(ctx, account, lane, text, target, address)
    message = add_message(ctx, conversation, request, lane, Direction.OUTBOUND, text, command.idempotency_key)
    write_intent(
        ctx,
        REPLIES,
        account=account,
        lane=lane,
        order_key=order_key(conversation.id, lane),
        leaves_at=leaves_at,
        target=target or {},
        address=address,
        message_id=message.id,
        conversation_id=conversation.id,
    )
    _note_answer(ctx, request, account, conversation, message)
    ctx.session.flush()
    return announce_message(ctx, REPLY_EVENTS[OutboundState.QUEUED], message)


def _target(
    ctx: Context, conversation: Conversation, lane: Lane, in_reply_to: int | None
) -> dict[str, str] | None:
    if in_reply_to is None:
        found = reply_target(ctx, conversation.id, lane)
        return dict(found) if found else None
    target = ctx.session.scalar(
        select(InboundItem.reply_context)
        .join(Message, Message.inbound_item_id == InboundItem.id)
        .where(Message.id == in_reply_to, Message.conversation_id == conversation.id, Message.lane == lane)
    )
    if target is None:
        raise Invalid("no_such_target", fields={"in_reply_to": "no_such_target"})
    return dict(target)


def _check_window(
    ctx: Context,
    account: Account,
    conversation: Conversation,
    lane: Lane,
    target: dict[str, str] | None,
    leaves_at: datetime,
) -> None:
    """The platform must still allow it when it leaves, not only now."""
    parts = platforms(ctx.runtime)
    capabilities = parts.adapter(account.platform).capabilities(parts.ref(account))
    window = private_window(ctx, account, conversation, at=leaves_at)
    reason = refusal(account, lane, capabilities, target, window)
    if reason is None:
        return
    other = Lane.PUBLIC if lane is Lane.PRIVATE else Lane.PRIVATE
    other_open = refusal(account, other, capabilities, reply_target(ctx, conversation.id, other), window)
    ways = [other.value] if other_open is None else []
    raise Conflict(
        "reply_window_closed",
        reason=reason,
        reason_text=translate(f"lane.refused.{reason}", ctx.locale),
        alternatives=[*ways, "wait"],
    )


def _check_text(
    ctx: Context, account: Account, lane: Lane, text: str, target: dict[str, str] | None, address: str
) -> None:
    if not text:
        raise Invalid("reply_empty", fields={"text": translate("errors.reply_empty", ctx.locale)})
    found = personal_data(text) if lane is Lane.PUBLIC else []
    if found:
        kinds = sorted({kind for kind, _ in found})
        raise Invalid(
            "personal_data_in_public_reply",
            kinds=kinds,
            fields={"text": translate("errors.personal_data_in_public_reply", ctx.locale)},
        )
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(account.platform)
    measure = adapter.measure_text(KIND_OF[lane], text, parts.ref(account))
    if not measure.fits:
        raise Invalid(
            "reply_too_long",
            units=measure.units,
            maximum=measure.limit,
            unit=measure.unit,
            fields={"text": translate("errors.reply_too_long", ctx.locale)},
        )
    problems = adapter.validate(parts.ref(account), build_send_request(lane, text, "check", target, address))
    if problems:
        raise Invalid("reply_refused", fields={p.field: p.code for p in problems})


def _note_answer(
    ctx: Context, request: ServiceRequest, account: Account, conversation: Conversation, message: Message
) -> None:
    """What an answer changes on its request: nobody waits any more, and it is whose who answered."""
    request.waiting_since = None
    request.first_replied_at = request.first_replied_at or ctx.now()
    request.unread_count = 0
    request.message_count += 1
    request.last_number = message.number
    request.preview = preview(message.text, Direction.OUTBOUND, message.occurred_at)
    if request.assignee_id is None:
        request.assignee_id = ctx.actor.operator_id
    if request.status in (RequestStatus.NEW, RequestStatus.OPEN, RequestStatus.ON_HOLD):
        request.status = RequestStatus.PENDING
        ctx.defer(JobName.ROUTING_ASSIGN_WAITING)  # whoever has answered has a hand free
    ctx.session.flush()
    if request.lane is Lane.PRIVATE:
        refresh_window(ctx, request, account, conversation)
    set_deadlines(request)
