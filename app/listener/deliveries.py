"""Pushes that were kept raw, turned into items."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select, update

from app.accounts.platforms import platforms
from app.adapters.base import PushReceiver
from app.core.context import Context
from app.core.errors import NotFound
from app.core.jobs import JobName
from app.core.permissions import Permission
from app.listener.intake import store_posts
from app.models import (
    Account,
    CallbackDelivery,
    DeliveryStatus,
    Stream,
)

log = structlog.get_logger(__name__)
DELIVERIES_PER_JOB = 100


def process_deliveries(ctx: Context) -> int:
    """Turn kept pushes into items, oldest first; how many pushes. What cannot be understood stays kept."""
    ctx.require(Permission.LISTENER_INGEST)
    deliveries = ctx.session.scalars(
        select(CallbackDelivery)
        .where(CallbackDelivery.status == DeliveryStatus.RECEIVED)
        .order_by(CallbackDelivery.id)
        .limit(DELIVERIES_PER_JOB)
        .with_for_update()
    ).all()
    ids = {delivery.account_id for delivery in deliveries}
    accounts = {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}
    for delivery in deliveries:
        _process(ctx, delivery, accounts[delivery.account_id])
    if len(deliveries) == DELIVERIES_PER_JOB:
        ctx.defer(JobName.LISTENER_PROCESS_DELIVERIES)
    return len(deliveries)


def _process(ctx: Context, delivery: CallbackDelivery, account: Account) -> None:
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(account.platform)
    if not isinstance(adapter, PushReceiver):
        raise NotFound
    result = adapter.parse_push(delivery.body, delivery.query, parts.ref(account), delivery.created_at)
    store_posts(ctx, account.id, result.items)
    unknown = [post.reason for post in result.items if post.reason]
    delivery.status = DeliveryStatus.PROCESSED
    delivery.reason = "; ".join(unknown)[:500] or None
    delivery.processed_at = ctx.now()
    account.last_push_at = delivery.created_at
    _hurry_polls(ctx, account, result.poll_hints)


def _hurry_polls(ctx: Context, account: Account, streams: Sequence[str]) -> None:
    if streams:
        ctx.session.execute(
            update(Stream)
            .where(Stream.account_id == account.id, Stream.name.in_(streams), Stream.is_active)
            .values(due_at=ctx.now())
        )
