"""Adding a message to a conversation: under its lock, once per idempotency key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.core.context import Context
from app.core.db import among
from app.core.idempotency import KeyedCommand, digest_of, require_same
from app.files.queries import attachment_json
from app.files.services import hang_on
from app.models import (
    Attachment,
    Conversation,
    Direction,
    Lane,
    Message,
    ServiceRequest,
)
from app.search.index import Indexed, index_texts
from app.workbench.attached import CARRIER
from app.workbench.queries import get_conversation


def locked_conversation(ctx: Context, conversation_id: int) -> Conversation:
    """The conversation with its row locked, if the actor may see it: numbers are given under this lock."""
    return get_conversation(ctx, conversation_id, hold=True)


def message_by_key(ctx: Context, conversation_id: int, command: KeyedCommand) -> Message | None:
    """The message that this very command already made. Raises Conflict(`key_used_otherwise`)."""
    message = ctx.session.scalar(
        select(Message).where(
            Message.conversation_id == conversation_id, Message.idempotency_key == command.idempotency_key
        )
    )
    if message is not None:
        require_same(message.command_digest, digest_of(ctx.actor, command))
    return message


def add_message(
    ctx: Context,
    conversation: Conversation,
    request: ServiceRequest | None,
    lane: Lane,
    direction: Direction,
    text: str,
    command: KeyedCommand,
    files: Sequence[Attachment] = (),
) -> Message:
    """The message with its number; `files` are hung on it."""
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
        idempotency_key=command.idempotency_key,
        command_digest=digest_of(ctx.actor, command),
    )
    ctx.session.add(message)
    ctx.session.flush()
    if files:
        message.media = [attachment_json(file) for file in hang_on(ctx, files, CARRIER, message.id)]
        ctx.session.flush()
    index_texts(ctx.session, Indexed.MESSAGES, [(message.id, message.text)])
    return message


def raise_versions(ctx: Context, messages: Sequence[Message]) -> None:
    """Screens show other things of them from now on, though nothing of the rows themselves has changed."""
    ctx.session.flush()
    raised = ctx.session.execute(
        update(Message)
        .where(among(ctx.session, Message.id, [message.id for message in messages]))
        .values(version=Message.version + 1)
        .returning(Message.id, Message.version)
        .execution_options(synchronize_session=False)
    )
    versions = {row.id: row.version for row in raised}
    for message in messages:
        set_committed_value(message, "version", versions[message.id])
