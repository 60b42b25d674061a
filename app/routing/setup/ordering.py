"""Queues and rules have an order: reading them in it, and moving one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select

from app.core.context import Context
from app.models import RoutingQueue, RoutingRule

Row = TypeVar("Row", RoutingQueue, RoutingRule)


def move(rows: Sequence[Row], row: Row, position: int) -> bool:
    """Put one to a place counted from 0, beyond the end: last; whether that changed anything.

    The positions of the others follow, so that there are neither gaps nor two of one number.
    """
    others = [one for one in rows if one.id != row.id]
    at = min(position, len(others))
    ordered = list(others)
    ordered.insert(at, row)
    changed = [one.id for one in ordered] != [one.id for one in rows]
    for place, one in enumerate(ordered):
        if one.position != place:
            one.position = place
    return changed


def standing_in_order(ctx: Context, table: type[Row], agency_id: int) -> list[Row]:
    """An agency's queues or rules in their order, locked by their numbers: no two changes of them meet."""
    rows = ctx.session.scalars(
        select(table)
        .where(table.agency_id == agency_id, table.removed_at.is_(None))
        .order_by(table.id)
        .with_for_update(key_share=True)
    )
    return sorted(rows, key=lambda row: (row.position, row.id))
