"""The outbound ledger: intent, attempt, result.

An attempt row is committed before the platform is called and its outcome after, so a crash at any point
leaves a row that says how far it came. What may have arrived is never sent again without proof that it
did not: the platform is read back, and where it cannot tell, a person must look.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.accounts.budget import CALLS, calls_left, count_calls, free_again_at
from app.accounts.platforms import platforms
from app.adapters.base import Preparer
from app.adapters.types import SendKind, SendRequest
from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.models import Account, AccountStatus, OutboundAttempt, OutboundMessage, OutboundState
from app.outbound.cargo import Cargo
from app.outbound.intents import change_state
from app.outbound.results import attempt_of, finish, queue_again
from app.outbound.steps import Step, Task

# Quotas, beside the general one, that an act uses up where the platform has them.
_QUOTAS = {
    SendKind.COMMENT: ("comments",),
    SendKind.PRIVATE_MESSAGE: ("private_messages", "custom_messages"),
    SendKind.POST: ("posts",),
    SendKind.REPOST: ("posts",),
}
_MEDIA_QUOTA = "media_uploads"
# An id given to a send this long before an attempt began may still turn up when its thread is read back.
_KNOWN_FOR = timedelta(minutes=10)


def due(ctx: Context, cargo: Cargo, *, limit: int = 200) -> list[int]:
    """Rows of this kind whose time has come, and those whose worker died in the middle."""
    now = ctx.now()
    rests = exists().where(Account.id == OutboundMessage.account_id, Account.retry_at > now)
    paused = exists().where(Account.id == OutboundMessage.account_id, Account.status == AccountStatus.PAUSED)
    ready = and_(OutboundMessage.state == OutboundState.QUEUED, OutboundMessage.not_before <= now, ~rests)
    stranded = and_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until < now)
    return list(
        ctx.session.scalars(
            select(OutboundMessage.id)
            .where(cargo.mine(), or_(ready, stranded), ~paused, ~_blocked())
            .order_by(OutboundMessage.id)
            .limit(limit)
        )
    )


def _blocked() -> ColumnElement[bool]:
    """Another row of the same order has not gone yet, or is just going.

    One that is meant for a later moment than this one holds nothing up until it has been tried.
    """
    other = aliased(OutboundMessage)
    waits_before = and_(
        other.id < OutboundMessage.id,
        other.state == OutboundState.QUEUED,
        or_(
            other.attempts > 0,
            other.undo_until.is_(None),
            other.undo_until <= OutboundMessage.undo_until,
        ),
    )
    goes_before = and_(other.id < OutboundMessage.id, other.state == OutboundState.SENDING)
    goes_now = and_(
        other.id != OutboundMessage.id,
        other.state == OutboundState.SENDING,
        OutboundMessage.state == OutboundState.QUEUED,
    )
    return exists().where(
        other.order_key == OutboundMessage.order_key,
        other.accepted_at.is_(None),
        or_(waits_before, goes_before, goes_now),
    )


def take(ctx: Context, cargo: Cargo, outbound_id: int) -> Task | None:
    """Take one row on, writing the attempt down before anything is called. None when it is not due."""
    ctx.require(Permission.OUTBOUND_DELIVER)
    outbound = _locked(ctx, cargo, outbound_id)
    if outbound is None:
        return None
    account = ctx.session.get_one(Account, outbound.account_id)
    if account.status is AccountStatus.PAUSED:
        return None
    if account.status is AccountStatus.REMOVED:
        _give_up(ctx, cargo, outbound, account)
        return None
    if outbound.state is OutboundState.QUEUED:
        return _take_fresh(ctx, cargo, outbound, account)
    return _take_stranded(ctx, cargo, outbound, account)


def _locked(ctx: Context, cargo: Cargo, outbound_id: int) -> OutboundMessage | None:
    """The row, locked, if its time has come. One account's rows are taken one after another."""
    account_id = ctx.session.scalar(
        select(OutboundMessage.account_id).where(OutboundMessage.id == outbound_id, cargo.mine())
    )
    if account_id is None:
        return None
    lock_counter(ctx.session, f"quota-{account_id}", ctx.now())
    outbound = ctx.session.scalar(
        select(OutboundMessage).where(OutboundMessage.id == outbound_id, ~_blocked()).with_for_update()
    )
    if outbound is None:
        return None
    now = ctx.now()
    fresh = outbound.state is OutboundState.QUEUED and outbound.not_before <= now
    stranded = (
        outbound.state is OutboundState.SENDING
        and outbound.lease_until is not None
        and outbound.lease_until < now
    )
    return outbound if fresh or stranded else None


def _take_fresh(ctx: Context, cargo: Cargo, outbound: OutboundMessage, account: Account) -> Task | None:
    now = ctx.now()
    if account.retry_at is not None and account.retry_at > now:
        return None  # as soon as another call of the account has worked, it is due again
    if cargo.is_too_late(ctx, outbound):
        late = PlatformError(
            PlatformErrorKind.WINDOW_CLOSED, platform=account.platform, message="not sent: too late"
        )
        finish(ctx, cargo, outbound, account, OutboundState.FAILED, late)
        return None
    request = _request(ctx, cargo, outbound)
    if not _within_quota(ctx, account, outbound, request):
        return None
    outbound.attempts += 1
    ctx.session.add(
        OutboundAttempt(created_at=now, outbound_message_id=outbound.id, number=outbound.attempts)
    )
    unprepared = _needs_preparing(ctx, account, request) and outbound.prepared is None
    task = _leased(ctx, outbound, account, request, Step.PREPARE if unprepared else Step.SEND)
    change_state(ctx, cargo, outbound, OutboundState.SENDING)
    return task


