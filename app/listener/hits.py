"""Recording which monitors caught which items."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.bulk import insert_new_rows
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
    insert_new_rows(ctx.session, MonitorHit, rows)
    return len(rows)
