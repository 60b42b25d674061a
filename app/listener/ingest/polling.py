"""Reading a stream from where the last reading ended; cursor and items move in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, update

from app.accounts.budget import (
    CALLS,
    RESERVED_FOR_REPLIES,
    calls_left,
    count_calls,
    free_again_at,
    spacing,
)
from app.accounts.outcomes import note_failure, note_granted, note_not_granted, note_success
from app.adapters.capabilities import feature_of_stream
from app.adapters.types import Budget, Page
from app.core.context import Context
from app.core.counters import lock_counter
from app.core.crypto import new_token
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.permissions import Permission
from app.listener.ingest.storing import store_posts
from app.listener.job_names import POLL_STREAM
from app.models import (
    Account,
    AccountStatus,
    Stream,
)

log = structlog.get_logger(__name__)


POLL_CALLS = 5
# A right that the platform has not given is asked for again now and then: it may be granted meanwhile.
WITHOUT_RIGHT = timedelta(hours=6)
DETAIL_CALLS = 20


def due_streams(ctx: Context) -> list[int]:
    """Streams that should be read now."""
    now = ctx.now()
    return list(
        ctx.session.scalars(
            select(Stream.id)
            .join(Account, Account.id == Stream.account_id)
            .where(
                Stream.is_active,
                Stream.due_at <= now,
                or_(Stream.lease_until.is_(None), Stream.lease_until < now),
                or_(Account.status == AccountStatus.ACTIVE, _only_pushes_fail()),
                or_(Account.retry_at.is_(None), Account.retry_at <= now),
            )
            .order_by(Stream.due_at)
        )
    )


def _only_pushes_fail() -> ColumnElement[bool]:
    """As Account.can_be_called says it of one account."""
    return and_(Account.status == AccountStatus.MISCONFIGURED, Account.push_fault.is_not(None))


@dataclass(frozen=True)
class Reading:
    """A stream taken on by this worker, with the platform calls reserved for it."""

    stream: Stream
    account: Account
    token: str
    budget: Budget

    @property
    def reserved(self) -> int:
        return self.budget.calls + self.budget.detail_calls


def lease_stream(ctx: Context, stream_id: int) -> Reading | None:
    """Take the stream for this reading; None when not due, already read by another, or out of quota."""
    ctx.require(Permission.LISTENER_INGEST)
    if stream_id not in due_streams(ctx):
        return None
    stream = ctx.session.get_one(Stream, stream_id)
    account = ctx.session.get_one(Account, stream.account_id)
    budget = _reserve(ctx, account)
    if budget is None:
        stream.due_at = free_again_at(ctx, account, CALLS)
        return None
    token = new_token()[:32]
    lease = ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    ctx.session.execute(
        update(Stream).where(Stream.id == stream_id).values(lease_until=lease, lease_token=token)
    )
    return Reading(stream, account, token, budget)


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


def _leased(ctx: Context, stream_id: int, token: str) -> Stream | None:
    """The stream, if the lease is still ours: after a long stall another worker may have taken over."""
    return ctx.session.scalar(
        select(Stream).where(Stream.id == stream_id, Stream.lease_token == token).with_for_update()
    )


def record_page(ctx: Context, reading: Reading, page: Page) -> None:
    """Store what a reading brought and move the cursor, if the lease is still ours."""
    stream = _leased(ctx, reading.stream.id, reading.token)
    if stream is None:
        return
    account = ctx.session.get_one(Account, stream.account_id)
    count_calls(ctx, account, CALLS, page.cost - reading.reserved)
    store_posts(ctx, account.id, page.items, stream_id=stream.id)
    now = ctx.now()
    stream.cursor = page.next_cursor
    stream.lease_until = stream.lease_token = None
    stream.last_success_at = now
    stream.last_error = None
    pause = max(timedelta(seconds=stream.every_seconds), spacing(ctx, account, _active_streams(ctx, account)))
    stream.due_at = now if page.has_more else now + pause
    account.last_poll_at = now
    account.lag_since = page.behind_since
    note_success(ctx, account)
    note_granted(ctx, account, feature_of_stream(stream.name))
    if page.has_more:
        ctx.defer(POLL_STREAM, stream.id)


def _active_streams(ctx: Context, account: Account) -> int:
    return ctx.session.scalars(
        select(func.count()).where(Stream.account_id == account.id, Stream.is_active)
    ).one()


def record_failure(ctx: Context, reading: Reading, error: PlatformError) -> None:
    """Note why a reading failed; the cursor stays where it was."""
    stream = _leased(ctx, reading.stream.id, reading.token)
    if stream is None:
        return
    account = ctx.session.get_one(Account, stream.account_id)
    count_calls(ctx, account, CALLS, 1 - reading.reserved)
    stream.lease_until = stream.lease_token = None
    stream.last_error = f"{error.kind.value}: {error.message}"[:300]
    note_failure(ctx, account, error)
    pause = timedelta(seconds=stream.every_seconds)
    if error.kind is PlatformErrorKind.CAPABILITY_MISSING:
        pause = max(pause, WITHOUT_RIGHT)
        note_not_granted(ctx, account, feature_of_stream(stream.name), certain=True)
    stream.due_at = account.retry_at or ctx.now() + pause
    log.warning("poll_failed", stream=stream.id, kind=error.kind.value, platform_code=error.platform_code)
