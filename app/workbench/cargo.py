"""Replies as the ledger carries them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement

from app.adapters.types import Lane as SendLane
from app.adapters.types import SendRequest
from app.core.context import Context
from app.core.jobs import JobName
from app.models import Account, Conversation, Lane, Message, OutboundMessage
from app.routing.windows import private_window
from app.workbench.announce import announce_message
from app.workbench.events import REPLY_EVENTS
from app.workbench.lanes import KIND_OF


class ReplyCargo:
    name = "reply"
    job = JobName.WORKBENCH_DELIVER_REPLY

    def mine(self) -> ColumnElement[bool]:
        return OutboundMessage.message_id.is_not(None)

    def request(self, ctx: Context, outbound: OutboundMessage) -> SendRequest:
        text = carried_message(ctx, outbound).text
        return build_send_request(
            outbound.lane, text, outbound.operation_key, outbound.target, outbound.actor_address
        )

    def is_too_late(self, ctx: Context, outbound: OutboundMessage) -> bool:
        """Private answers are legal for a while only; it may have passed since the reply was written."""
        if outbound.lane is not Lane.PRIVATE:
            return False
        conversation = ctx.session.get_one(Conversation, outbound.conversation_id)
        account = ctx.session.get_one(Account, outbound.account_id)
        return not private_window(ctx, account, conversation, apart_from=outbound.id).is_open

    def changed(self, ctx: Context, outbound: OutboundMessage) -> None:
        message = carried_message(ctx, outbound)
        message.version += 1
        ctx.session.flush()
        announce_message(ctx, REPLY_EVENTS[outbound.state], message)


REPLIES = ReplyCargo()


def order_key(conversation_id: int, lane: Lane) -> str:
    """Replies of one conversation and lane arrive in the order in which they were written."""
    return f"conversation-{conversation_id}-{lane.value}"


def carried_message(ctx: Context, outbound: OutboundMessage) -> Message:
    return ctx.session.get_one(Message, outbound.message_id)


def build_send_request(
    lane: Lane, text: str, operation_key: str, target: Mapping[str, str] | None, address: str | None
) -> SendRequest:
    return SendRequest(
        lane=SendLane(lane.value),
        kind=KIND_OF[lane],
        text=text,
        operation_key=operation_key,
        target=target or {},
        actor_ip=address,
    )
