"""Adding a message to a conversation: under its lock, once per idempotency key."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.models import (
    Conversation,
    Direction,
    Lane,
    Message,
    ServiceRequest,
)
from app.search.index import Indexed, index_texts
from app.workbench.queries import get_conversation


def locked_conversation(ctx: Context, conversation_id: int) -> Conversation:
    """The conversation with its row locked, if the actor may see it: numbers are given under this lock."""
    get_conversation(ctx, conversation_id)
    return ctx.session.scalars(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    ).one()


def message_by_key(ctx: Context, conversation_id: int, key: str) -> Message | None:
    """The message that this idempotency key already made."""
    return ctx.session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.idempotency_key == key)
    )


def add_message(
    ctx: Context,
    conversation: Conversation,
    request: ServiceRequest | None,
    lane: Lane,
    direction: Direction,
    text: str,
    key: str,
) -> Message:
    conversation.last_number += 1
    message = Message(
        created_at=ctx.now(),
        conversation_id=conversation.id,
        account_id=conversation.account_id,
        service_request_id=request.id if request else None,
        operator_id=ctx.actor.operator_id,
        number=conversation.last_number,
        direction=direction,
        lane=lane,
        kind="note" if direction is Direction.NOTE else "reply",
        author_name="",
        text=text,
        media=[],
        occurred_at=ctx.now(),
        idempotency_key=key,
    )
    ctx.session.add(message)
    ctx.session.flush()
    index_texts(ctx.session, Indexed.MESSAGES, [(message.id, message.text)])
    return message
