"""Reading posts behind open requests again: edits and deletions are told by no list and no push.

Each account is gone through in rounds, oldest item first, with the calls that its quota leaves for this. A
round that is interrupted goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, or_, select

from app.accounts.budget import (
    CALLS,
    RESERVED_FOR_REPLIES,
    calls_left,
    count_calls,
    free_again_at,
    rereading_pause,
    rereads,
)
from app.accounts.outcomes import note_failure, note_granted, note_not_granted, note_success
from app.accounts.platforms import platforms
from app.adapters.base import Rereader
from app.adapters.capabilities import Feature
from app.adapters.types import Reread
from app.core.bulk import insert_new_rows
from app.core.context import Context
from app.core.counters import lock_counter
from app.core.crypto import new_token
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.permissions import Permission
from app.listener.ingest.storing import take_in_changes
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AccountStatus,
    InboundItem,
    Message,
    OutboundMessage,
    OutboundState,
    RereadRound,
    ServiceRequest,
)

log = structlog.get_logger(__name__)
ITEMS_PER_JOB = 100
CALLS_PER_JOB = 5
LEAST_CALLS = 3
"""One for the comments, one for what they lack, one for a status: with fewer a round might stand still."""
WITHOUT_RIGHT = timedelta(hours=6)


@dataclass(frozen=True)
class Again:
    """What this worker reads again, with the calls reserved for it."""

    round: RereadRound
    account: Account
    token: str
    items: dict[str, int]
    """The items' numbers by their external ids, oldest first."""
    calls: int

    @property
    def external_ids(self) -> Sequence[str]:
        return list(self.items)


def due_rereads(ctx: Context) -> list[int]:
    """Accounts whose open requests should be looked after now."""
    now, settings = ctx.now(), ctx.runtime.settings
    if not settings.reread_minutes:
        return []
    open_ones = select(ServiceRequest.id).where(ServiceRequest.account_id == Account.id, _worth_looking())
    accounts = ctx.session.scalars(
        select(Account)
        .outerjoin(RereadRound, RereadRound.account_id == Account.id)
        .where(
            Account.status.in_((AccountStatus.ACTIVE, AccountStatus.MISCONFIGURED)),
            or_(Account.retry_at.is_(None), Account.retry_at <= now),
            or_(RereadRound.due_at.is_(None), RereadRound.due_at <= now),
            or_(RereadRound.lease_until.is_(None), RereadRound.lease_until < now),
            open_ones.exists(),
        )
        .order_by(RereadRound.due_at)
    )
    return [account.id for account in accounts if account.can_be_called and rereads(ctx, account)]


def _worth_looking() -> ColumnElement[bool]:
    """Open requests, and resolved ones where an answer is still to go: its post may be gone by then."""
    planned = select(OutboundMessage.conversation_id).where(
        OutboundMessage.state == OutboundState.QUEUED, OutboundMessage.conversation_id.is_not(None)
    )
    return or_(ServiceRequest.status.in_(ACTIVE_STATUSES), ServiceRequest.conversation_id.in_(planned))


def lease_round(ctx: Context, account_id: int) -> Again | None:
    """Take the account's next items; None when it is not due, another has it, or nothing is to be asked."""
    ctx.require(Permission.LISTENER_INGEST)
    if account_id not in due_rereads(ctx):
        return None
    row = {"created_at": ctx.now(), "account_id": account_id, "due_at": ctx.now(), "last_item_id": 0}
    insert_new_rows(ctx.session, RereadRound, [row])
    found = ctx.session.scalars(
        select(RereadRound).where(RereadRound.account_id == account_id).with_for_update()
    ).one()
    account = ctx.session.get_one(Account, account_id)
    items = _next_items(ctx, account, found.last_item_id)
    if not items:
        _end_round(ctx, found)
        return None
    calls = _reserve(ctx, account)
    if calls < LEAST_CALLS:
        found.due_at = free_again_at(ctx, account, CALLS)
        return None
    found.lease_token = new_token()[:32]
    found.lease_until = ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    return Again(found, account, found.lease_token, items, calls)


