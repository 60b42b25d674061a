"""The outbound ledger: intent, attempt, result.

An attempt row is committed before the platform is called and its outcome after, so a crash at any point
leaves a row that says how far it came. What may have arrived is never sent again without proof that it
did not: the platform is read back, and where it cannot tell, a person must look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.budget import CALLS, Spending, free_again_at, hold_quotas
from app.accounts.platforms import platforms
from app.adapters.base import Preparer
from app.adapters.types import SendKind, SendRequest
from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.crypto import new_token
from app.core.db import among
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.queries import people_by_id, why_not_serving
from app.models import (
    AUTHOR_LEFT,
    Account,
    AccountStatus,
    Operator,
    OutboundAttempt,
    OutboundMessage,
    OutboundState,
)
from app.outbound.capped import within_caps
from app.outbound.cargo import Cargo
from app.outbound.intents import change_state, hold_up
from app.outbound.results import attempts_of, finish, queue_again
from app.outbound.steps import Step, Task

# Quotas, beside the general one, that an act uses up where the platform has them.
_QUOTAS = {
    SendKind.COMMENT: ("comments",),
    SendKind.PRIVATE_MESSAGE: ("private_messages", "custom_messages"),
    SendKind.POST: ("posts",),
    SendKind.REPOST: ("posts",),
}
_MEDIA_QUOTA = "media_uploads"


def due(ctx: Context, cargo: Cargo, *, limit: int = 200) -> list[int]:
    """Rows of this kind whose time has come, and those whose worker died in the middle."""
    now = ctx.now()
    rests = exists().where(Account.id == OutboundMessage.account_id, Account.retry_at > now)
    paused = exists().where(Account.id == OutboundMessage.account_id, Account.status == AccountStatus.PAUSED)
    removed = exists().where(
        Account.id == OutboundMessage.account_id, Account.status == AccountStatus.REMOVED
    )
    ready = and_(
        OutboundMessage.state == OutboundState.QUEUED,
        # What can never go ends at once, whatever its hour: its customer waits.
        or_(and_(OutboundMessage.not_before <= now, _goes_by_itself(OutboundMessage), ~rests), removed),
    )
    stranded = and_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until < now)
    return list(
        ctx.session.scalars(
            select(OutboundMessage.id)
            .where(OutboundMessage.cargo == cargo.name, or_(ready, stranded), ~paused, ~_blocked())
            .order_by(OutboundMessage.id)
            .limit(limit)
        )
    )


def _goes_by_itself(row: type[OutboundMessage]) -> ColumnElement[bool]:
    """Not held for somebody to let it go."""
    return func.coalesce(row.error_code, "") != AUTHOR_LEFT


def _blocked() -> ColumnElement[bool]:
    """Another row of the same order has not gone yet, or is just going. One that is held holds nothing up.

    One that is meant for a later moment than this one holds nothing up until it has been tried.
    """
    other = aliased(OutboundMessage)
    waits_before = and_(
        other.id < OutboundMessage.id,
        other.state == OutboundState.QUEUED,
        _goes_by_itself(other),
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


def take(ctx: Context, cargo: Cargo, outbound_ids: Sequence[int]) -> list[Task]:
    """Take rows on, writing their attempts down before anything is called; those that are not due are left.

    A fixed number of statements, however many rows.
    """
    ctx.require(Permission.OUTBOUND_DELIVER)
    rows = _locked(ctx, cargo, outbound_ids)
    accounts = rows_by_id(ctx.session, Account, [row.account_id for row in rows])
    going = []
    for row in rows:
        account = accounts[row.account_id]
        if account.status is AccountStatus.REMOVED:
            _give_up(ctx, cargo, row, account)
        elif account.status is not AccountStatus.PAUSED:
            going.append(row)
    if not going:
        return []
    fresh = [row for row in going if row.state is OutboundState.QUEUED]
    stranded = [row for row in going if row.state is OutboundState.SENDING]
    taking = _Taking(ctx, cargo, accounts, Spending(ctx, accounts.values()))
    tasks = [*taking.fresh(fresh), *taking.stranded(stranded)]
    taking.spending.store()
    return tasks


def _locked(ctx: Context, cargo: Cargo, outbound_ids: Sequence[int]) -> list[OutboundMessage]:
    """The rows whose time has come, locked, one of each order.

    One account's rows are taken by one worker after another.
    """
    meant = and_(OutboundMessage.cargo == cargo.name, among(ctx.session, OutboundMessage.id, outbound_ids))
    account_ids = ctx.session.scalars(select(OutboundMessage.account_id).where(meant).distinct()).all()
    if not account_ids:
        return []
    hold_quotas(ctx, account_ids)
    rows = ctx.session.scalars(
        select(OutboundMessage).where(meant, ~_blocked()).order_by(OutboundMessage.id).with_for_update()
    ).all()
    now = ctx.now()
    accounts = rows_by_id(ctx.session, Account, account_ids)
    first_of_order: dict[str, OutboundMessage] = {}
    for row in rows:
        if _is_fresh(row, accounts[row.account_id], now) or _is_stranded(row, now):
            first_of_order.setdefault(row.order_key, row)
    return list(first_of_order.values())


def _is_fresh(row: OutboundMessage, account: Account, now: datetime) -> bool:
    goes = row.not_before <= now and row.error_code != AUTHOR_LEFT
    return row.state is OutboundState.QUEUED and (goes or account.status is AccountStatus.REMOVED)


def _is_stranded(row: OutboundMessage, now: datetime) -> bool:
    return row.state is OutboundState.SENDING and row.lease_until is not None and row.lease_until < now


@dataclass(frozen=True)
class _Taking:
    """Rows of one kind that are being taken on together, with their accounts by id."""

    ctx: Context
    cargo: Cargo
    accounts: Mapping[int, Account]
    spending: Spending

    def fresh(self, rows: Sequence[OutboundMessage]) -> list[Task]:
        """Rows that have not been tried, or are surely not there, as tasks with an attempt of their own."""
        awake = self._awake(rows)
        answering = self._answering(awake)
        going = self._in_time(self._answered_for(awake, answering))
        requests = self._requests(going)
        now = self.ctx.now()
        for row in going:
            if _is_spoilt(row.prepared, now):
                row.prepared = None
                requests[row.id] = replace(requests[row.id], prepared={})
        affordable = [row for row in going if self._is_affordable(row, requests[row.id])]
        going = within_caps(self.ctx, affordable, answering)
        for row in going:
            row.attempts += 1
        attempts = [
            {"created_at": now, "outbound_message_id": row.id, "number": row.attempts} for row in going
        ]
        insert_rows(self.ctx.session, OutboundAttempt, attempts)
        tasks = [
            self._leased(
                row, requests[row.id], Step.PREPARE if self._unprepared(row, requests) else Step.SEND, now
            )
            for row in going
        ]
        change_state(self.ctx, self.cargo, going, OutboundState.SENDING)
        return tasks

    def _awake(self, rows: Sequence[OutboundMessage]) -> list[OutboundMessage]:
        """Those whose account does not rest; as soon as another call of it has worked, the others are due."""
        now = self.ctx.now()
        resting = {number for number, account in self.accounts.items() if (account.retry_at or now) > now}
        return [row for row in rows if row.account_id not in resting]

    def _answering(self, rows: Sequence[OutboundMessage]) -> dict[int, Operator | None]:
        """By row, who answers for it: whoever let it go, else its author; None where nobody wrote it."""
        if not rows:
            return {}
        authors = self.cargo.authors(self.ctx, rows)
        ids = {row.id: row.released_by_id or authors[row.id] for row in rows}
        people = people_by_id(self.ctx.session, {number for number in ids.values() if number is not None})
        return {row_id: people[number] if number is not None else None for row_id, number in ids.items()}

    def _answered_for(
        self, rows: Sequence[OutboundMessage], answering: Mapping[int, Operator | None]
    ) -> list[OutboundMessage]:
        """Those whose author may still send them, or that somebody else has let go."""
        going = []
        for row in rows:
            author = answering[row.id] if row.released_by_id is None else None
            if author is None or self._may_send(author, row):
                going.append(row)
            else:
                hold_up(self.ctx, self.cargo, row, AUTHOR_LEFT)
        return going

    def _may_send(self, author: Operator, row: OutboundMessage) -> bool:
        account = self.accounts[row.account_id]
        return why_not_serving(author, account, self.ctx.now(), self.cargo.right) is None

    def _in_time(self, rows: Sequence[OutboundMessage]) -> list[OutboundMessage]:
        """Those that may still go; the others have failed, and nothing was called for them."""
        refused = self.cargo.not_allowed(self.ctx, rows) if rows else {}
        for row in rows:
            if row.id in refused:
                account = self.accounts[row.account_id]
                error = PlatformError(
                    refused[row.id], platform=account.platform, message="not sent: too late"
                )
                finish(self.ctx, self.cargo, row, account, OutboundState.FAILED, error)
        return [row for row in rows if row.id not in refused]

    def stranded(self, rows: Sequence[OutboundMessage]) -> list[Task]:
        """Rows whose worker died, or whose end the platform tells later, as tasks that look for it."""
        attempts = attempts_of(self.ctx, rows)
        requests = self._requests(rows)
        tasks = []
        for row in rows:
            attempt = attempts[row.id]
            if row.accepted_at is None and self._unprepared(row, requests):
                # Its worker died before the act could be called: there is nothing to look for.
                attempt.finished_at, attempt.outcome = self.ctx.now(), "absent"
                queue_again(self.ctx, self.cargo, row, self.ctx.now(), "absent")
            elif self.spending.take(self.accounts[row.account_id], {CALLS: 1}) is not None:
                row.lease_until = free_again_at(self.ctx, self.accounts[row.account_id], CALLS)
            else:
                step = Step.READ_BACK if row.accepted_at is None else Step.CONFIRM
                tasks.append(self._leased(row, requests[row.id], step, attempt.created_at))
        return tasks

    def _requests(self, rows: Sequence[OutboundMessage]) -> dict[int, SendRequest]:
        requests = self.cargo.requests(self.ctx, rows) if rows else {}
        return {row.id: replace(requests[row.id], prepared=row.prepared or {}) for row in rows}

    def _unprepared(self, row: OutboundMessage, requests: Mapping[int, SendRequest]) -> bool:
        adapter = platforms(self.ctx.runtime).adapter(self.accounts[row.account_id].platform)
        needs = isinstance(adapter, Preparer) and adapter.needs_preparing(requests[row.id])
        return needs and row.prepared is None

    def _is_affordable(self, row: OutboundMessage, request: SendRequest) -> bool:
        """Count the call; when the platform's quota is used up the row waits until it may go."""
        account = self.accounts[row.account_id]
        wanted = {CALLS: 1, **dict.fromkeys(_QUOTAS[request.kind], 1)}
        if request.media and not request.prepared:
            wanted[_MEDIA_QUOTA] = len(request.media)
        used_up = self.spending.take(account, wanted)
        if used_up is not None:
            row.not_before = free_again_at(self.ctx, account, used_up)
        return used_up is None

    def _leased(self, row: OutboundMessage, request: SendRequest, step: Step, since: datetime) -> Task:
        row.lease_token = new_token()[:32]
        row.lease_until = lease_until = _lease_end(self.ctx)
        return Task(
            outbound_id=row.id,
            account=self.accounts[row.account_id],
            request=request,
            token=row.lease_token,
            lease_until=lease_until,
            attempt=row.attempts,
            since=since,
            step=step,
            job_id=row.external_id if row.accepted_at is not None else None,
        )


def _is_spoilt(prepared: Mapping[str, Any] | None, now: datetime) -> bool:
    """The platform has forgotten it by now. Of a row that is surely not there."""
    until = (prepared or {}).get("good_until")
    return until is not None and datetime.fromisoformat(until) <= now


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
        finish(ctx, cargo, outbound, account, OutboundState.FAILED, None, code="account_removed")
        return
    gone = PlatformError(
        PlatformErrorKind.UNKNOWN_OUTCOME, platform=account.platform, message="account removed"
    )
    finish(ctx, cargo, outbound, account, OutboundState.UNKNOWN, gone)
