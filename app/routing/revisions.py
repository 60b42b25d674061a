"""Messages whose posts were changed or taken back by their authors."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.models import InboundItem, Message, ServiceRequest
from app.routing import lifecycle
from app.routing.events import MESSAGES_REVISED
from app.routing.schemas import MessagesRevised
from app.search.index import Indexed, replace_texts


def revise_messages(ctx: Context, *, edited: Sequence[InboundItem], deleted: Sequence[InboundItem]) -> None:
    """Let the messages of these items say what the items say, and tell whoever reads them."""
    ctx.require(Permission.LISTENER_INGEST)
    items = {item.id: item for item in [*edited, *deleted]}
    if not items:
        return
    rows = ctx.session.scalars(
        select(Message).where(among(ctx.session, Message.inbound_item_id, items)).order_by(Message.id)
    )
    messages = list(rows)
    before = [message.text for message in messages]
    for message in messages:
        item = items[message.inbound_item_id or 0]
        message.text, message.media = item.text, item.media
        message.edited_at, message.deleted_at = item.edited_at, item.deleted_at
    ctx.session.flush()
    replace_texts(
        ctx.session, Indexed.MESSAGES, [(m.id, old, m.text) for m, old in zip(messages, before, strict=True)]
    )
    gone = {item.id for item in deleted}
    _renew_requests(ctx, [message for message in messages if message.inbound_item_id not in gone])
    if messages:
        told = MessagesRevised(
            edited_ids=[message.id for message in messages if message.inbound_item_id not in gone],
            deleted_ids=[message.id for message in messages if message.inbound_item_id in gone],
        )
        ctx.emit(MESSAGES_REVISED, told)


def rejudge_requests(ctx: Context, item_ids: Collection[int]) -> None:
    """Let the requests of these items follow from the verdicts that their changed words have got."""
    ctx.require(Permission.LISTENER_INGEST)
    ctx.session.flush()
    lifecycle.judged_anew(ctx, item_ids)


def _renew_requests(ctx: Context, edited: Sequence[Message]) -> None:
    ids = {message.service_request_id for message in edited if message.service_request_id is not None}
    if not ids:
        return
    rows = ctx.session.scalars(
        select(ServiceRequest)
        .where(among(ctx.session, ServiceRequest.id, ids))
        .order_by(ServiceRequest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    requests = {request.id: request for request in rows}
    lifecycle.revised(
        ctx, [(requests[m.service_request_id], m) for m in edited if m.service_request_id is not None]
    )
