"""The orders of requests: of the lists, and of handing out, which is the first of these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from app.models import ServiceRequest

Sort = list[tuple[Any, bool, type]]
"""Columns, whether they descend, and what their values are; the last one is the id."""
SORTS: dict[str, Sort] = {
    "urgent": [
        (ServiceRequest.urgent_at, False, datetime),
        (ServiceRequest.priority, False, int),
        (ServiceRequest.id, False, int),
    ],
    "newest": [(ServiceRequest.last_inbound_at, True, datetime), (ServiceRequest.id, True, int)],
    "oldest": [(ServiceRequest.last_inbound_at, False, datetime), (ServiceRequest.id, False, int)],
}


def urgency(row: Any) -> tuple[Any, ...]:
    """What the order of urgency compares, the smallest first: a request's values, or the columns of the model
    or of an alias of it. What a list shows first is what the router gives first, because both ask here."""
    return tuple(getattr(row, column.key) for column, _, _ in SORTS["urgent"])


def ordered(sort: Sort, columns: Any = None) -> list[ColumnElement[Any]]:
    """The order by the sort's own columns, or by those of the same name in `columns`."""
    named = [(columns[column.key] if columns is not None else column, down) for column, down, _ in sort]
    return [column.desc() if down else column for column, down in named]
