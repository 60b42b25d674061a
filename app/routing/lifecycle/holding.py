"""Holding requests while they are changed: behind their conversations, as everybody locks them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.models import Conversation, ServiceRequest


def hold_requests(
    ctx: Context, request_ids: Collection[int], conversation_ids: Collection[int]
) -> Sequence[ServiceRequest]:
    """These requests of these conversations as they stand now, locked, by id. Two statements."""
    ctx.session.execute(
        select(Conversation.id)
        .where(among(ctx.session, Conversation.id, conversation_ids))
        .order_by(Conversation.id)
        .with_for_update()
    )
    return ctx.session.scalars(
        select(ServiceRequest)
        .where(among(ctx.session, ServiceRequest.id, request_ids))
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
        .execution_options(populate_existing=True)
    ).all()
