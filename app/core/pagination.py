"""Keyset paging: a page is named by the sort values of its last row, never by an offset."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Row, Select, and_, or_
from sqlalchemy.orm import Session

from app.core.db import UtcDateTime
from app.core.errors import Invalid
from app.core.inputs import LARGEST_ID

MAX_LIMIT = 200
T = TypeVar("T")
Order = Sequence[tuple[Any, bool]]
"""Columns with whether they descend; the last one tells rows apart that are equal in the others."""


class Paged(Protocol):
    """A list's query, as far as paging goes."""

    @property
    def cursor(self) -> str | None: ...
    @property
    def limit(self) -> int: ...


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: list[T]
    next_cursor: str | None
    """None after the last row."""


def read_page(session: Session, statement: Select[*tuple[Any, ...]], query: Paged, order: Order) -> Page[Any]:
    """One page of the rows that a statement selects, in one statement of its own.

    The rows are the selected objects; where several columns are selected, tuples whose first is the object
    that has the columns of `order`. Raises Invalid for a cursor of another list.
    """
    if query.cursor is not None:
        kinds = [datetime if isinstance(column.type, UtcDateTime) else int for column, _ in order]
        statement = statement.where(after(order, decode_cursor(query.cursor, kinds)))
    ordered = statement.order_by(*(column.desc() if down else column for column, down in order))
    found = session.execute(ordered.limit(query.limit + 1)).all()
    page = list(found[: query.limit])
    if len(found) <= query.limit:
        return Page(_alone(page), None)
    last: Row[Any] = page[-1]
    return Page(_alone(page), encode_cursor([getattr(last[0], column.key) for column, _ in order]))


def _alone(rows: list[Row[Any]]) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in rows]


def encode_cursor(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The sort values again, as many and of the kinds that the list sorts by; raises Invalid otherwise."""
    try:
        values = from_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), allow_inf_nan=False)
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return [_restore(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise Invalid("invalid_cursor", fields={"cursor": "invalid_cursor"}) from None


def _restore(value: Any, kind: type) -> Any:
    if kind is datetime:
        # A row may sort at the end of time: what waits for nobody is due in the year 9999.
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        raise ValueError
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    return value


def after(columns: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind `values` in the order of `columns` (column, descending)."""
    alternatives = []
    for position, (column, descending) in enumerate(columns):
        equal = [c == v for (c, _), v in zip(columns[:position], values[:position], strict=True)]
        beyond = column < values[position] if descending else column > values[position]
        alternatives.append(and_(*equal, beyond))
    return or_(*alternatives)
