"""Writing down what came of a step of delivery, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, select

from app.accounts.budget import CALLS, count_calls
from app.accounts.outcomes import backoff, note_failure, note_granted, note_not_granted, note_success
from app.adapters.types import SendResult, SendState
from app.adapters.validation import FEATURE_OF
from app.core.context import Context
from app.core.db import among
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.metrics import OUTBOUND
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.models import Account, OutboundAttempt, OutboundMessage, OutboundState
from app.outbound.cargo import Cargo
from app.outbound.intents import change_state
from app.outbound.steps import Outcome, ReadBackFailed, Step, Task

log = structlog.get_logger(__name__)
_K = PlatformErrorKind
MOST_ATTEMPTS = 6
RECONCILE_FOR = timedelta(minutes=10)
CONFIRM_FIRST = timedelta(seconds=5)
CONFIRM_FOR = timedelta(hours=24)
WAIT_FOR_LIMITS = timedelta(hours=24)
# The call was refused before it could act; a later repeat may work.
_TRY_LATER = frozenset({_K.TEMPORARY, _K.RATE_LIMITED, _K.ADDRESS_REFUSED})


def record(ctx: Context, cargo: Cargo, ended: Sequence[tuple[Task, Outcome]]) -> None:
    """Write down what came of steps, of each row that is still ours.

    What has arrived costs a fixed number of statements, however many rows.
    """
    ctx.require(Permission.OUTBOUND_DELIVER)
    rows = _still_ours(ctx, [task for task, _ in ended])
    accounts = rows_by_id(ctx.session, Account, [task.account.id for task, _ in ended])
    attempts = attempts_of(ctx, list(rows.values()))
    sent = []
    # In one order everywhere: two who hold several accounts never wait for one another.
    for task, outcome in sorted(ended, key=lambda one: (one[0].account.id, one[0].outbound_id)):
        account = accounts[task.account.id]
        # One call was counted before it was made; the rest, such as reading back, is known only now.
        count_calls(ctx, account, CALLS, max(0, outcome.calls - 1))
        outbound = rows.get(task.outbound_id)
        if outbound is None:
            log.warning("delivery_lease_lost", outbound=task.outbound_id)
            continue
        if task.step is not Step.CONFIRM:
            _close_attempt(ctx, attempts[outbound.id], outcome)
        if outcome.result is not None:
            note_success(ctx, account)
            note_granted(ctx, account, FEATURE_OF[task.request.kind])
            if _is_final(ctx, cargo, outbound, account, outcome.result):
                sent.append(outbound)
        else:
            _record_failure(ctx, cargo, task, outbound, account, outcome)
    change_state(ctx, cargo, sent, OutboundState.SENT)


def _still_ours(ctx: Context, tasks: Sequence[Task]) -> dict[int, OutboundMessage]:
    """The rows by id, locked, that nobody has taken over meanwhile."""
    tokens = {task.outbound_id: task.token for task in tasks}
    rows = ctx.session.scalars(
        select(OutboundMessage)
        .where(
            among(ctx.session, OutboundMessage.id, tokens),
            among(ctx.session, OutboundMessage.lease_token, tokens.values()),
        )
        .order_by(OutboundMessage.id)
        .with_for_update()
    )
    return {row.id: row for row in rows if row.lease_token == tokens[row.id]}


def attempts_of(ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, OutboundAttempt]:
    """The newest attempt of each row, by the row's id."""
    if not rows:
        return {}
    newest = and_(
        OutboundAttempt.outbound_message_id == OutboundMessage.id,
        OutboundAttempt.number == OutboundMessage.attempts,
    )
    found = ctx.session.scalars(
        select(OutboundAttempt)
        .join(OutboundMessage, newest)
        .where(among(ctx.session, OutboundMessage.id, [row.id for row in rows]))
    )
    return {attempt.outbound_message_id: attempt for attempt in found}


def _close_attempt(ctx: Context, attempt: OutboundAttempt, outcome: Outcome) -> None:
    attempt.finished_at = ctx.now()
    attempt.error = outcome.error.message[:300] if outcome.error else None
    attempt.response = dict(outcome.result.raw) if outcome.result else None
    if outcome.result is not None:
        attempt.outcome = "accepted" if outcome.result.state is SendState.ACCEPTED else "sent"
    else:
        attempt.outcome = outcome.error.kind.value if outcome.error else "absent"


def _is_final(
    ctx: Context, cargo: Cargo, outbound: OutboundMessage, account: Account, result: SendResult
) -> bool:
    """Whether it is there; else the platform has it, and tells its end later."""
    outbound.external_id = (result.external_id or "")[:160] or None
    if result.state is SendState.ACCEPTED:
        outbound.accepted_at = ctx.now()
        _ask_later(ctx, cargo, outbound, account, None)
        return False
    _close(ctx, cargo, outbound, account, OutboundState.SENT, None, None)
    return True


