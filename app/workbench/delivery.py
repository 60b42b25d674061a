"""The outbound ledger: intent, attempt, result.

An attempt row is committed before the platform is called and its outcome after, so a crash at any point
leaves a row that says how far it came. What may have arrived is never sent again without proof that it
did not: the platform is read back, and where it cannot tell, a person must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.accounts.budget import CALLS, calls_left, count_calls, free_again_at
from app.accounts.platforms import platforms
from app.accounts.services import backoff, note_failure, note_success
from app.adapters.base import PlatformAdapter, Reconciler
from app.adapters.types import AccountRef, SendRequest, SendResult
from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.metrics import REPLIES
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.models import Account, Lane, Message, OutboundAttempt, OutboundMessage, OutboundState
from app.workbench.replies import build_send_request
from app.workbench.services import change_state

log = structlog.get_logger(__name__)
_K = PlatformErrorKind
MOST_ATTEMPTS = 6
# Quotas, beside the general one, that a message of a lane uses up where the platform has them.
_QUOTAS = {Lane.PUBLIC: ("comments",), Lane.PRIVATE: ("private_messages", "custom_messages")}
RECONCILE_FOR = timedelta(minutes=10)
WAIT_FOR_LIMITS = timedelta(hours=24)
# The call was refused before it could act; a later repeat may work.
_TRY_LATER = frozenset({_K.TEMPORARY, _K.RATE_LIMITED})
# It may have acted, or the platform says that an equal message is already there.
_LOOK_FIRST = frozenset({_K.UNKNOWN_OUTCOME, _K.DUPLICATE})


@dataclass(frozen=True)
class Task:
    """One step of delivery that this worker has taken on."""

    outbound: OutboundMessage
    message: Message
    account: Account
    token: str
    attempt: int
    since: datetime
    """When the first attempt whose outcome is open began."""
    reconcile: bool
    known_ids: frozenset[str]
    """Other sends of ours on the platform: reading back must not take one of them for this one."""


def due_replies(ctx: Context, *, limit: int = 200) -> list[int]:
    """Replies whose time has come, and those whose worker died in the middle."""
    now = ctx.now()
    account_rests = exists().where(Account.id == OutboundMessage.account_id, Account.retry_at > now)
    ready = and_(
        OutboundMessage.state == OutboundState.QUEUED, OutboundMessage.not_before <= now, ~account_rests
    )
    stranded = and_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until < now)
    return list(
        ctx.session.scalars(
            select(OutboundMessage.id)
            .where(or_(ready, stranded), ~_blocked())
            .order_by(OutboundMessage.id)
            .limit(limit)
        )
    )


def _blocked() -> ColumnElement[bool]:
    """An earlier message of the same conversation and lane has not gone yet: order is kept.

    One that is meant for a later moment than this one holds nothing up until it has been tried.
    """
    earlier = aliased(OutboundMessage)
    return exists().where(
        earlier.conversation_id == OutboundMessage.conversation_id,
        earlier.lane == OutboundMessage.lane,
        earlier.id < OutboundMessage.id,
        earlier.state.in_((OutboundState.QUEUED, OutboundState.SENDING)),
        or_(
            earlier.attempts > 0,
            earlier.undo_until.is_(None),
            earlier.undo_until <= OutboundMessage.undo_until,
        ),
    )


def take(ctx: Context, outbound_id: int) -> Task | None:
    """Take one reply on, writing the attempt down before anything is called. None when it is not due."""
    ctx.require(Permission.REPLIES_DELIVER)
    now = ctx.now()
    outbound = ctx.session.scalar(
        select(OutboundMessage).where(OutboundMessage.id == outbound_id, ~_blocked()).with_for_update()
    )
    if outbound is None:
        return None
    fresh = outbound.state is OutboundState.QUEUED and outbound.not_before <= now
    stranded = (
        outbound.state is OutboundState.SENDING
        and outbound.lease_until is not None
        and outbound.lease_until < now
    )
    if not fresh and not stranded:
        return None
    account = ctx.session.get_one(Account, outbound.account_id)
    if fresh and account.retry_at is not None and account.retry_at > now:
        return None  # as soon as another call of the account has worked, it is due again
    if fresh and not _within_quota(ctx, account, outbound):
        return None
    message = ctx.session.get_one(Message, outbound.message_id)
    outbound.lease_token = new_token()[:32]
    outbound.lease_until = now + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    if fresh:
        outbound.attempts += 1
        ctx.session.add(
            OutboundAttempt(created_at=now, outbound_message_id=outbound.id, number=outbound.attempts)
        )
        change_state(ctx, message, outbound, OutboundState.SENDING)
    since = _began(ctx, outbound) or now
    return Task(
        outbound,
        message,
        account,
        outbound.lease_token,
        outbound.attempts,
        since,
        stranded,
        _known_ids(ctx, outbound),
    )


def _within_quota(ctx: Context, account: Account, outbound: OutboundMessage) -> bool:
    """Count the call; when the platform's quota is used up the message waits until it may go."""
    lock_counter(ctx.session, f"quota-{account.id}", ctx.now())
    names = (CALLS, *_QUOTAS[outbound.lane])
    for name in names:
        if calls_left(ctx, account, name) == 0:
            outbound.not_before = free_again_at(ctx, account, name)
            return False
    for name in names:
        count_calls(ctx, account, name)
    return True


