"""Doing long work: a slice at a time, step by step, each step in a transaction together with its position.

A worker that dies in a step leaves nothing of it; one that dies between two has committed the place from
which the next worker goes on. So no row is done twice and none is lost.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.errors import AppError, Forbidden
from app.core.jobs import DeferredJob
from app.core.permissions import Actor, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.actors import actor_of
from app.longwork.changing import settle, tell
from app.longwork.job_names import GO_ON
from app.longwork.kinds import KINDS, Kind, Later, Progress, Refusal, Result, Step, Steps, Work
from app.longwork.leases import Heartbeat, Lease, LeaseLost, give_back, give_up, hold, take
from app.longwork.reach import reach_of
from app.media.keeping import keep_file_at
from app.models import LongWork, LongWorkError, LongWorkState, Operator

log = structlog.get_logger(__name__)
HAND = system_actor("long work")
SLICE_SECONDS = 5.0
"""After so long the work goes back into the queue: other work, and a worker that is told to stop, get their
turn."""
MOST_ERRORS = 5000
"""Rows that are kept by name; more are counted only."""
FOLDER = "longwork"


class _Cancelled(Exception):
    """Somebody has called the work off."""


def folder_of(runtime: Runtime, work_id: int) -> Path:
    """Where a piece of work keeps files of its own while it is under way."""
    return runtime.settings.data_dir / FOLDER / str(work_id)


def go_on(runtime: Runtime, work_id: int) -> None:
    """Do a slice of a piece of work, if nobody else does."""
    with open_context(runtime, HAND) as ctx:
        lease = take(ctx, work_id)
    if lease is None:
        _clear_if_over(runtime, work_id)
        return
    with Heartbeat(runtime, HAND, lease):
        is_open = _slice(runtime, lease)
    if is_open:
        runtime.queue.enqueue([DeferredJob(GO_ON, (work_id,))])
    else:
        _clear_if_over(runtime, work_id)


def _slice(runtime: Runtime, lease: Lease) -> bool:
    """Whether there is more to do at once."""
    try:
        is_over = _work_on(runtime, lease)
        if not is_over:
            with open_context(runtime, HAND) as ctx:
                give_back(ctx, lease)
        return not is_over
    except (_Cancelled, LeaseLost):
        return False
    except Later:
        _pause(runtime, lease)
    except AppError as error:
        _fail(runtime, lease, error.code, error.details)
    except ValidationError:
        _fail(runtime, lease, "long_work_arguments", {})
    except Exception as error:
        log.warning("long_work_interrupted", work=lease.work_id, error=repr(error))
        _pause(runtime, lease)
    return False


def _work_on(runtime: Runtime, lease: Lease) -> bool:
    """Take steps until the work, or its slice of time, is over; whether the work is."""
    with open_context(runtime, HAND, write=False) as ctx:
        row = ctx.session.get_one(LongWork, lease.work_id)
    kind = KINDS.known(row.kind)
    work = Work(
        runtime,
        row.id,
        kind.arguments.model_validate(row.arguments),
        dict(row.position),
        folder_of(runtime, row.id),
        row.locale,
    )
    steps: Steps = KINDS.function(row.kind)(work)
    until = time.monotonic() + SLICE_SECONDS
    began = time.monotonic()
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            _finish(runtime, lease, end.value)
            return True
        work.position = _take_step(runtime, lease, kind, step, began)
        began = time.monotonic()
        if began > until:
            steps.close()
            return False


def _take_step(runtime: Runtime, lease: Lease, kind: Kind[Any], step: Step, began: float) -> dict[str, Any]:
    with open_context(runtime, HAND) as ctx:
        row = hold(ctx, lease)
        if row.state is LongWorkState.CANCELLING:
            settle(ctx, row, LongWorkState.CANCELLED)
            tell(ctx, row, at_once=True)
            cancelled = True
        else:
            cancelled = False
            ctx.locale = row.locale
            ctx.actor = _acting(ctx, kind, row)
            progress = step(ctx)
            ctx.actor = HAND
            _note(ctx, row, progress, time.monotonic() - began)
    if cancelled:
        raise _Cancelled
    return progress.position


def _acting(ctx: Context, kind: Kind[Any], row: LongWork) -> Actor:
    """Who does the step: our own process, or the owner with the rights and the reach of this moment."""
    if kind.acts_as is not None:
        return kind.acts_as
    owner = ctx.session.get_one(Operator, row.owner_id)
    if not owner.is_active:
        raise Forbidden("long_work_owner_gone")
    actor = actor_of(ctx.session, owner, ctx.now())
    if not actor.may(kind.right):
        raise Forbidden(permission=kind.right.value)
    row.reach = reach_of(actor)
    return actor


def _note(ctx: Context, row: LongWork, progress: Progress, seconds: float) -> None:
    row.position = progress.position
    row.done += progress.done
    row.skipped += progress.skipped
    row.total = row.total if progress.total is None else progress.total
    row.figures = {
        **row.figures,
        **{name: row.figures.get(name, 0) + more for name, more in progress.figures.items()},
    }
    row.worked_seconds += seconds
    row.attempts = 0
    _note_refused(ctx, row, progress.refused)
    tell(ctx, row, at_once=False)


def _note_refused(ctx: Context, row: LongWork, refused: Sequence[Refusal]) -> None:
    kept = refused[: max(0, MOST_ERRORS - row.failed)]
    row.failed += len(refused)
    if kept:
        rows = [
            {
                "created_at": ctx.now(),
                "long_work_id": row.id,
                "row": each.row,
                "row_id": each.row_id,
                "name": each.name[:200],
                "column": each.column[:60],
                "reason": each.reason[:60],
                "detail": each.detail,
            }
            for each in kept
        ]
        insert_rows(ctx.session, LongWorkError, rows)


def _finish(runtime: Runtime, lease: Lease, result: Result | None) -> None:
    with open_context(runtime, HAND) as ctx:
        row = hold(ctx, lease)
        if row.state is LongWorkState.CANCELLING:
            settle(ctx, row, LongWorkState.CANCELLED)
        else:
            if result is not None:
                row.result_file_id = keep_file_at(ctx, result.path, result.mime_type)
                row.result_name = result.name
            settle(ctx, row, LongWorkState.DONE)
        tell(ctx, row, at_once=True)


def _fail(runtime: Runtime, lease: Lease, code: str, detail: dict[str, Any]) -> None:
    try:
        with open_context(runtime, HAND) as ctx:
            plain = {name: value for name, value in detail.items() if isinstance(value, str | int)}
            give_up(ctx, hold(ctx, lease), code, plain)
    except LeaseLost:
        return


def _pause(runtime: Runtime, lease: Lease) -> None:
    """Its lease would end by itself; said now, it is found sooner."""
    try:
        with open_context(runtime, HAND) as ctx:
            give_back(ctx, lease, pause=True)
    except LeaseLost:
        return


def _clear_if_over(runtime: Runtime, work_id: int) -> None:
    """What it kept meanwhile holds people's words, and goes as soon as it is not needed."""
    with open_context(runtime, HAND, write=False) as ctx:
        row = ctx.session.get(LongWork, work_id)
    if row is None or row.finished_at is not None:
        shutil.rmtree(folder_of(runtime, work_id), ignore_errors=True)
