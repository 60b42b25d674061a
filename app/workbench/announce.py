"""Telling those who see a conversation what happened to its messages."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from app.core.context import Context
from app.core.events import Audience
from app.identity.scope import request_audience
from app.models import Message, ServiceRequest
from app.routing.queries import WITH_RELATED, request_view
from app.workbench.events import MESSAGE_RECEIVED
from app.workbench.queries import message_views
from app.workbench.schemas import MessageChanged, MessageView


def announce_message(ctx: Context, name: str, message: Message) -> MessageView:
    """Emit an event about one message; its view."""
    return announce_messages(ctx, name, [message])[0]


def announce_messages(ctx: Context, name: str, messages: list[Message]) -> list[MessageView]:
    """Emit an event per message to everybody who sees its conversation. Five statements for any number."""
    requests = _requests_of(ctx, {message.conversation_id for message in messages})
    views = message_views(ctx, messages)
    for message, view in zip(messages, views, strict=True):
        around = requests[message.conversation_id]
        own = next((request for request in around if request.id == message.service_request_id), None)
        rooms = frozenset[str]().union(*(request_audience(request).rooms for request in around))
        ctx.emit(
            name,
            MessageChanged(message=view, service_request=request_view(own) if own else None),
            Audience(rooms),
            message_id=message.id,
        )
    return views


def _requests_of(ctx: Context, conversation_ids: set[int]) -> dict[int, list[ServiceRequest]]:
    rows = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.conversation_id.in_(conversation_ids))
        .options(*WITH_RELATED)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[ServiceRequest]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(row)
    return found


def on_messages_appended(ctx: Context, message_ids: list[int]) -> None:
    """The listener put customers' messages into conversations."""
    messages = list(
        ctx.session.scalars(select(Message).where(Message.id.in_(message_ids)).order_by(Message.id))
    )
    announce_messages(ctx, MESSAGE_RECEIVED, messages)