def _record_failure(
    ctx: Context,
    cargo: Cargo,
    task: Task,
    outbound: OutboundMessage,
    account: Account,
    outcome: Outcome,
) -> None:
    if outcome.error is not None:
        if not (isinstance(outcome.error, ReadBackFailed) and outcome.error.kind is _K.TEMPORARY):
            note_failure(ctx, account, outcome.error)  # one thread's silence says nothing of the account
        _record_error(ctx, cargo, task, outbound, account, outcome.error)
    elif outcome.undecided:
        _ask_later(ctx, cargo, outbound, account, None)
    else:
        queue_again(ctx, cargo, outbound, ctx.now() + backoff(outbound.attempts), "absent")


def _record_error(
    ctx: Context,
    cargo: Cargo,
    task: Task,
    outbound: OutboundMessage,
    account: Account,
    error: PlatformError,
) -> None:
    if isinstance(error, ReadBackFailed):
        if task.step is Step.CONFIRM:
            _ask_later(ctx, cargo, outbound, account, error)
        elif ctx.now() - task.since < RECONCILE_FOR:
            # Stay in `sending`; when the lease ends the thread is read again.
            outbound.lease_until = error.retry_at or ctx.now() + backoff(task.attempt + 2)
            outbound.lease_token = None
        else:
            finish(ctx, cargo, outbound, account, OutboundState.UNKNOWN, error)
    elif error.kind is _K.CAPABILITY_MISSING:
        note_not_granted(ctx, account, FEATURE_OF[task.request.kind], certain=False)
        finish(ctx, cargo, outbound, account, OutboundState.FAILED, error)
    elif error.kind is _K.UNKNOWN_OUTCOME:
        finish(ctx, cargo, outbound, account, OutboundState.UNKNOWN, error)
    elif _worth_repeating(ctx, outbound, error):
        outbound.error_detail = error.message[:300]
        again_at = error.retry_at or ctx.now() + backoff(outbound.attempts)
        queue_again(ctx, cargo, outbound, again_at, error.kind.value)
    else:
        finish(ctx, cargo, outbound, account, OutboundState.FAILED, error)


def _worth_repeating(ctx: Context, outbound: OutboundMessage, error: PlatformError) -> bool:
    """A limit passes by itself, however often it is met; other trouble is tried a few times only."""
    if error.kind is _K.RATE_LIMITED:
        return ctx.now() - (outbound.undo_until or outbound.created_at) < WAIT_FOR_LIMITS
    return error.kind in _TRY_LATER and outbound.attempts < MOST_ATTEMPTS


def _ask_later(
    ctx: Context, cargo: Cargo, outbound: OutboundMessage, account: Account, error: PlatformError | None
) -> None:
    """The platform has it and has not told its end: stay in `sending`, ask ever more seldom, for a day."""
    waited = ctx.now() - (outbound.accepted_at or ctx.now())
    if waited >= CONFIRM_FOR:
        undecided = PlatformError(_K.UNKNOWN_OUTCOME, platform=account.platform, message="never decided")
        finish(ctx, cargo, outbound, account, OutboundState.UNKNOWN, error or undecided)
        return
    asked_for = error.retry_at if error is not None else None
    outbound.lease_until = asked_for or ctx.now() + max(CONFIRM_FIRST, waited / 4)
    outbound.lease_token = None


def queue_again(ctx: Context, cargo: Cargo, outbound: OutboundMessage, at: datetime, reason: str) -> None:
    """Surely not there: it goes again at that moment."""
    outbound.not_before = at
    outbound.error_code = reason
    outbound.lease_until = outbound.lease_token = None
    change_state(ctx, cargo, [outbound], OutboundState.QUEUED)


def finish(
    ctx: Context,
    cargo: Cargo,
    outbound: OutboundMessage,
    account: Account,
    state: OutboundState,
    error: PlatformError | None,
    *,
    code: str | None = None,
) -> None:
    """Close the row; `code` says why where no kind of platform error does.

    What failed can be sent anew by a person, from the beginning.
    """
    _close(ctx, cargo, outbound, account, state, error, code)
    change_state(ctx, cargo, [outbound], state)


def _close(
    ctx: Context,
    cargo: Cargo,
    outbound: OutboundMessage,
    account: Account,
    state: OutboundState,
    error: PlatformError | None,
    code: str | None,
) -> None:
    """All that an end writes, but for the state itself, which is told."""
    outbound.finished_at = ctx.now()
    outbound.lease_until = outbound.lease_token = None
    outbound.error_code = code or (error.kind.value if error else None)
    outbound.error_detail = f"{error.platform_code or ''} {error.message}".strip()[:300] if error else None
    if state is OutboundState.FAILED:
        outbound.prepared = outbound.accepted_at = outbound.external_id = None
    OUTBOUND.labels(cargo.name, account.platform, state.value).inc()
