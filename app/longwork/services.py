"""What people do with long work: begin it, call it off, try its failed rows again, put it away."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, func, select

from app.core.context import Context
from app.core.errors import Conflict
from app.core.idempotency import digest_of, require_same
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import long_work_audience
from app.longwork.changing import settle, tell
from app.longwork.events import (
    LONG_WORK,
    LONG_WORK_CANCELLED,
    LONG_WORK_REMOVED,
    LONG_WORK_STARTED,
)
from app.longwork.job_names import GO_ON
from app.longwork.kinds import KINDS, Kind
from app.longwork.queries import get_work
from app.longwork.reach import reach_of
from app.longwork.schemas import Beginning, LongWorkRemoved
from app.models import UNFINISHED, LongWork, LongWorkError, LongWorkState, Operator

MOST_OPEN = 20
"""Pieces of work that a person may have under way."""


def begin(
    ctx: Context,
    kind: Kind[Any],
    arguments: BaseModel,
    *,
    label: str = "",
    agency_id: int | None = None,
    about_id: int | None = None,
    retry_of: LongWork | None = None,
    asked: Beginning | None = None,
) -> LongWork:
    """Write a piece of work down; a worker takes it on. Its owner is whoever asks.

    With a key in the command `asked` it is written once: the same command again gives the same work, whatever
    has become of it meanwhile.

    Raises Forbidden without the kind's right, Conflict: `too_many_long_works` when they have too many,
    `key_used_otherwise`.
    """
    ctx.require(kind.right)
    earlier = None if asked is None else _begun_by(ctx, asked)
    if earlier is not None:
        return earlier
    _require_room(ctx)
    row = LongWork(
        created_at=ctx.now(),
        kind=kind.key,
        owner_id=ctx.actor.operator_id,
        agency_id=ctx.actor.agency_id if agency_id is None else agency_id,
        about_id=about_id,
        label=label[:200],
        locale=ctx.locale,
        arguments=arguments.model_dump(mode="json"),
        reach=reach_of(ctx.actor),
        retry_of_id=retry_of.id if retry_of is not None else None,
        idempotency_key=asked.idempotency_key if asked is not None else None,
        command_digest=digest_of(ctx.actor, asked) if asked is not None else None,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, LONG_WORK_STARTED, LONG_WORK.of(row), detail={"kind": row.kind, "of": row.arguments})
    tell(ctx, row, at_once=True)
    ctx.defer(GO_ON, row.id)
    return row


def _begun_by(ctx: Context, asked: Beginning) -> LongWork | None:
    """The work that this command has begun. Whoever asks at the same moment waits for the answer."""
    if asked.idempotency_key is None or ctx.actor.operator_id is None:
        return None
    me = ctx.actor.operator_id
    ctx.session.execute(select(Operator.id).where(Operator.id == me).with_for_update(key_share=True))
    number = ctx.session.scalar(
        select(LongWork.id).where(LongWork.owner_id == me, LongWork.idempotency_key == asked.idempotency_key)
    )
    if number is None:
        return None
    found = get_work(ctx, number)
    require_same(found.command_digest, digest_of(ctx.actor, asked))
    return found


def begin_of_itself(ctx: Context, kind: Kind[Any], arguments: BaseModel) -> None:
    """What the installation does by itself, unless it is at it already. It needs nobody's right."""
    if is_open(ctx, kind):
        return
    row = LongWork(
        created_at=ctx.now(),
        kind=kind.key,
        locale=ctx.runtime.settings.default_locale,
        arguments=arguments.model_dump(mode="json"),
    )
    ctx.session.add(row)
    ctx.session.flush()
    tell(ctx, row, at_once=True)
    ctx.defer(GO_ON, row.id)


