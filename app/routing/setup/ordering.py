"""Moving one of several rows that have an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

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
