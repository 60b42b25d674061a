"""Replies: checked against the platform's rules, then written down as the intent to send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.platforms import platforms
from app.adapters.types import ReplyWindow
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import translate
from app.core.permissions import Permission
from app.core.text import storable
from app.files.services import chosen_files
from app.grants.acting import require_lane, require_planned
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Conversation,
    Direction,
    Lane,
    Message,
    OutboundMessage,
    RequestStatus,
    ServiceRequest,
)
from app.outbound.intents import goes_at, write_intent
from app.routing import lifecycle
from app.routing.private_window import private_history
from app.routing.services import change_status
from app.workbench.announce import announce_messages_alone
from app.workbench.attached import outbound_files
from app.workbench.cargo import REPLIES, order_key
from app.workbench.confirming import require_confirmed
from app.workbench.events import REPLY_STATE_CHANGED
from app.workbench.lanes import Target, code_of, refusal, reply_target, target_named
from app.workbench.messages import add_message, locked_conversation, message_by_key
from app.workbench.queries import message_views, reply_views
from app.workbench.schemas import MessageView, SendReply
from app.workbench.wording import check_personal_data, check_words, record_confirmed, with_choices


def send_reply(ctx: Context, conversation_id: int, command: SendReply, *, address: str) -> MessageView:
    """Write down the intent to send a reply. The same command under the same key gives the same message.

    Raises Invalid (`reply_empty`, `reply_too_long`, `personal_data_in_public_reply`,
    `private_reply_names_others`) and Conflict (`reply_window_closed` and the other refusals of a lane with
    the next legal ways, `key_used_otherwise`, and what a person must confirm: `claimed_by_other`,
    `second_reply`).
    """
    ctx.require(Permission.REPLIES_SEND)
    conversation = locked_conversation(ctx, conversation_id)
    earlier = message_by_key(ctx, conversation.id, command)
    if earlier is not None:
        return message_views(ctx, [earlier])[0]
    request = _held_request(ctx, conversation, command.service_request_id)
    lane = Lane(command.lane)
    require_lane(ctx, conversation.account_id, lane)
    require_planned(ctx, conversation.account_id, command.send_at)
    text = storable(command.text).strip()
    account = ctx.session.get_one(Account, conversation.account_id)
    answered = _target(ctx, conversation, lane, command.in_reply_to)
    leaves_at = goes_at(ctx, command.send_at)
    history = private_history(ctx, account, conversation)
    _check_lane(ctx, account, conversation, lane, answered, history.window(leaves_at))
    target = with_choices(ctx, account, lane, answered.context if answered else None, command)
    said = check_personal_data(ctx, lane, text, command.personal_data)
    files = chosen_files(ctx, command.attachments)
    check_words(ctx, account, lane, text, target, address, outbound_files(ctx, account, files))
    require_confirmed(ctx, request, command.confirm)
    message = add_message(ctx, conversation, request, lane, Direction.OUTBOUND, text, command, files)
    record_confirmed(ctx, message, said, command.personal_data)
    outbound = _intend(ctx, account, message, leaves_at, target, address)
    said_privately = history.with_send(leaves_at) if lane is Lane.PRIVATE else history
    planned_for = leaves_at if lifecycle.is_planned(leaves_at, ctx.now()) else None
    lifecycle.answered(
        ctx, request, account, message, said_privately.window(ctx.now()), planned_for=planned_for
    )
    if command.resolve and request.status in ACTIVE_STATUSES:
        change_status(ctx, request, RequestStatus.RESOLVED)
    (view,) = reply_views(ctx, [message], [outbound])
    announce_messages_alone(ctx, REPLY_STATE_CHANGED, [message], [view])
    return view


def _intend(
    ctx: Context,
    account: Account,
    message: Message,
    leaves_at: datetime,
    target: Mapping[str, Any],
    address: str,
) -> OutboundMessage:
    return write_intent(
        ctx,
        REPLIES,
        account=account,
        lane=message.lane,
        order_key=order_key(message.conversation_id, message.lane),
        leaves_at=leaves_at,
        target=target,
        address=address,
        cargo_id=message.id,
        conversation_id=message.conversation_id,
    )


def _held_request(ctx: Context, conversation: Conversation, request_id: int) -> ServiceRequest:
    within = scope(select(ServiceRequest.conversation_id), ctx.actor, ServiceRequest)
    if ctx.session.scalar(within.where(ServiceRequest.id == request_id)) != conversation.id:
        raise NotFound
    # As it is now and until the end: an assignment of the same moment must not cost the operator the reply.
    request = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.id == request_id)
        .options(joinedload(ServiceRequest.assignee), joinedload(ServiceRequest.team))
        .with_for_update(of=ServiceRequest)
        .execution_options(populate_existing=True)
    ).one()
    if request.merged_into_id is not None:
        # Merged while the answer was written: it goes on with the other, where that is of this conversation.
        other = within.where(ServiceRequest.id == request.merged_into_id)
        if ctx.session.scalar(other) == conversation.id:
            return _held_request(ctx, conversation, request.merged_into_id)
    ctx.require(Permission.REPLIES_SEND, account_id=request.account_id)
    return request


def _target(ctx: Context, conversation: Conversation, lane: Lane, in_reply_to: int | None) -> Target | None:
    if in_reply_to is None:
        return reply_target(ctx, conversation.id, lane)
    target = target_named(ctx, conversation.id, lane, in_reply_to)
    if target is None:
        raise Invalid("no_such_target", fields={"in_reply_to": "no_such_target"})
    return target


def _check_lane(
    ctx: Context,
    account: Account,
    conversation: Conversation,
    lane: Lane,
    target: Target | None,
    window: ReplyWindow,
) -> None:
    """The account must work, and the platform must still allow it when it leaves, not only now.

    `window` is that of private answers at that moment.
    """
    capabilities = platforms(ctx.runtime).capabilities(account)
    reason = refusal(account, lane, capabilities, target, window)
    if reason is None:
        return
    other = Lane.PUBLIC if lane is Lane.PRIVATE else Lane.PRIVATE
    other_open = refusal(account, other, capabilities, reply_target(ctx, conversation.id, other), window)
    ways = [other.value] if other_open is None else []
    raise Conflict(
        code_of(reason),
        reason=reason,
        reason_text=translate(f"lane.refused.{reason}", ctx.locale),
        alternatives=[*ways, "wait"],
    )