def _take_stranded(ctx: Context, cargo: Cargo, outbound: OutboundMessage, account: Account) -> Task | None:
    request = _request(ctx, cargo, outbound)
    if outbound.accepted_at is not None:
        step = Step.CONFIRM
    elif _needs_preparing(ctx, account, request) and outbound.prepared is None:
        # Its worker died before the act could be called: there is nothing to look for.
        attempt = attempt_of(ctx, outbound)
        attempt.finished_at, attempt.outcome = ctx.now(), "absent"
        queue_again(ctx, cargo, outbound, ctx.now(), "absent")
        return None
    else:
        step = Step.READ_BACK
    if calls_left(ctx, account, CALLS) == 0:
        outbound.lease_until = free_again_at(ctx, account, CALLS)
        return None
    count_calls(ctx, account, CALLS)
    return _leased(ctx, outbound, account, request, step)


def _leased(
    ctx: Context, outbound: OutboundMessage, account: Account, request: SendRequest, step: Step
) -> Task:
    outbound.lease_token = new_token()[:32]
    outbound.lease_until = lease_until = _lease_end(ctx)
    return Task(
        outbound_id=outbound.id,
        account=account,
        request=request,
        token=outbound.lease_token,
        lease_until=lease_until,
        attempt=outbound.attempts,
        since=_began(ctx, outbound) or ctx.now(),
        step=step,
        job_id=outbound.external_id if outbound.accepted_at is not None else None,
    )


def note_prepared(ctx: Context, task: Task, prepared: dict[str, Any]) -> Task | None:
    """Keep what was made ready before the act is called; the task to go on with, None if the row is lost."""
    ctx.require(Permission.OUTBOUND_DELIVER)
    outbound = ctx.session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.id == task.outbound_id, OutboundMessage.lease_token == task.token)
        .with_for_update()
    )
    if outbound is None:
        return None
    outbound.prepared = prepared
    outbound.lease_until = lease_until = _lease_end(ctx)
    request = replace(task.request, prepared=prepared)
    return replace(task, step=Step.SEND, request=request, lease_until=lease_until)


def _lease_end(ctx: Context) -> datetime:
    return ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)


def _give_up(ctx: Context, cargo: Cargo, outbound: OutboundMessage, account: Account) -> None:
    """The account has been disconnected: nothing can be sent, and nothing looked up, any more."""
    if outbound.state is OutboundState.QUEUED:
        state, kind = OutboundState.FAILED, PlatformErrorKind.CONFIG
    else:
        state, kind = OutboundState.UNKNOWN, PlatformErrorKind.UNKNOWN_OUTCOME
    gone = PlatformError(kind, platform=account.platform, message="account removed")
    finish(ctx, cargo, outbound, account, state, gone)


def _request(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> SendRequest:
    return replace(
        cargo.request(ctx, outbound), known_ids=_known_ids(ctx, outbound), prepared=outbound.prepared or {}
    )


def _needs_preparing(ctx: Context, account: Account, request: SendRequest) -> bool:
    adapter = platforms(ctx.runtime).adapter(account.platform)
    return isinstance(adapter, Preparer) and request.kind in adapter.prepares


def _within_quota(ctx: Context, account: Account, outbound: OutboundMessage, request: SendRequest) -> bool:
    """Count the call; when the platform's quota is used up the row waits until it may go."""
    wanted = {CALLS: 1, **dict.fromkeys(_QUOTAS[request.kind], 1)}
    if request.media:
        wanted[_MEDIA_QUOTA] = len(request.media)
    for name, calls in wanted.items():
        left = calls_left(ctx, account, name)
        if left is not None and left < calls:
            outbound.not_before = free_again_at(ctx, account, name)
            return False
    for name, calls in wanted.items():
        count_calls(ctx, account, name, calls)
    return True


def _known_ids(ctx: Context, outbound: OutboundMessage) -> frozenset[str]:
    """Other sends of ours on the platform: reading back must not take one of them for this one."""
    found = ctx.session.scalars(
        select(OutboundMessage.external_id).where(
            OutboundMessage.account_id == outbound.account_id,
            OutboundMessage.external_id.is_not(None),
            OutboundMessage.finished_at > outbound.created_at - _KNOWN_FOR,
            OutboundMessage.id != outbound.id,
        )
    )
    return frozenset(external_id for external_id in found if external_id)


def _began(ctx: Context, outbound: OutboundMessage) -> datetime | None:
    return ctx.session.scalar(
        select(OutboundAttempt.created_at).where(
            OutboundAttempt.outbound_message_id == outbound.id, OutboundAttempt.number == outbound.attempts
        )
    )
