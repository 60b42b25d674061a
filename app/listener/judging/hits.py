"""Recording which monitors caught which items."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.bulk import insert_new_rows
from app.core.context import Context
from app.listener.chain.chain_items import ChainItem
from app.models import MonitorHit


def note_hits(ctx: Context, chain_items: Sequence[ChainItem]) -> int:
    """One row per monitor and item, however often it is noticed; how many were told of."""
    rows = [
        {
            "created_at": ctx.now(),
            "monitor_id": monitor.id,
            "inbound_item_id": chain_item.item.id,
            "account_id": chain_item.item.account_id,
            "published_at": chain_item.item.published_at,
        }
        for chain_item in chain_items
        for monitor in chain_item.monitors
    ]
    insert_new_rows(ctx.session, MonitorHit, rows)
    return len(rows)
