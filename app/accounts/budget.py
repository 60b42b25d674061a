"""Staying inside the platforms' quotas: calls are counted before they are made.

A quota says "at most N calls in S seconds"; what platforms do not say is when their window begins. We count
in slices of time and add up those that any window ending now could contain, so we may wait a little too
long and never call too early.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.accounts.platforms import platforms
from app.accounts.schemas import QuotaView
from app.adapters.capabilities import Feature, Quota
from app.core.bulk import add_up
from app.core.context import Context
from app.core.counters import lock_counters
from app.core.db import upsert
from app.models import Account, CallUsage

CALLS = "calls"
# Of the general quota this much is left for answers: reading must not use up the right to reply.
RESERVED_FOR_REPLIES = 0.2
# With this much of it known items are read again for edits, where the platform lets us; lists have the rest.
REREADING = 0.1
_SLICES_PER_WINDOW = 60


def quotas_of(ctx: Context, account: Account) -> list[Quota]:
    """The quotas that count per account."""
    capabilities = platforms(ctx.runtime).capabilities(account)
    return [quota for quota in capabilities.quotas if quota.scope == "account"]


def quota_named(ctx: Context, account: Account, name: str) -> Quota | None:
    return next((quota for quota in quotas_of(ctx, account) if quota.name == name), None)


def used(ctx: Context, account: Account, quota: Quota) -> int:
    """Calls that may lie in the quota's present window."""
    count = ctx.session.scalar(
        select(func.coalesce(func.sum(CallUsage.count), 0)).where(_in_window(ctx, account.id, quota))
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
    oldest = ctx.session.scalar(
        select(func.min(CallUsage.slice_start)).where(_in_window(ctx, account.id, quota))
    )
    return (oldest or ctx.now()) + timedelta(seconds=quota.seconds) + _slice(quota)


def hold_quotas(ctx: Context, account_ids: Collection[int]) -> None:
    """Nobody else spends what these accounts have left until the transaction ends."""
    lock_counters(ctx.session, [f"quota-{number}" for number in account_ids], ctx.now())


class Spending:
    """What one unit of work takes from the quotas of several accounts: read once, counted once at the end.

    Whoever spends holds the quotas (`hold_quotas`). Three statements, however many calls and accounts.
    """

    def __init__(self, ctx: Context, accounts: Iterable[Account]) -> None:
        self._ctx = ctx
        self._quotas = {
            (account.id, quota.name): quota for account in accounts for quota in quotas_of(ctx, account)
        }
        self._used = self._read()
        self._taken: Counter[tuple[int, str]] = Counter()

    def _read(self) -> dict[tuple[int, str], int]:
        windows = [
            _in_window(self._ctx, account_id, quota) for (account_id, _), quota in self._quotas.items()
        ]
        if not windows:
            return {}
        rows = self._ctx.session.execute(
            select(CallUsage.account_id, CallUsage.quota, func.sum(CallUsage.count))
            .where(or_(*windows))
            .group_by(CallUsage.account_id, CallUsage.quota)
        )
        return {(account_id, name): int(count) for account_id, name, count in rows}

    def take(self, account: Account, wanted: Mapping[str, int]) -> str | None:
        """Take calls of each quota that the account has; the name of one that has too few left: then none."""
        asked = {
            (account.id, name): calls for name, calls in wanted.items() if (account.id, name) in self._quotas
        }
        for key, calls in asked.items():
            if self._quotas[key].limit - self._used.get(key, 0) - self._taken[key] < calls:
                return key[1]
        self._taken.update(asked)
        return None

    def store(self) -> None:
        """Count what was taken."""
        now = self._ctx.now()
        rows = [
            {
                "created_at": now,
                "account_id": account_id,
                "quota": name,
                "slice_start": _slice_start(now, self._quotas[account_id, name]),
                "count": calls,
            }
            for (account_id, name), calls in sorted(self._taken.items())
            if calls
        ]
        add_up(self._ctx.session, CallUsage, rows, ("account_id", "quota", "slice_start"), ("count",))


def spacing(ctx: Context, account: Account, streams: int) -> timedelta:
    """The pause between two readings of one stream that spends the reading share evenly over the window."""
    share = 1 - RESERVED_FOR_REPLIES - (REREADING if rereads(ctx, account) else 0)
    return _spread(ctx, account, share / max(1, streams))


def rereads(ctx: Context, account: Account) -> bool:
    """Whether known items of the account are read again: it is wanted, and the platform lets us."""
    capabilities = platforms(ctx.runtime).capabilities(account)
    return ctx.runtime.settings.reread_minutes > 0 and capabilities.has(Feature.REREAD)


def rereading_pause(ctx: Context, account: Account, calls: int) -> timedelta:
    """How long to wait after so many calls of rereading, so that its share is spent evenly."""
    return calls * _spread(ctx, account, REREADING)


def _spread(ctx: Context, account: Account, share: float) -> timedelta:
    """The pause after each call that spends a share of the general quota evenly over its window."""
    quota = quota_named(ctx, account, CALLS)
    if quota is None:
        return timedelta(0)
    return timedelta(seconds=quota.seconds / max(1.0, quota.limit * share))


def quota_views(ctx: Context, accounts: Iterable[Account]) -> dict[int, QuotaView]:
    """The general quota of each account that has one, by account. One statement for all of them."""
    quotas = {account.id: quota_named(ctx, account, CALLS) for account in accounts}
    limited = {account_id: quota for account_id, quota in quotas.items() if quota is not None}
    if not limited:
        return {}
    rows = ctx.session.execute(
        select(CallUsage.account_id, func.sum(CallUsage.count), func.min(CallUsage.slice_start))
        .where(or_(*(_in_window(ctx, account_id, quota) for account_id, quota in limited.items())))
        .group_by(CallUsage.account_id)
    )
    spent = {account_id: (int(count), oldest) for account_id, count, oldest in rows}
    return {
        account_id: _quota_view(quota, *spent.get(account_id, (0, None)))
        for account_id, quota in limited.items()
    }


def _quota_view(quota: Quota, spent: int, oldest: datetime | None) -> QuotaView:
    resets_at = oldest + timedelta(seconds=quota.seconds) + _slice(quota) if spent and oldest else None
    return QuotaView(remaining=max(0, quota.limit - spent), limit=quota.limit, resets_at=resets_at)


def _in_window(ctx: Context, account_id: int, quota: Quota) -> ColumnElement[bool]:
    """The calls of an account that may lie in the quota's present window."""
    return and_(
        CallUsage.account_id == account_id,
        CallUsage.quota == quota.name,
        CallUsage.slice_start > ctx.now() - timedelta(seconds=quota.seconds) - _slice(quota),
    )


def _slice(quota: Quota) -> timedelta:
    return timedelta(seconds=max(1, quota.seconds // _SLICES_PER_WINDOW))


def _slice_start(moment: datetime, quota: Quota) -> datetime:
    seconds = int(_slice(quota).total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
