"""Holding requests while they are changed, in the one order in which everybody locks.

First whoever hands out (`lock_handing_out`), then conversations, then requests, each by their numbers: who
holds some of what somebody else wants never waits for what they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select

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


def hold_chosen(ctx: Context, chosen: Select[ServiceRequest]) -> Sequence[ServiceRequest]:
    """Those that a statement chooses by an order and a limit of its own, locked by id, as they stand then;
    what is not so any more is left out. Two statements.

    The statement's own order would lock in that order, which is another for whoever chooses otherwise.
    """
    ids = ctx.session.scalars(chosen.with_only_columns(ServiceRequest.id, maintain_column_froms=True)).all()
    if not ids:
        return []
    still = chosen.order_by(None).limit(None).where(among(ctx.session, ServiceRequest.id, ids))
    return ctx.session.scalars(
        still.order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
        .execution_options(populate_existing=True)
    ).all()
