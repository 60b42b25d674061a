"""Who works on a piece of long work: a lease that its worker renews while it lives.

Every step holds the row and looks whether the lease is still its own; so of two workers that both believe
they have it, one alone commits a step.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

import structlog
from sqlalchemy import or_, select, update

from app.core.context import Context
from app.core.ids import new_request_id
from app.core.permissions import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.longwork.changing import settle, tell
from app.models import LongWork, LongWorkState

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 8
"""So often a piece of work may kill its worker, or fail, at one place before it is given up."""
_LONGEST_PAUSE = 60


class LeaseLost(Exception):
    """Another worker has it, or it has ended: whoever hears this does nothing more."""


@dataclass(frozen=True)
class Lease:
    work_id: int
    token: str


def _free(ctx: Context) -> Any:
    return or_(LongWork.lease_until.is_(None), LongWork.lease_until < ctx.now())


def open_work(ctx: Context) -> list[int]:
    """Work that nobody has: new, between two slices, or left by a worker that died."""
    statement = select(LongWork.id).where(LongWork.finished_at.is_(None), _free(ctx))
    return list(ctx.session.scalars(statement.order_by(LongWork.id).limit(50)))


def take(ctx: Context, work_id: int) -> Lease | None:
    """Take a piece of work on; None when somebody has it, or it is over."""
    row = ctx.session.scalar(
        select(LongWork)
        .where(LongWork.id == work_id, LongWork.finished_at.is_(None), _free(ctx))
        .with_for_update(of=LongWork)
    )
    if row is None:
        return None
    if row.state is LongWorkState.CANCELLING:
        settle(ctx, row, LongWorkState.CANCELLED)
        tell(ctx, row, at_once=True)
        return None
    if row.attempts >= MOST_ATTEMPTS:
        give_up(ctx, row, "long_work_gave_up")
        return None
    is_new = row.state is LongWorkState.QUEUED
    row.attempts += 1
    row.state = LongWorkState.RUNNING
    row.started_at = row.started_at or ctx.now()
    row.lease_token = new_request_id()[:40]
    row.lease_until = _until(ctx)
    if is_new:
        tell(ctx, row, at_once=True)
    return Lease(row.id, row.lease_token)


def _until(ctx: Context) -> Any:
    return ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds)


def hold(ctx: Context, lease: Lease) -> LongWork:
    """The row, locked until the transaction ends, with the lease renewed. Raises LeaseLost."""
    row = ctx.session.scalar(
        select(LongWork)
        .where(LongWork.id == lease.work_id, LongWork.lease_token == lease.token)
        .with_for_update(of=LongWork)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise LeaseLost
    row.lease_until = _until(ctx)
    return row


def give_back(ctx: Context, lease: Lease, *, pause: bool = False) -> None:
    """Somebody else may go on: at once, or after a pause that grows with the attempts."""
    row = hold(ctx, lease)
    row.lease_token = None
    seconds = min(2**row.attempts, _LONGEST_PAUSE)
    row.lease_until = ctx.now() + timedelta(seconds=seconds) if pause else None


def give_up(ctx: Context, row: LongWork, code: str, detail: dict[str, Any] | None = None) -> None:
    """It has failed as a whole."""
    row.error = code
    row.error_detail = detail or {}
    settle(ctx, row, LongWorkState.FAILED)
    tell(ctx, row, at_once=True)


class Heartbeat:
    """A thread that renews the lease while its worker lives: steps may take longer than a lease."""

    def __init__(self, runtime: Runtime, actor: Actor, lease: Lease) -> None:
        self._runtime = runtime
        self._actor = actor
        self._lease = lease
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._runtime.settings.lease_seconds / 3):
            try:
                with open_context(self._runtime, self._actor) as ctx:
                    self._renew(ctx)
            except Exception as error:
                # The database is away or busy: the next beat comes in time.
                log.warning("lease_not_renewed", work=self._lease.work_id, error=repr(error))

    def _renew(self, ctx: Context) -> None:
        ctx.session.execute(
            update(LongWork)
            .where(LongWork.id == self._lease.work_id, LongWork.lease_token == self._lease.token)
            .values(lease_until=_until(ctx)),
            execution_options={"synchronize_session": False},
        )
