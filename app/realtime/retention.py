"""How long the event log is kept: as far as a browser may catch up, and some days for who looks into it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement

from app.core.context import Context
from app.core.retention import Rule
from app.core.tables import EventLog
from app.realtime.event_log import newest


def _is_over(ctx: Context) -> ColumnElement[bool]:
    """Both beyond what is replayed and old enough; what has no number yet has not been heard by anybody."""
    settings = ctx.runtime.settings
    replayed = EventLog.seq > newest(ctx.session) - settings.event_retention
    return (
        EventLog.seq.is_not(None)
        & ~replayed
        & (EventLog.created_at < ctx.now() - timedelta(days=settings.event_days))
    )


RETENTION = (Rule(EventLog, _is_over),)
