"""Recording which monitors caught which items."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite

from app.core.context import Context
from app.listener.subjects import Subject
from app.models import MonitorHit


def note_hits(ctx: Context, subjects: Sequence[Subject]) -> int:
    """One row per monitor and item, however often it is noticed; how many were told of."""
    rows = [
        {
            "created_at": ctx.now(),
            "monitor_id": monitor.id,
            "inbound_item_id": subject.item.id,
            "account_id": subject.item.account_id,
            "published_at": subject.item.published_at,
        }
        for subject in subjects
        for monitor in subject.monitors
    ]
    if rows:
        dialect = sqlite if ctx.session.get_bind().dialect.name == "sqlite" else postgresql
        ctx.session.connection().execute(dialect.insert(MonitorHit).on_conflict_do_nothing(), rows)
    return len(rows)
