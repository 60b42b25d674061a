"""Notes, and what a person decides about a reply on its way: take back, retry, settle."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Invalid, NotFound
from app.core.i18n import translate
from app.core.permissions import Permission
from app.core.text import storable
from app.files.services import chosen_files
from app.grants.acting import require_lane
from app.identity import audit
from app.identity.scope import scope
from app.models import (
    REPLY,
    Direction,
    Lane,
    Message,
    OutboundMessage,
    ServiceRequest,
)
from app.outbound.intents import release, send_again, settle, take_back
from app.routing.confirming import require_own
from app.workbench.announce import announce_messages_alone
from app.workbench.cargo import REPLIES
from app.workbench.confirming import require_confirmed
from app.workbench.events import (
    MESSAGE,
    NOTE_ADDED,
    REPLY_OUTCOME_SETTLED,
    REPLY_RELEASED,
    REPLY_TAKEN_BACK,
)
from app.workbench.messages import add_message, locked_conversation, message_by_key
from app.workbench.queries import message_views
from app.workbench.schemas import Confirmation, MessageView, SettleOutcome, WriteNote


def write_note(ctx: Context, conversation_id: int, command: WriteNote) -> MessageView:
    """A note that only colleagues see."""
    ctx.require(Permission.NOTES_WRITE)
    conversation = locked_conversation(ctx, conversation_id)
    ctx.require(Permission.NOTES_WRITE, account_id=conversation.account_id)
    earlier = message_by_key(ctx, conversation.id, command)
    if earlier is not None:
        return message_views(ctx, [earlier])[0]
    text = storable(command.text).strip()
    files = chosen_files(ctx, command.attachments)
    if not text and not files:
        raise Invalid("reply_empty", fields={"text": translate("errors.reply_empty", ctx.locale)})
    message = add_message(ctx, conversation, None, Lane.INTERNAL, Direction.NOTE, text, command, files)
    views = message_views(ctx, [message])
    announce_messages_alone(ctx, NOTE_ADDED, [message], views)
    return views[0]


def cancel_reply(ctx: Context, message_id: int, confirmed: Sequence[str] = ()) -> MessageView:
    """Take a reply back before it goes.

    Raises Conflict: those of `take_back`, and `claimed_by_other` for what a colleague wrote to the customer
    of a request that is a colleague's, unless that was confirmed.
    """
    ctx.require(Permission.REPLIES_SEND)
    message, outbound = _own_outbound(ctx, message_id)
    request = _request_of(ctx, message)
    if request is not None and message.operator_id != ctx.actor.operator_id:
        require_own(ctx, request, confirmed)
    if take_back(ctx, REPLIES, outbound):
        audit.record(ctx, REPLY_TAKEN_BACK, MESSAGE.of(message))
    return message_views(ctx, [message])[0]


def release_reply(ctx: Context, message_id: int, confirmed: Sequence[Confirmation] = ()) -> MessageView:
    """Let go what somebody planned who has been shut out since.

    Raises Conflict: `not_held`, and what a person must confirm as for `retry_reply`.
    """
    ctx.require(Permission.REPLIES_SEND)
    message, outbound = _own_outbound(ctx, message_id)
    _require_confirmed(ctx, message, confirmed)
    release(ctx, REPLIES, outbound)
    audit.record(ctx, REPLY_RELEASED, MESSAGE.of(message))
    return message_views(ctx, [message])[0]


def retry_reply(ctx: Context, message_id: int, confirmed: Sequence[Confirmation] = ()) -> MessageView:
    """Send a failed reply again.

    Raises Conflict: `not_failed`, and what a person must confirm: `claimed_by_other`, and `second_reply` when
    the customer has been answered since it was written.
    """
    ctx.require(Permission.REPLIES_SEND)
    message, outbound = _own_outbound(ctx, message_id)
    _require_confirmed(ctx, message, confirmed)
    send_again(ctx, REPLIES, outbound)
    return message_views(ctx, [message])[0]


def settle_outcome(ctx: Context, message_id: int, command: SettleOutcome) -> MessageView:
    """A person has looked on the platform: the reply is there, or it is not (and may be retried).

    Raises Conflict: `outcome_known`, `claimed_by_other`.
    """
    ctx.require(Permission.REPLIES_SEND)
    message, outbound = _own_outbound(ctx, message_id)
    request = _request_of(ctx, message)
    if request is not None:
        require_own(ctx, request, command.confirm)
    settle(ctx, REPLIES, outbound, command.outcome)
    audit.record(ctx, REPLY_OUTCOME_SETTLED, MESSAGE.of(message), detail={"outcome": command.outcome})
    return message_views(ctx, [message])[0]


def _request_of(ctx: Context, message: Message) -> ServiceRequest | None:
    if message.service_request_id is None:
        return None
    return ctx.session.get_one(ServiceRequest, message.service_request_id)


def _require_confirmed(ctx: Context, message: Message, confirmed: Sequence[Confirmation]) -> None:
    request = _request_of(ctx, message)
    if request is not None:
        require_confirmed(ctx, request, confirmed, again=message)


def _own_outbound(ctx: Context, message_id: int) -> tuple[Message, OutboundMessage]:
    message = ctx.session.scalar(scope(select(Message), ctx.actor, Message).where(Message.id == message_id))
    if message is None:
        raise NotFound
    ctx.require(Permission.REPLIES_SEND, account_id=message.account_id)
    require_lane(ctx, message.account_id, message.lane)
    outbound = ctx.session.scalar(
        select(OutboundMessage).where(OutboundMessage.carries(REPLY, message.id)).with_for_update()
    )
    if outbound is None:
        raise NotFound
    return message, outbound