def is_open(ctx: Context, kind: Kind[Any], about_id: int | None = None) -> bool:
    """Whether such work is under way, whoever began it."""
    statement = select(LongWork.id).where(LongWork.kind == kind.key, LongWork.finished_at.is_(None))
    if about_id is not None:
        statement = statement.where(LongWork.about_id == about_id)
    return ctx.session.scalar(statement.limit(1)) is not None


def call_off(ctx: Context, kind: Kind[Any], about_id: int) -> None:
    """What such work is about goes: whoever is at it takes no further step."""
    open_ = select(LongWork).where(
        LongWork.kind == kind.key, LongWork.about_id == about_id, LongWork.finished_at.is_(None)
    )
    for row in ctx.session.scalars(open_.with_for_update(of=LongWork)):
        _end_soon(ctx, row)
        tell(ctx, row, at_once=True)


def _require_room(ctx: Context) -> None:
    if ctx.actor.operator_id is None:
        return
    under_way = select(func.count()).where(
        LongWork.owner_id == ctx.actor.operator_id, LongWork.finished_at.is_(None)
    )
    if (ctx.session.scalar(under_way) or 0) >= MOST_OPEN:
        raise Conflict("too_many_long_works", most=MOST_OPEN)


def cancel(ctx: Context, work_id: int) -> LongWork:
    """Call it off: at once while nobody works on it, else when the step under way is over.

    What it has done stays. Raises Conflict(`long_work_over`) for one that has ended.
    """
    ctx.require(Permission.SESSION_USE)
    row = get_work(ctx, work_id, lock=True)
    if row.state not in UNFINISHED:
        raise Conflict("long_work_over")
    if row.state is LongWorkState.CANCELLING:
        return row
    _end_soon(ctx, row)
    audit.record(ctx, LONG_WORK_CANCELLED, LONG_WORK.of(row), detail={"kind": row.kind})
    tell(ctx, row, at_once=True)
    return row


def _end_soon(ctx: Context, row: LongWork) -> None:
    """Over at once, or after the step that somebody is at."""
    if row.lease_token is not None and row.lease_until is not None and row.lease_until > ctx.now():
        row.state = LongWorkState.CANCELLING
    else:
        settle(ctx, row, LongWorkState.CANCELLED)


def retry(ctx: Context, work_id: int) -> LongWork:
    """Try the rows that failed again, as a new piece of work of whoever asks.

    Raises Conflict(`nothing_to_retry`) when none failed, or its kind cannot try rows one by one.
    """
    ctx.require(Permission.SESSION_USE)
    row = get_work(ctx, work_id, lock=True)
    kind = KINDS.known(row.kind)
    ids = list(
        ctx.session.scalars(
            select(LongWorkError.row_id)
            .where(LongWorkError.long_work_id == row.id, LongWorkError.row_id.is_not(None))
            .order_by(LongWorkError.id)
        )
    )
    if row.state in UNFINISHED or row.retried_at is not None or kind.retried is None or not ids:
        raise Conflict("nothing_to_retry")
    row.retried_at = ctx.now()
    tell(ctx, row, at_once=True)
    arguments = kind.retried(
        kind.arguments.model_validate(row.arguments), [number for number in ids if number is not None]
    )
    return begin(
        ctx, kind, arguments, label=row.label, agency_id=row.agency_id, about_id=row.about_id, retry_of=row
    )


def remove(ctx: Context, work_id: int) -> None:
    """Put away one that has ended, with its file and its errors. Raises Conflict(`long_work_open`) before."""
    ctx.require(Permission.SESSION_USE)
    row = get_work(ctx, work_id, lock=True)
    if row.state in UNFINISHED:
        raise Conflict("long_work_open")
    about = LONG_WORK.of(row)
    audit.record(ctx, LONG_WORK_REMOVED, about, detail={"kind": row.kind})
    ctx.emit(LONG_WORK_REMOVED, LongWorkRemoved(long_work_id=row.id), long_work_audience(row), about=about)
    ctx.session.execute(delete(LongWork).where(LongWork.id == row.id))
