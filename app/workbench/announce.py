"""Telling those who see a conversation what happened to its messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.core.context import Context
from app.core.db import among
from app.core.events import Audience, Event, EventName, Part
from app.core.rows import rows_by_id
from app.identity.scope import STANDS, request_audience, rooms_of_row
from app.media.copies import want_copies
from app.media.schemas import MediaCopied
from app.models import Account, Message, ServiceRequest
from app.routing.events import about_request
from app.routing.queries import WITH_RELATED, request_view
from app.routing.related import relate
from app.routing.schemas import MessagesAppended, MessagesRevised
from app.workbench.events import (
    MESSAGE,
    MESSAGE_DELETED,
    MESSAGE_EDITED,
    MESSAGE_RECEIVED,
    MESSAGE_UPDATED,
)
from app.workbench.queries import message_views
from app.workbench.schemas import MessageChanged, MessageView


def announce_messages_alone(
    ctx: Context, name: EventName, messages: Sequence[Message], views: Sequence[MessageView]
) -> None:
    """Emit an event per message to everybody who sees its conversation; one statement for any number.

    The request is not in it: what changes one tells of it by itself.
    """
    rooms = _rooms_of(ctx, {message.conversation_id for message in messages})
    accounts = rows_by_id(ctx.session, Account, [message.account_id for message in messages])
    for message, view in zip(messages, views, strict=True):
        ctx.emit(
            name,
            MessageChanged(message=view, service_request=None),
            Audience(rooms[message.conversation_id]),
            about=MESSAGE.of(message, agency_id=accounts[message.account_id].agency_id),
        )


def _rooms_of(ctx: Context, conversation_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Whose rooms see the conversations: those of any of their requests."""
    stand = (
        select(ServiceRequest.conversation_id, ServiceRequest.account_id, *STANDS)
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(among(ctx.session, ServiceRequest.conversation_id, conversation_ids))
    )
    rooms = dict.fromkeys(conversation_ids, frozenset[str]())
    for row in ctx.session.execute(stand):
        rooms[row[0]] |= rooms_of_row(*row[1:])
    return rooms


def announce_messages(
    ctx: Context, name: EventName, messages: list[Message], requests: Sequence[ServiceRequest] | None = None
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
        ctx.emit(
            name,
            MessageChanged(message=view, service_request=request_view(own) if own else None),
            _audience(around, own),
            about=MESSAGE.of(message, agency_id=around[0].account.agency_id if around else None),
        )
    return views


def _audience(around: Sequence[ServiceRequest], own: ServiceRequest | None) -> Audience:
    """Whoever sees a request of the conversation reads its messages, but not every other of its requests."""
    rooms = frozenset[str]().union(*(request_audience(request).rooms for request in around))
    if own is None:
        return Audience(rooms)
    return Audience(rooms, parts={"service_request": Part(about_request(own), request_audience(own).rooms)})


def _requests_of(ctx: Context, conversation_ids: set[int]) -> Sequence[ServiceRequest]:
    """Fresh, with fresh related rows."""
    return ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.conversation_id.in_(conversation_ids))
        .options(*WITH_RELATED)
        .execution_options(populate_existing=True)
    ).all()


def copy_media_of_messages(ctx: Context, event: Event) -> None:
    """Customers' messages are read by people: their pictures and recordings are copied."""
    appended = event.payload
    assert isinstance(appended, MessagesAppended)  # noqa: S101  what the event is declared with
    added = rows_by_id(ctx.session, Message, appended.message_ids)
    want_copies(ctx, [m.inbound_item_id for m in added.values() if m.inbound_item_id is not None])


def on_media_copied(ctx: Context, event: Event) -> None:
    """A copy has come to an end: whoever has the message open sees it."""
    copied = event.payload
    assert isinstance(copied, MediaCopied)  # noqa: S101  what the event is declared with
    of_items = among(ctx.session, Message.inbound_item_id, copied.inbound_item_ids)
    messages = list(ctx.session.scalars(select(Message).where(of_items).with_for_update()))
    if not messages:
        return
    for message in messages:
        # Told by hand: nothing of the row itself has changed.
        flag_modified(message, "media")
    ctx.session.flush()
    announce_messages(ctx, MESSAGE_UPDATED, messages)


def on_messages_appended(ctx: Context, event: Event) -> None:
    """The listener put customers' messages into conversations; all it touched is fresh in this session."""
    appended = event.payload
    assert isinstance(appended, MessagesAppended)  # noqa: S101  what the event is declared with
    _announce_ids(ctx, MESSAGE_RECEIVED, appended.message_ids, are_new=True)


def on_messages_revised(ctx: Context, event: Event) -> None:
    """Customers changed messages that people read, or took them back."""
    revised = event.payload
    assert isinstance(revised, MessagesRevised)  # noqa: S101  what the event is declared with
    _announce_ids(ctx, MESSAGE_EDITED, revised.edited_ids)
    _announce_ids(ctx, MESSAGE_DELETED, revised.deleted_ids)


def _announce_ids(
    ctx: Context, name: EventName, message_ids: Sequence[int], *, are_new: bool = False
) -> None:
    if not message_ids:
        return
    found = rows_by_id(ctx.session, Message, message_ids)
    messages = [found[number] for number in sorted(found)]
    begun = {message.conversation_id for message in messages if are_new and message.number == 1}
    requests = _requests_around(ctx, messages, begun)
    relate(ctx.session, requests)
    announce_messages(ctx, name, messages, requests)


def _requests_around(ctx: Context, messages: Sequence[Message], begun: set[int]) -> list[ServiceRequest]:
    """The requests of the messages' conversations; those that have `begun` with these have no others."""
    own = {m.service_request_id for m in messages if m.conversation_id in begun and m.service_request_id}
    found = rows_by_id(ctx.session, ServiceRequest, own)
    older = {message.conversation_id for message in messages} - begun
    if older:
        around = among(ctx.session, ServiceRequest.conversation_id, older)
        found |= {row.id: row for row in ctx.session.scalars(select(ServiceRequest).where(around))}
    return [found[number] for number in sorted(found)]
