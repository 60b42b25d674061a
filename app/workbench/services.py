"""Notes, and what a person decides about a reply on its way: take back, retry, settle."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Invalid, NotFound
from app.core.i18n import translate
from app.core.permissions import Permission
from app.core.text import storable
from app.identity import audit
from app.identity.scope import scope
from app.models import (
    Direction,
    Lane,
    Message,
    OutboundMessage,
    RequestStatus,
)
from app.outbound.intents import send_again, settle, take_back
from app.routing.deadlines import set_deadlines
from app.routing.queries import get_request
from app.workbench.announce import announce_message
from app.workbench.cargo import REPLIES
from app.workbench.events import NOTE_ADDED
from app.workbench.messages import add_message, locked_conversation, message_by_key
from app.workbench.queries import message_views
from app.workbench.schemas import MessageView, SettleOutcome, WriteNote


def write_note(ctx: Context, conversation_id: int, command: WriteNote) -> MessageView:
    """A note that only colleagues see."""
    ctx.require(Permission.NOTES_WRITE)
    conversation = locked_conversation(ctx, conversation_id)
    ctx.require(Permission.NOTES_WRITE, account_id=conversation.account_id)
    earlier = message_by_key(ctx, conversation.id, command.idempotency_key)
    if earlier is not None:
        return message_views(ctx, [earlier])[0]
    text = storable(command.text).strip()
    if not text:
        raise Invalid("reply_empty", fields={"text": translate("errors.reply_empty", ctx.locale)})
    message = add_message(
        ctx, conversation, None, Lane.INTERNAL, Direction.NOTE, text, command.idempotency_key
    )
    return announce_message(ctx, NOTE_ADDED, message)


def cancel_reply(ctx: Context, message_id: int) -> MessageView:
    """Take a reply back before it goes. Raises Conflict(`too_late`) once sending has begun."""
    message, outbound = _own_outbound(ctx, message_id)
    request = get_request(ctx, message.service_request_id or 0)
    request.status = RequestStatus.OPEN
    request.waiting_since = request.waiting_since or request.last_inbound_at
    set_deadlines(request)
    take_back(ctx, REPLIES, outbound)
    return message_views(ctx, [message])[0]


def retry_reply(ctx: Context, message_id: int) -> MessageView:
    """Send a failed reply again."""
    message, outbound = _own_outbound(ctx, message_id)
    send_again(ctx, REPLIES, outbound)
    return message_views(ctx, [message])[0]


def settle_outcome(ctx: Context, message_id: int, command: SettleOutcome) -> MessageView:
    """A person has looked on the platform: the reply is there, or it is not (and may be retried)."""
    message, outbound = _own_outbound(ctx, message_id)
    settle(ctx, REPLIES, outbound, command.outcome)
    audit.record(
        ctx,
        "reply.outcome_settled",
        object_type="message",
        object_id=message.id,
        account_id=message.account_id,
        detail={"outcome": command.outcome},
    )
    return message_views(ctx, [message])[0]


def _own_outbound(ctx: Context, message_id: int) -> tuple[Message, OutboundMessage]:
    ctx.require(Permission.REPLIES_SEND)
    message = ctx.session.scalar(scope(select(Message), ctx.actor, Message).where(Message.id == message_id))
    if message is None:
        raise NotFound
    ctx.require(Permission.REPLIES_SEND, account_id=message.account_id)
    outbound = ctx.session.scalar(
        select(OutboundMessage).where(OutboundMessage.message_id == message.id).with_for_update()
    )
    if outbound is None:
        raise NotFound
    return message, outbound
