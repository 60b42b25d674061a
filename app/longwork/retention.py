"""How long ended work is kept, with its errors and its file."""

from __future__ import annotations

from datetime import timedelta

from app.core.retention import Rule
from app.models import LongWork

RETENTION = (
    Rule(
        LongWork,
        lambda ctx: (
            LongWork.finished_at.is_not(None)
            & (LongWork.finished_at < ctx.now() - timedelta(days=ctx.runtime.settings.long_work_days))
        ),
    ),
)
