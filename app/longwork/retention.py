"""How long ended work is kept: what holds people's words shorter than what only tells that it was done."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, or_

from app.core.context import Context
from app.core.retention import Rule
from app.models import LongWork

HISTORY = timedelta(days=90)


def _is_over(ctx: Context) -> ColumnElement[bool]:
    days = timedelta(days=ctx.runtime.settings.long_work_days)
    with_words = or_(LongWork.result_file_id.is_not(None), LongWork.failed > 0)
    return LongWork.finished_at.is_not(None) & or_(
        with_words & (LongWork.finished_at < ctx.now() - days),
        LongWork.finished_at < ctx.now() - max(days, HISTORY),
    )


RETENTION = (Rule(LongWork, _is_over),)
