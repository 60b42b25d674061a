"""Telling those who see a conversation what happened to its messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.core.events import Audience
from app.identity.scope import request_audience
from app.models import Message, ServiceRequest
from app.routing.queries import WITH_RELATED, request_view
from app.routing.related import relate
from app.workbench.events import MESSAGE_RECEIVED
from app.workbench.queries import message_views
from app.workbench.schemas import MessageChanged, MessageView


def announce_message(ctx: Context, name: str, message: Message) -> MessageView:
    """Emit an event about one message; its view."""
    return announce_messages(ctx, name, [message])[0]


def announce_messages(
    ctx: Context, name: str, messages: list[Message], requests: Sequence[ServiceRequest] | None = None
) -> list[MessageView]:
    """Emit an event per message to everybody who sees its conversation. Five statements for any number.

    `requests` are those of the conversations with their related rows, where the caller has them.
    """
    ids = {message.conversation_id for message in messages}
    by_conversation: dict[int, list[ServiceRequest]] = defaultdict(list)
    for request in _requests_of(ctx, ids) if requests is None else requests:
        by_conversation[request.conversation_id].append(request)
    views = message_views(ctx, messages)
    for message, view in zip(messages, views, strict=True):
        around = by_conversation[message.conversation_id]
        own = next((request for request in around if request.id == message.service_request_id), None)
        rooms = frozenset[str]().union(*(request_audience(request).rooms for request in around))
        ctx.emit(
            name,
            MessageChanged(message=view, service_request=request_view(own) if own else None),
            Audience(rooms),
            message_id=message.id,
        )
    return views


def _requests_of(ctx: Context, conversation_ids: set[int]) -> Sequence[ServiceRequest]:
    """Fresh, with fresh related rows."""
    return ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.conversation_id.in_(conversation_ids))
        .options(*WITH_RELATED)
        .execution_options(populate_existing=True)
    ).all()


def on_messages_appended(ctx: Context, message_ids: list[int]) -> None:
    """The listener put customers' messages into conversations; all it touched is fresh in this session."""
    messages = list(
        ctx.session.scalars(
            select(Message).where(among(ctx.session, Message.id, message_ids)).order_by(Message.id)
        )
    )
    ids = {message.conversation_id for message in messages}
    around = among(ctx.session, ServiceRequest.conversation_id, ids)
    requests = ctx.session.scalars(select(ServiceRequest).where(around).order_by(ServiceRequest.id)).all()
    relate(ctx.session, requests)
    announce_messages(ctx, MESSAGE_RECEIVED, messages, requests)
