"""What every change of a piece of work brings: its end with a moment, and browsers told at a bounded rate."""

from __future__ import annotations

from datetime import timedelta

from app.core.context import Context
from app.identity.scope import long_work_audience
from app.longwork.events import LONG_WORK, LONG_WORK_CHANGED
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkChanged
from app.models import LongWork, LongWorkState

TOLD_EVERY = timedelta(seconds=1)


def settle(ctx: Context, row: LongWork, state: LongWorkState) -> None:
    """It has ended: nobody holds it any more."""
    row.state = state
    row.finished_at = ctx.now()
    row.lease_token = row.lease_until = None


def tell(ctx: Context, row: LongWork, *, at_once: bool) -> None:
    """Tell browsers how it stands; of mere progress at most once in a second."""
    now = ctx.now()
    if not at_once and row.told_at is not None and now - row.told_at < TOLD_EVERY:
        return
    row.told_at = now
    ctx.session.flush()
    ctx.session.refresh(row, ["owner", "result_file"])
    payload = LongWorkChanged(long_work=work_view(ctx, row))
    ctx.emit(LONG_WORK_CHANGED, payload, long_work_audience(row), about=LONG_WORK.of(row))
