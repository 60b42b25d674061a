"""Staying inside the platforms' quotas: calls are counted before they are made.

A quota says "at most N calls in S seconds"; what platforms do not say is when their window begins. We count
in slices of time and add up those that any window ending now could contain, so we may wait a little too
long and never call too early.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from app.accounts.platforms import platforms
from app.accounts.schemas import QuotaView
from app.adapters.capabilities import Quota
from app.core.context import Context
from app.core.db import upsert
from app.models import Account, CallUsage

CALLS = "calls"
# Of the general quota this much is left for answers: reading must not use up the right to reply.
RESERVED_FOR_REPLIES = 0.2
_SLICES_PER_WINDOW = 60


def quotas_of(ctx: Context, account: Account) -> list[Quota]:
    """The quotas that count per account."""
    parts = platforms(ctx.runtime)
    capabilities = parts.adapter(account.platform).capabilities(parts.ref(account))
    return [quota for quota in capabilities.quotas if quota.scope == "account"]


def quota_named(ctx: Context, account: Account, name: str) -> Quota | None:
    return next((quota for quota in quotas_of(ctx, account) if quota.name == name), None)


def used(ctx: Context, account: Account, quota: Quota) -> int:
    """Calls that may lie in the quota's present window."""
    since = ctx.now() - timedelta(seconds=quota.seconds) - _slice(quota)
    count = ctx.session.scalar(
        select(func.coalesce(func.sum(CallUsage.count), 0)).where(
            CallUsage.account_id == account.id, CallUsage.quota == quota.name, CallUsage.slice_start > since
        )
    )
    return int(count or 0)


def count_calls(ctx: Context, account: Account, name: str, calls: int = 1) -> None:
    """Note calls of a quota, if the account has it; a negative number gives back what was reserved."""
    quota = quota_named(ctx, account, name)
    if quota is None or calls == 0:
        return
    statement = upsert(ctx.session, CallUsage).values(
        created_at=ctx.now(),
        account_id=account.id,
        quota=name,
        slice_start=_slice_start(ctx.now(), quota),
        count=calls,
    )
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "quota", "slice_start"],
            set_={"count": CallUsage.count + calls},
        )
    )


def calls_left(ctx: Context, account: Account, name: str, *, share: float = 1.0) -> int | None:
    """How many calls may still be made now out of this share of a quota; None when it is not limited."""
    quota = quota_named(ctx, account, name)
    if quota is None:
        return None
    return max(0, int(quota.limit * share) - used(ctx, account, quota))


def free_again_at(ctx: Context, account: Account, name: str) -> datetime:
    """When the oldest counted slice will have left the window."""
    quota = quota_named(ctx, account, name)
    if quota is None:
        return ctx.now()
    since = ctx.now() - timedelta(seconds=quota.seconds) - _slice(quota)
    oldest = ctx.session.scalar(
        select(func.min(CallUsage.slice_start)).where(
            CallUsage.account_id == account.id, CallUsage.quota == name, CallUsage.slice_start > since
        )
    )
    return (oldest or ctx.now()) + timedelta(seconds=quota.seconds) + _slice(quota)


def spacing(ctx: Context, account: Account, streams: int) -> timedelta:
    """The pause between two readings of one stream that spends the reading share evenly over the window."""
    quota = quota_named(ctx, account, CALLS)
    if quota is None:
        return timedelta(0)
    readings = max(1.0, quota.limit * (1 - RESERVED_FOR_REPLIES) / max(1, streams))
    return timedelta(seconds=quota.seconds / readings)


def quota_view(ctx: Context, account: Account) -> QuotaView | None:
    """The general quota for the account's page."""
    quota = quota_named(ctx, account, CALLS)
    if quota is None:
        return None
    spent = used(ctx, account, quota)
    resets_at = free_again_at(ctx, account, CALLS) if spent else None
    return QuotaView(remaining=max(0, quota.limit - spent), limit=quota.limit, resets_at=resets_at)


def forget_old_usage(ctx: Context) -> None:
    """Drop slices that no quota's window reaches any more."""
    ctx.session.execute(delete(CallUsage).where(CallUsage.slice_start < ctx.now() - timedelta(days=40)))


def _slice(quota: Quota) -> timedelta:
    return timedelta(seconds=max(1, quota.seconds // _SLICES_PER_WINDOW))


def _slice_start(moment: datetime, quota: Quota) -> datetime:
    seconds = int(_slice(quota).total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
