"""From what became of a reply to what becomes of its request."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from app.core.context import Context
from app.core.db import among
from app.models import (
    HELD_UP,
    ChangeKind,
    Message,
    OutboundMessage,
    OutboundState,
    RequestChange,
    ServiceRequest,
)
from app.routing import lifecycle

_S = OutboundState


def follow_outcomes(ctx: Context, replies: Sequence[tuple[Message, OutboundMessage]]) -> None:
    """Replies have a new state: their requests follow. While one is being sent nothing is known yet."""
    marked = _marked(
        ctx, [message for message, outbound in replies if outbound.state in (_S.SENT, _S.QUEUED)]
    )
    for message, outbound in replies:
        state, error = outbound.state, outbound.error_code
        if state is _S.CANCELLED:
            lifecycle.answer_taken_back(ctx, message)
        elif state in (_S.FAILED, _S.UNKNOWN) or (state is _S.QUEUED and error in HELD_UP):
            lifecycle.answer_failed(ctx, message, error or state.value)
        elif state is not _S.SENDING and (_is_sent_anew(outbound) or message.id in marked):
            lifecycle.answer_resumed(ctx, message)


def _is_sent_anew(outbound: OutboundMessage) -> bool:
    """A person sends what had failed again: it counts once more, whatever has happened since."""
    return outbound.state is _S.QUEUED and outbound.error_code is None


def _marked(ctx: Context, messages: Sequence[Message]) -> set[int]:
    """Those that did not count for a while, or whose request has an answer that counts as failed: only there
    can one that goes change anything."""
    ids = [message.id for message in messages]
    if not ids:
        return set()
    failed_once = exists().where(
        RequestChange.message_id == Message.id, RequestChange.kind == ChangeKind.ANSWER_FAILED
    )
    return set(
        ctx.session.scalars(
            select(Message.id)
            .join(ServiceRequest, ServiceRequest.id == Message.service_request_id)
            .where(
                among(ctx.session, Message.id, ids),
                or_(ServiceRequest.send_failure.is_not(None), failed_once),
            )
        )
    )