def _known_ids(ctx: Context, outbound: OutboundMessage) -> frozenset[str]:
    found = ctx.session.scalars(
        select(OutboundMessage.external_id).where(
            OutboundMessage.account_id == outbound.account_id,
            OutboundMessage.external_id.is_not(None),
            OutboundMessage.finished_at > outbound.created_at - RECONCILE_FOR,
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


@dataclass(frozen=True)
class Outcome:
    """What came of a call; exactly one is set. `absent`: the platform proved that it is not there."""

    result: SendResult | None = None
    error: PlatformError | None = None
    absent: bool = False


def perform(runtime: Runtime, task: Task) -> Outcome:
    """Call the platform, outside any transaction."""
    parts = platforms(runtime)
    adapter = parts.adapter(task.account.platform)
    account = parts.ref(task.account)
    request = build_send_request(
        task.outbound.lane,
        task.message.text,
        task.outbound.operation_key,
        task.outbound.target,
        task.outbound.actor_address,
        known_ids=task.known_ids,
    )
    doubt = None if not task.reconcile else _unknown(task)
    if doubt is None:
        try:
            return Outcome(result=adapter.send(account, request))
        except PlatformError as error:
            if error.kind not in _LOOK_FIRST:
                return Outcome(error=error)
            doubt = error
    return _read_back(adapter, account, request, task, doubt)


def _read_back(
    adapter: PlatformAdapter, account: AccountRef, request: SendRequest, task: Task, doubt: PlatformError
) -> Outcome:
    """Find out from the platform whether the message is there after all."""
    if not isinstance(adapter, Reconciler):
        return Outcome(error=doubt)
    try:
        found = adapter.reconcile(account, request, task.since)
    except PlatformError as error:
        return Outcome(error=error if error.kind is _K.UNKNOWN_OUTCOME else _still_open(error))
    if found is not None:
        return Outcome(result=found)
    if doubt.kind is _K.DUPLICATE:
        # An equal text stands there that is not ours; sending on would be refused for ever.
        return Outcome(error=doubt)
    return Outcome(absent=True)


def _unknown(task: Task) -> PlatformError:
    return PlatformError(_K.UNKNOWN_OUTCOME, platform=task.account.platform, message="cannot be read back")


class _ReadBackFailed(PlatformError):
    """The thread could not be read now; ask again later, do not send."""


def _still_open(cause: PlatformError) -> _ReadBackFailed:
    return _ReadBackFailed(
        cause.kind,
        platform=cause.platform,
        message=cause.message,
        platform_code=cause.platform_code,
        retry_at=cause.retry_at,
    )


def record(ctx: Context, task: Task, outcome: Outcome) -> None:
    """Write down what came of it, if the row is still ours."""
    ctx.require(Permission.REPLIES_DELIVER)
    outbound = ctx.session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.id == task.outbound.id, OutboundMessage.lease_token == task.token)
        .with_for_update()
    )
    if outbound is None:
        log.warning("delivery_lease_lost", outbound=task.outbound.id)
        return
    message = ctx.session.get_one(Message, outbound.message_id)
    account = ctx.session.get_one(Account, outbound.account_id)
    _close_attempt(ctx, outbound, outcome)
    if outcome.result is not None:
        note_success(ctx, account)
        outbound.external_id = (outcome.result.external_id or "")[:160] or None
        _finish(ctx, message, outbound, OutboundState.SENT, None)
    elif outcome.error is not None:
        if not (isinstance(outcome.error, _ReadBackFailed) and outcome.error.kind is _K.TEMPORARY):
            note_failure(ctx, account, outcome.error)  # one thread's silence says nothing of the account
        _record_error(ctx, task, message, outbound, outcome.error)
    else:
        _again(ctx, message, outbound, ctx.now() + backoff(outbound.attempts), "absent")


