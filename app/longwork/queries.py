"""Reads of long work: one's own and, for who manages it, everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.pagination import read_page
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.longwork.kinds import KINDS
from app.longwork.reach import covers
from app.longwork.schemas import LongWorkList, LongWorkQuery, LongWorkResult, LongWorkView
from app.models import UNFINISHED, LongWork, LongWorkError, LongWorkState

WITH_RELATED = (joinedload(LongWork.owner), joinedload(LongWork.result_file))
_ROWS_THAT_TELL = 20
"""What fewer rows took says nothing about the rest."""
_ERRORS_AT_ONCE = 1000


def list_work(ctx: Context, query: LongWorkQuery) -> LongWorkList:
    """Newest first. Two statements."""
    statement = scope(select(LongWork), ctx.actor, LongWork).options(*WITH_RELATED)
    if not query.everybody:
        statement = statement.where(LongWork.owner_id == ctx.actor.operator_id)
    page = read_page(ctx.session, statement, query, [(LongWork.id, True)])
    return LongWorkList(items=[work_view(ctx, row) for row in page.rows], next_cursor=page.next_cursor)


def get_work(ctx: Context, work_id: int, *, lock: bool = False) -> LongWork:
    """With what its view needs; raises NotFound for one that the actor does not see."""
    statement = scope(select(LongWork), ctx.actor, LongWork).where(LongWork.id == work_id)
    if lock:
        statement = statement.with_for_update(of=LongWork)
    shown = statement.options(*WITH_RELATED).execution_options(populate_existing=True)
    row = ctx.session.scalars(shown).one_or_none()
    if row is None:
        raise NotFound
    return row


def work_view(ctx: Context, row: LongWork) -> LongWorkView:
    """The view of a piece of work whose owner and result are loaded."""
    text = translate(f"errors.{row.error}", row.locale, **row.error_detail) if row.error else None
    return LongWorkView(
        id=row.id,
        kind=row.kind,
        label=row.label,
        owner=PersonRef(id=row.owner.id, name=row.owner.name) if row.owner else None,
        state=row.state,
        total=row.total,
        done=row.done,
        skipped=row.skipped,
        failed=row.failed,
        seconds_left=_seconds_left(row),
        error=row.error,
        error_text=text,
        result=_result(ctx, row),
        may_retry=_may_retry(row),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        version=row.version,
    )


def _seconds_left(row: LongWork) -> int | None:
    seen = row.done + row.skipped + row.failed
    if row.state is not LongWorkState.RUNNING or row.total is None or seen < _ROWS_THAT_TELL:
        return None
    return ceil(row.worked_seconds / seen * max(0, row.total - seen))


def _result(ctx: Context, row: LongWork) -> LongWorkResult | None:
    if row.result_file is None or row.finished_at is None:
        return None
    days = timedelta(days=ctx.runtime.settings.long_work_days)
    return LongWorkResult(
        name=row.result_name or "", size=row.result_file.size, kept_until=row.finished_at + days
    )


def _may_retry(row: LongWork) -> bool:
    is_over = row.state not in UNFINISHED and row.retried_at is None
    return is_over and row.failed > 0 and KINDS.known(row.kind).retried is not None


def result_of(ctx: Context, work_id: int) -> LongWork:
    """A piece of work whose file the actor may have.

    Raises NotFound when there is none, or when it holds more than the actor could see now.
    """
    row = get_work(ctx, work_id)
    if row.result_file is None or row.state is not LongWorkState.DONE or not covers(ctx.actor, row.reach):
        raise NotFound
    ctx.require(KINDS.known(row.kind).right)
    return row


def errors_of(ctx: Context, work_id: int) -> Iterator[LongWorkError]:
    """The rows that failed, in order, as many as are kept. Raises NotFound as `result_of` does."""
    row = get_work(ctx, work_id)
    if not covers(ctx.actor, row.reach):
        raise NotFound
    ctx.require(KINDS.known(row.kind).right)
    return _errors(ctx, row.id)


def _errors(ctx: Context, work_id: int) -> Iterator[LongWorkError]:
    last = 0
    while True:
        page = ctx.session.scalars(
            select(LongWorkError)
            .where(LongWorkError.long_work_id == work_id, LongWorkError.id > last)
            .order_by(LongWorkError.id)
            .limit(_ERRORS_AT_ONCE)
        ).all()
        yield from page
        if len(page) < _ERRORS_AT_ONCE:
            return
        last = page[-1].id
