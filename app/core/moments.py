"""Moments in SQL, alike on both databases: between which two of a row of moments one lies, and how many
seconds lie between two.

What PostgreSQL has of its own SQLite is taught by a function (app.core.db makes it known to each connection).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, func, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from app.core.json_text import json_text, json_value

SQLITE_PLACE = "lingke_place"
_AS_STORED = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLite holds a moment: such texts stand in the order of time."""


def place_among(session: Session, column: Any, starts: Sequence[datetime]) -> ColumnElement[int]:
    """How many of `starts`, the earliest first, are not after the column's moment; null where it has none."""
    if session.get_bind().dialect.name == "sqlite":
        listed = json_text([start.astimezone(UTC).strftime(_AS_STORED) for start in starts])
        return func.lingke_place(column, listed, type_=Integer())
    moments = literal(list(starts), postgresql.ARRAY(DateTime(timezone=True)))
    return func.width_bucket(column, moments, type_=Integer())


def sqlite_place(stored: str | None, listed: str) -> int | None:
    return None if stored is None else bisect_right(_starts(listed), stored)


@lru_cache(maxsize=16)
def _starts(listed: str) -> list[str]:
    starts: list[str] = json_value(listed)
    return starts


class _Seconds(FunctionElement[int]):
    type = Integer()
    inherit_cache = True


def seconds_between(earlier: Any, later: Any) -> ColumnElement[int]:
    """Whole seconds, each moment cut to its second; null where one is missing."""
    return _Seconds(earlier, later)


def whole_seconds(earlier: datetime, later: datetime) -> int:
    """The same of two moments at hand."""
    return int(later.timestamp() // 1) - int(earlier.timestamp() // 1)


@compiles(_Seconds, "sqlite")
def _seconds_in_sqlite(element: _Seconds, compiler: Any, **given: Any) -> str:
    # Cut as text: SQLite's own reading rounds to thousandths, and so into the next second.
    earlier, later = (
        f"CAST(strftime('%s', substr({compiler.process(part, **given)}, 1, 19)) AS INTEGER)"
        for part in element.clauses
    )
    return f"({later} - {earlier})"


@compiles(_Seconds, "postgresql")
def _seconds_in_postgresql(element: _Seconds, compiler: Any, **given: Any) -> str:
    earlier, later = (
        f"floor(date_part('epoch', {compiler.process(part, **given)}))" for part in element.clauses
    )
    # As floats: they tell microseconds apart, and are read faster than the numeric of EXTRACT.
    return f"CAST({later} - {earlier} AS INTEGER)"