def _close_attempt(ctx: Context, outbound: OutboundMessage, outcome: Outcome) -> None:
    attempt = ctx.session.scalars(
        select(OutboundAttempt).where(
            OutboundAttempt.outbound_message_id == outbound.id, OutboundAttempt.number == outbound.attempts
        )
    ).one()
    attempt.finished_at = ctx.now()
    attempt.outcome = "sent" if outcome.result else outcome.error.kind.value if outcome.error else "absent"
    attempt.error = outcome.error.message[:300] if outcome.error else None
    attempt.response = dict(outcome.result.raw) if outcome.result else None


def _record_error(
    ctx: Context, task: Task, message: Message, outbound: OutboundMessage, error: PlatformError
) -> None:
    if isinstance(error, _ReadBackFailed):
        if ctx.now() - task.since < RECONCILE_FOR:
            # Stay in `sending`; when the lease ends the thread is read again.
            outbound.lease_until = error.retry_at or ctx.now() + backoff(task.attempt + 2)
            outbound.lease_token = None
            return
        _finish(ctx, message, outbound, OutboundState.UNKNOWN, error)
    elif error.kind is _K.UNKNOWN_OUTCOME:
        _finish(ctx, message, outbound, OutboundState.UNKNOWN, error)
    elif _worth_repeating(ctx, outbound, error):
        outbound.error_detail = error.message[:300]
        _again(
            ctx, message, outbound, error.retry_at or ctx.now() + backoff(outbound.attempts), error.kind.value
        )
    else:
        _finish(ctx, message, outbound, OutboundState.FAILED, error)


def _worth_repeating(ctx: Context, outbound: OutboundMessage, error: PlatformError) -> bool:
    """A limit passes by itself, however often it is met; other trouble is tried a few times only."""
    if error.kind is _K.RATE_LIMITED:
        return ctx.now() - outbound.created_at < WAIT_FOR_LIMITS
    return error.kind in _TRY_LATER and outbound.attempts < MOST_ATTEMPTS


def _again(ctx: Context, message: Message, outbound: OutboundMessage, at: datetime, reason: str) -> None:
    outbound.not_before = at
    outbound.error_code = reason
    outbound.lease_until = outbound.lease_token = None
    change_state(ctx, message, outbound, OutboundState.QUEUED)


def _finish(
    ctx: Context,
    message: Message,
    outbound: OutboundMessage,
    state: OutboundState,
    error: PlatformError | None,
) -> None:
    outbound.finished_at = ctx.now()
    outbound.lease_until = outbound.lease_token = None
    outbound.error_code = error.kind.value if error else None
    outbound.error_detail = f"{error.platform_code or ''} {error.message}".strip()[:300] if error else None
    REPLIES.labels(error.platform if error else "any", state.value).inc()
    change_state(ctx, message, outbound, state)