def _next_items(ctx: Context, account: Account, after: int) -> dict[str, int]:
    adapter = platforms(ctx.runtime).adapter(account.platform)
    if not isinstance(adapter, Rereader):
        return {}
    oldest = ctx.now() - timedelta(days=ctx.runtime.settings.reread_days)
    rows = ctx.session.execute(
        select(InboundItem.external_id, InboundItem.id)
        .join(Message, Message.inbound_item_id == InboundItem.id)
        .join(ServiceRequest, ServiceRequest.id == Message.service_request_id)
        .where(
            ServiceRequest.account_id == account.id,
            _worth_looking(),
            InboundItem.id > after,
            InboundItem.published_at > oldest,
            InboundItem.deleted_at.is_(None),
            or_(*(InboundItem.external_id.startswith(f"{prefix}:") for prefix in sorted(adapter.rereads))),
        )
        .order_by(InboundItem.id)
        .limit(ITEMS_PER_JOB)
    )
    return {row.external_id: row.id for row in rows}


def _reserve(ctx: Context, account: Account) -> int:
    """Count the calls before they are made: two workers must not spend the same rest of a quota."""
    lock_counter(ctx.session, f"quota-{account.id}", ctx.now())
    left = calls_left(ctx, account, CALLS, share=1 - RESERVED_FOR_REPLIES)
    calls = CALLS_PER_JOB if left is None else min(CALLS_PER_JOB, left)
    if calls >= LEAST_CALLS:
        count_calls(ctx, account, CALLS, calls)
    return calls


def record_reread(ctx: Context, again: Again, found: Reread, made: int) -> None:
    """Take in what has changed and go on with the round, if the lease is still ours; `made` are the calls."""
    progress = _leased(ctx, again)
    if progress is None:
        return
    account = ctx.session.get_one(Account, again.account.id)
    count_calls(ctx, account, CALLS, made - again.calls)
    take_in_changes(ctx, account.id, found.posts, found.gone)
    note_success(ctx, account)
    note_granted(ctx, account, Feature.REREAD)
    progress.lease_until = progress.lease_token = None
    progress.last_error = None
    left = [again.items[name] for name in found.unasked if name in again.items]
    progress.last_item_id = min(left) - 1 if left else max(again.items.values())
    if not left and len(again.items) < ITEMS_PER_JOB:
        _end_round(ctx, progress)
    progress.due_at = max(progress.due_at, ctx.now() + rereading_pause(ctx, account, made))


def record_reread_failure(ctx: Context, again: Again, error: PlatformError, made: int) -> None:
    """Note why it failed; the round goes on where it stood."""
    progress = _leased(ctx, again)
    if progress is None:
        return
    account = ctx.session.get_one(Account, again.account.id)
    count_calls(ctx, account, CALLS, made - again.calls)
    progress.lease_until = progress.lease_token = None
    progress.last_error = f"{error.kind.value}: {error.message}"[:300]
    note_failure(ctx, account, error)
    pause = rereading_pause(ctx, account, max(1, made))
    if error.kind is PlatformErrorKind.CAPABILITY_MISSING:
        pause = max(pause, WITHOUT_RIGHT)
        note_not_granted(ctx, account, Feature.REREAD, certain=True)
    progress.due_at = max(account.retry_at or ctx.now(), ctx.now() + pause)
    log.warning("reread_failed", account=account.id, kind=error.kind.value, code=error.platform_code)


def _leased(ctx: Context, again: Again) -> RereadRound | None:
    """The round, if the lease is still ours: after a long stall another worker may have taken over."""
    return ctx.session.scalar(
        select(RereadRound)
        .where(RereadRound.id == again.round.id, RereadRound.lease_token == again.token)
        .with_for_update()
    )


def _end_round(ctx: Context, progress: RereadRound) -> None:
    progress.last_item_id = 0
    progress.finished_at = ctx.now()
    progress.due_at = ctx.now() + timedelta(minutes=ctx.runtime.settings.reread_minutes)
