"""Reading a stream from where the last reading ended; cursor and items move in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, or_, select, update

from app.accounts.budget import (
    CALLS,
    RESERVED_FOR_REPLIES,
    calls_left,
    count_calls,
    free_again_at,
    spacing,
)
from app.accounts.services import note_failure, note_success
from app.adapters.types import Budget, Page
from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import PlatformError
from app.core.jobs import JobName
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.listener.intake import store_posts
from app.models import (
    Account,
    AccountStatus,
    Monitor,
)

log = structlog.get_logger(__name__)
DELIVERIES_PER_JOB = 100
ITEMS_PER_JOB = 200
DUPLICATE_WITHIN = timedelta(days=2)
POLL_CALLS = 5


POLL_CALLS = 5
DETAIL_CALLS = 20


def due_monitors(ctx: Context) -> list[int]:
    """Monitors whose streams should be read now."""
    now = ctx.now()
    return list(
        ctx.session.scalars(
            select(Monitor.id)
            .join(Account, Account.id == Monitor.account_id)
            .where(
                Monitor.is_active,
                Monitor.due_at <= now,
                or_(Monitor.lease_until.is_(None), Monitor.lease_until < now),
                Account.status == AccountStatus.ACTIVE,
                or_(Account.retry_at.is_(None), Account.retry_at <= now),
            )
            .order_by(Monitor.due_at)
        )
    )


@dataclass(frozen=True)
class Reading:
    """A stream taken on by this worker, with the platform calls reserved for it."""

    monitor: Monitor
    account: Account
    token: str
    budget: Budget

    @property
    def reserved(self) -> int:
        return self.budget.calls + self.budget.detail_calls


def lease_monitor(ctx: Context, monitor_id: int) -> Reading | None:
    """Take the monitor for this reading; None when not due, already read by another, or out of quota."""
    ctx.require(Permission.LISTENER_INGEST)
    if monitor_id not in due_monitors(ctx):
        return None
    monitor = ctx.session.get_one(Monitor, monitor_id)
    account = ctx.session.get_one(Account, monitor.account_id)
    budget = _reserve(ctx, account)
    if budget is None:
        monitor.due_at = free_again_at(ctx, account, CALLS)
        return None
    token = new_token()[:32]
    lease = ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    ctx.session.execute(
        update(Monitor).where(Monitor.id == monitor_id).values(lease_until=lease, lease_token=token)
    )
    return Reading(monitor, account, token, budget)


def _reserve(ctx: Context, account: Account) -> Budget | None:
    """Count the calls before they are made: two workers must not spend the same rest of a quota."""
    lock_counter(ctx.session, f"quota-{account.id}", ctx.now())
    left = calls_left(ctx, account, CALLS, share=1 - RESERVED_FOR_REPLIES)
    if left == 0:
        return None
    calls = POLL_CALLS if left is None else min(POLL_CALLS, left)
    details = DETAIL_CALLS if left is None else min(DETAIL_CALLS, left - calls)
    count_calls(ctx, account, CALLS, calls + details)
    return Budget(calls=calls, detail_calls=details)


def _leased(ctx: Context, monitor_id: int, token: str) -> Monitor | None:
    """The monitor, if the lease is still ours: after a long stall another worker may have taken over."""
    return ctx.session.scalar(
        select(Monitor).where(Monitor.id == monitor_id, Monitor.lease_token == token).with_for_update()
    )


def record_page(ctx: Context, reading: Reading, page: Page) -> None:
    """Store what a reading brought and move the cursor, if the lease is still ours."""
    monitor = _leased(ctx, reading.monitor.id, reading.token)
    if monitor is None:
        return
    account = ctx.session.get_one(Account, monitor.account_id)
    count_calls(ctx, account, CALLS, page.cost - reading.reserved)
    store_posts(ctx, account.id, page.items, monitor_id=monitor.id)
    now = ctx.now()
    monitor.cursor = page.next_cursor
    monitor.lease_until = monitor.lease_token = None
    monitor.last_success_at = now
    monitor.last_error = None
    pause = max(
        timedelta(seconds=monitor.every_seconds), spacing(ctx, account, _active_streams(ctx, account))
    )
    monitor.due_at = now if page.has_more else now + pause
    account.last_poll_at = now
    account.lag_since = page.behind_since
    note_success(ctx, account)
    if page.has_more:
        ctx.defer(JobName.LISTENER_POLL_MONITOR, monitor.id)


def _active_streams(ctx: Context, account: Account) -> int:
    return ctx.session.scalars(
        select(func.count()).where(Monitor.account_id == account.id, Monitor.is_active)
    ).one()


def record_failure(ctx: Context, reading: Reading, error: PlatformError) -> None:
    """Note why a reading failed; the cursor stays where it was."""
    monitor = _leased(ctx, reading.monitor.id, reading.token)
    if monitor is None:
        return
    account = ctx.session.get_one(Account, monitor.account_id)
    count_calls(ctx, account, CALLS, 1 - reading.reserved)
    monitor.lease_until = monitor.lease_token = None
    monitor.last_error = f"{error.kind.value}: {error.message}"[:300]
    note_failure(ctx, account, error)
    monitor.due_at = account.retry_at or ctx.now() + timedelta(seconds=monitor.every_seconds)
    log.warning("poll_failed", monitor=monitor.id, kind=error.kind.value, platform_code=error.platform_code)
