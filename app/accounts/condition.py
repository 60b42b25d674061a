"""How accounts stand beside their state: since when a server is away, what is read, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.accounts.budget import RESERVED_FOR_REPLIES, quota_views, spacing
from app.accounts.deliveries import count_sealed
from app.accounts.schemas import QuotaView, ReadingPauseView, StreamView, WaitingView
from app.adapters import registry
from app.core.context import Context
from app.models import (
    Account,
    AccountStatus,
    CallbackDelivery,
    CopyState,
    DeliveryStatus,
    MediaCopy,
    OutboundMessage,
    OutboundState,
    Stream,
)


@dataclass
class Condition:
    """Of one account."""

    streams: list[Stream] = field(default_factory=list)
    pushes: int = 0
    sealed: int = 0
    outbound: int = 0
    copies: int = 0
    quota: QuotaView | None = None

    def waiting(self) -> WaitingView:
        return WaitingView(
            pushes=self.pushes, sealed_pushes=self.sealed, outbound=self.outbound, media=self.copies
        )


def conditions_of(ctx: Context, accounts: Sequence[Account]) -> dict[int, Condition]:
    """How these accounts stand, in five statements; one more for each whose pushes cannot be opened."""
    found: dict[int, Condition] = defaultdict(Condition)
    ids = [account.id for account in accounts]
    streams = select(Stream).where(Stream.account_id.in_(ids)).order_by(Stream.id)
    for stream in ctx.session.scalars(streams.execution_options(populate_existing=True)):
        found[stream.account_id].streams.append(stream)
    kept = _counts(ctx, CallbackDelivery, ids, CallbackDelivery.status == DeliveryStatus.RECEIVED)
    leaving = OutboundMessage.state.in_((OutboundState.QUEUED, OutboundState.SENDING))
    sends = _counts(ctx, OutboundMessage, ids, leaving)
    copies = _counts(ctx, MediaCopy, ids, MediaCopy.state == CopyState.WAITING)
    quotas = quota_views(ctx, accounts)
    for account in accounts:
        condition = found[account.id]
        condition.pushes = kept.get(account.id, 0)
        condition.outbound = sends.get(account.id, 0)
        condition.copies = copies.get(account.id, 0)
        condition.quota = quotas.get(account.id)
        condition.sealed = count_sealed(ctx, account.id) if account.push_fault else 0
    return found


def _counts(ctx: Context, entity: Any, ids: Sequence[int], condition: Any) -> dict[int, int]:
    rows = ctx.session.execute(
        select(entity.account_id, func.count())
        .where(entity.account_id.in_(ids), condition)
        .group_by(entity.account_id)
    )
    return {row[0]: row[1] for row in rows}


def stream_views(condition: Condition) -> list[StreamView]:
    return [
        StreamView(
            name=stream.name,
            is_active=stream.is_active,
            last_success_at=stream.last_success_at,
            last_error=stream.last_error,
            due_at=stream.due_at,
        )
        for stream in condition.streams
    ]


def unread_streams(account: Account, condition: Condition) -> list[str]:
    """What an account in use should be listened to for and is not."""
    if account.status is AccountStatus.REMOVED:
        return []
    read = {stream.name for stream in condition.streams if stream.is_active}
    return [name for name in listened_streams(account.platform) if name not in read]


def listened_streams(platform: str) -> list[str]:
    """The streams of a platform that listening reads; own posts are read by publishing."""
    return [name for name in registry.get(platform).streams if not name.startswith("own_")]


LONG_PAUSES = 5
"""An account whose every stream waits longer than this many of its usual pauses is not being read."""


def reading_pause(ctx: Context, account: Account, condition: Condition) -> ReadingPauseView | None:
    """Why and until when nothing is read of an account in use; None while it is read, or nothing would be.

    Its quota for reading is spent, or all of its streams are due much later than usual.
    """
    quota = condition.quota
    streams = [stream for stream in condition.streams if stream.is_active]
    if not streams or not account.can_be_called:
        return None
    usual = max(
        timedelta(seconds=min(stream.every_seconds for stream in streams)),
        spacing(ctx, account, len(streams)),
    )
    spent = quota is not None and quota.remaining <= int(quota.limit * RESERVED_FOR_REPLIES)
    until = min(stream.due_at for stream in streams)
    if spent and quota is not None and quota.resets_at is not None:
        until = max(until, quota.resets_at)
    if until - ctx.now() <= LONG_PAUSES * usual:
        return None
    read = [stream.last_success_at for stream in streams if stream.last_success_at is not None]
    return ReadingPauseView(
        reason="quota_spent" if spent else "waits",
        since=max(read, default=account.status_since),
        until=until,
    )


def behind_since(account: Account, condition: Condition) -> datetime | None:
    """The moment up to which everything is in, when something is known to be missing."""
    if account.lag_since is not None or account.unreachable_since is None:
        return account.lag_since
    read = [stream.last_success_at for stream in condition.streams if stream.is_active]
    known = [moment for moment in read if moment is not None]
    return min(known, default=account.unreachable_since)
