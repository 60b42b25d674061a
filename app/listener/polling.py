"""Reading a stream from where the last reading ended; cursor and items move in one transaction."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import or_, select, update

from app.accounts.services import note_failure, note_success
from app.adapters.types import Page
from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import PlatformError
from app.core.jobs import JobName
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


def lease_monitor(ctx: Context, monitor_id: int) -> tuple[Monitor, Account, str] | None:
    """Take the monitor for this reading; None when it is not due or somebody else reads it."""
    ctx.require(Permission.LISTENER_INGEST)
    if monitor_id not in due_monitors(ctx):
        return None
    token = new_token()[:32]
    lease = ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    ctx.session.execute(
        update(Monitor).where(Monitor.id == monitor_id).values(lease_until=lease, lease_token=token)
    )
    monitor = ctx.session.get_one(Monitor, monitor_id)
    return monitor, ctx.session.get_one(Account, monitor.account_id), token


def _leased(ctx: Context, monitor_id: int, token: str) -> Monitor | None:
    """The monitor, if the lease is still ours: after a long stall another worker may have taken over."""
    return ctx.session.scalar(
        select(Monitor).where(Monitor.id == monitor_id, Monitor.lease_token == token).with_for_update()
    )


def record_page(ctx: Context, monitor_id: int, token: str, page: Page) -> None:
    """Store what a reading brought and move the cursor, if the lease is still ours."""
    monitor = _leased(ctx, monitor_id, token)
    if monitor is None:
        return
    account = ctx.session.get_one(Account, monitor.account_id)
    store_posts(ctx, account.id, page.items, monitor_id=monitor.id)
    now = ctx.now()
    monitor.cursor = page.next_cursor
    monitor.lease_until = monitor.lease_token = None
    monitor.last_success_at = now
    monitor.last_error = None
    monitor.due_at = now if page.has_more else now + timedelta(seconds=monitor.every_seconds)
    account.last_poll_at = now
    account.lag_since = page.behind_since
    note_success(ctx, account)
    if page.has_more:
        ctx.defer(JobName.LISTENER_POLL_MONITOR, monitor.id)


def record_failure(ctx: Context, monitor_id: int, token: str, error: PlatformError) -> None:
    """Note why a reading failed; the cursor stays where it was."""
    monitor = _leased(ctx, monitor_id, token)
    if monitor is None:
        return
    account = ctx.session.get_one(Account, monitor.account_id)
    monitor.lease_until = monitor.lease_token = None
    monitor.last_error = f"{error.kind.value}: {error.message}"[:300]
    note_failure(ctx, account, error)
    monitor.due_at = account.retry_at or ctx.now() + timedelta(seconds=monitor.every_seconds)
    log.warning("poll_failed", monitor=monitor_id, kind=error.kind.value, platform_code=error.platform_code)
