"""Many new rows at once, written alike for SQLite and PostgreSQL.

For a single row the ORM is right. For a batch it builds an object's history, a dictionary and a compiled
statement's parameters for each row, and at thousands of posts a second that costs several times what the
database does. Here the ids are taken first, so that rows may point at each other before any is written; then
the values go through their columns' own types, column by column, into one statement of the driver:
`executemany` on SQLite, arrays that the server unnests on PostgreSQL (binary ones: as text every element
would be escaped in Python).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, CursorResult, Dialect, LargeBinary, String, Table, func, select, text
from sqlalchemy.orm import Session, make_transient_to_detached

from app.core.db import Base, UtcDateTime
from app.core.json_text import json_text

Values = list[Any]
_TAKEN = "ids_taken"
_IGNORING = " ON CONFLICT DO NOTHING"


def take_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Ids for rows of `model` that this transaction is about to insert, ascending."""
    table = _table(model)
    if not count:
        return []
    if session.get_bind().dialect.name == "sqlite":
        return _next_rowids(session, table, count)
    statement = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return sorted(session.connection().scalars(statement, {"table": table.name, "count": count}))


def _next_rowids(session: Session, table: Table, count: int) -> list[int]:
    """SQLite gives the highest id plus one, and a writing transaction is alone: so may we."""
    taken: dict[str, int] = session.info.setdefault(_TAKEN, {})
    highest = session.connection().scalar(select(func.max(table.c.id))) or 0
    first = max(highest, taken.get(table.name, 0)) + 1
    taken[table.name] = first + count - 1
    return list(range(first, first + count))


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows, given by column name; their ids, in order.

    Ids that are missing are taken; columns that are missing get their default.
    """
    complete = _with_ids(session, model, rows)
    if complete:
        _write(session, model, complete)
    return [row["id"] for row in complete]


def insert_new_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert the rows that repeat no unique key; the ids of those that were new, ascending."""
    complete = _with_ids(session, model, rows)
    return _stored(session, model, complete) if complete else []


def add_up(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str],
    sums: Sequence[str],
) -> None:
    """Insert rows; where one with the same unique `key` is there already, add `sums` to its columns."""
    complete = _with_ids(session, model, rows)
    if complete:
        added = ", ".join(f"{name} = {_table(model).name}.{name} + excluded.{name}" for name in sums)
        _write(session, model, complete, f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}")


def insert_objects(session: Session, objects: Sequence[Base]) -> None:
    """Insert new objects of one class, which the session then knows as if it had flushed them itself."""
    if not objects:
        return
    model = type(objects[0])
    missing = [made for made in objects if made.__dict__.get("id") is None]
    for made, number in zip(missing, take_ids(session, model, len(missing)), strict=True):
        made.__dict__["id"] = number
    plan = _plan(model, session.get_bind().dialect)
    for made in objects:
        for column in plan.columns:
            if column.name not in made.__dict__:
                made.__dict__[column.name] = plan.defaults[column.name]()
    _write(session, model, [made.__dict__ for made in objects])
    for made in objects:
        make_transient_to_detached(made)
    session.add_all(objects)


def _with_ids(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    missing = sum("id" not in row for row in rows)
    fresh = iter(take_ids(session, model, missing))
    return [row if "id" in row else {**row, "id": next(fresh)} for row in rows]


def _stored(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of those rows that were stored, where repeats are ignored."""
    if session.get_bind().dialect.name == "sqlite":
        _write(session, model, rows, _IGNORING)
        return _stored_rowids(session, _table(model), rows)
    return sorted(_write(session, model, rows, f"{_IGNORING} RETURNING id").scalars())


def _write(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], ending: str = ""
) -> CursorResult[Any]:
    connection = session.connection()
    plan = _plan(model, connection.dialect)
    columns = [plan.values_of(column, rows) for column in plan.columns]
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(plan.insert + ending, list(zip(*columns, strict=True)))
    return connection.exec_driver_sql(plan.insert + ending, tuple(columns))


def _stored_rowids(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    ids = [row["id"] for row in rows]
    within = select(table.c.id).where(table.c.id.between(min(ids), max(ids))).order_by(table.c.id)
    return list(session.connection().scalars(within))


@dataclass(frozen=True)
class _Plan:
    """How rows of one table are written in one dialect."""

    table: Table
    columns: tuple[Column[Any], ...]
    defaults: dict[str, Callable[[], Any]]
    processors: dict[str, Callable[[Any], Any] | None]
    insert: str
    """The statement without what to do on a conflict."""

    def values_of(self, column: Column[Any], rows: Iterable[Mapping[str, Any]]) -> Values:
        """The column's values as the driver takes them."""
        name, default = column.name, self.defaults[column.name]
        values = [row[name] if name in row else default() for row in rows]
        process = self.processors[name]
        return values if process is None else _processed(values, process)


def _processed(values: Values, process: Callable[[Any], Any]) -> Values:
    """Many columns hold one and the same object throughout a batch (a moment, an enum's member)."""
    result: Values = []
    last: Any = _processed
    for value in values:
        if value is not last:
            last, made = value, process(value)
        result.append(made)
    return result


_PLANS: dict[tuple[type[Base], str], _Plan] = {}


def _plan(model: type[Base], dialect: Dialect) -> _Plan:
    key = (model, dialect.name)
    if key not in _PLANS:
        _PLANS[key] = _planned(_table(model), dialect)
    return _PLANS[key]


def _planned(table: Table, dialect: Dialect) -> _Plan:
    columns = tuple(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    if dialect.name == "sqlite":
        source = f"VALUES ({', '.join('?' * len(columns))})"
    else:
        arrays = ", ".join(f"%b::{_array_type(column, dialect)}[]" for column in columns)
        source = f"SELECT * FROM unnest({arrays})"
    return _Plan(
        table,
        columns,
        {column.name: _default_of(column) for column in columns},
        {column.name: _processor(column, dialect) for column in columns},
        f"INSERT INTO {table.name} ({names}) {source}",
    )


def _array_type(column: Column[Any], dialect: Dialect) -> str:
    """An explicit cast to varchar(n) would cut in silence; text is checked when it is assigned."""
    kind = column.type.dialect_impl(dialect)
    impl = getattr(kind, "impl", kind)
    return "TEXT" if isinstance(impl, String) else kind.compile(dialect)


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    kind = column.type.dialect_impl(dialect)
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json_text(value)
    if isinstance(kind, LargeBinary):
        return None
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _sqlite_moment
    return kind.bind_processor(dialect)


def _sqlite_moment(value: datetime | None) -> str | None:
    """What UtcDateTime stores on SQLite, in a quarter of the time."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime must not reach the database")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _default_of(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  every model of ours is a table
    return table
