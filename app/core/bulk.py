"""Many new rows at once, written alike for SQLite and PostgreSQL.

For a single row the ORM is right. For a batch it builds an object's history, a dictionary and a compiled
statement's parameters for each row, and at thousands of posts a second that costs several times what the
database does. Here the values go through their columns' own types, column by column, into one statement of
the driver: `executemany` on SQLite, arrays that the server unnests on PostgreSQL (binary ones: as text every
element would be escaped in Python). Ids may be taken first (`take_ids`), so that rows point at each other
before any is written; otherwise PostgreSQL gives them while it inserts, in the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, CursorResult, Dialect, LargeBinary, String, Table, func, select, text
from sqlalchemy.orm import Session, make_transient_to_detached

from app.core.db import Base, UtcDateTime
from app.core.json_text import json_text

Values = list[Any]
T = TypeVar("T", bound=Base)
_TAKEN = "ids_taken"
_IGNORING = " ON CONFLICT DO NOTHING"
_NUMBERED = " RETURNING id"


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

    All rows have an id or none has; other columns that are missing get their default.
    """
    if rows and _numbers_them_itself(session, rows):
        return sorted(_write(session, model, rows, _NUMBERED).scalars())
    complete = _with_ids(session, model, rows)
    if complete:
        _write(session, model, complete)
    return [row["id"] for row in complete]


def insert_new_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert the rows that repeat no unique key; the ids of those that were new, ascending."""
    if session.get_bind().dialect.name == "sqlite":
        rows = _with_ids(session, model, rows)
        if not rows:
            return []
        _write(session, model, rows, _IGNORING)
        return _stored_rowids(session, _table(model), rows)
    return sorted(_write(session, model, rows, f"{_IGNORING}{_NUMBERED}").scalars()) if rows else []


def insert_new_rows_by(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], key: str
) -> list[tuple[int, Any]]:
    """Insert the rows that repeat no unique key, the first of those that repeat each other: ids of those that
    were new with their values of column `key`, by ascending ids, which are given in the order of the rows."""
    if not rows:
        return []
    if session.get_bind().dialect.name == "sqlite":
        numbered = _with_ids(session, model, rows)
        values = {row["id"]: row[key] for row in numbered}
        _write(session, model, numbered, _IGNORING)
        return [(number, values[number]) for number in _stored_rowids(session, _table(model), numbered)]
    stored: Any = _write(session, model, rows, f"{_IGNORING}{_NUMBERED}, {key}")
    return sorted(tuple(row) for row in stored)


def add_up(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str],
    sums: Sequence[str],
) -> None:
    """Insert rows; where one with the same unique `key` is there already, add `sums` to its columns."""
    complete = rows if _numbers_them_itself(session, rows) else _with_ids(session, model, rows)
    if complete:
        added = ", ".join(f"{name} = {_table(model).name}.{name} + excluded.{name}" for name in sums)
        _write(session, model, complete, f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}")


def insert_objects(session: Session, objects: Sequence[Base]) -> None:
    """Insert new objects of one class, which the session then knows as if it had flushed them itself."""
    if not objects:
        return
    model = type(objects[0])
    defaults = plan_of(model, session.get_bind().dialect).defaults
    for made in objects:
        for name, default in defaults.items():
            if name != "id" and name not in made.__dict__:
                made.__dict__[name] = default()
    values = [made.__dict__ for made in objects]
    for held in values:
        if held.get("id", 0) is None:
            del held["id"]
    for held, number in zip(values, insert_rows(session, model, values), strict=True):
        held["id"] = number
    for made in objects:
        make_transient_to_detached(made)
    session.add_all(objects)


def detached(model: type[T], values: Mapping[str, Any]) -> T:
    """The object of a row that is stored already, as if it had been read. It belongs to no session, and
    raises when it is asked for a column that `values` lacks."""
    made = model()
    made.__dict__.update(values)
    make_transient_to_detached(made)
    return made


def _numbers_them_itself(session: Session, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the database gives the ids while it inserts: one statement less than taking them before."""
    return session.get_bind().dialect.name != "sqlite" and not any("id" in row for row in rows)


def _with_ids(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    missing = sum("id" not in row for row in rows)
    fresh = iter(take_ids(session, model, missing))
    return [row if "id" in row else {**row, "id": next(fresh)} for row in rows]


def _write(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]], ending: str = ""
) -> CursorResult[Any]:
    connection = session.connection()
    plan = plan_of(model, connection.dialect, numbered="id" in rows[0])
    columns = [plan.values_of(column, rows) for column in plan.columns]
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(plan.insert + ending, list(zip(*columns, strict=True)))
    return connection.exec_driver_sql(plan.insert + ending, tuple(columns))


def _stored_rowids(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    ids = [row["id"] for row in rows]
    within = select(table.c.id).where(table.c.id.between(min(ids), max(ids))).order_by(table.c.id)
    return list(session.connection().scalars(within))


@dataclass(frozen=True)
class Plan:
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


_PLANS: dict[tuple[type[Base], str, bool], Plan] = {}


def plan_of(model: type[Base], dialect: Dialect, *, numbered: bool = True) -> Plan:
    """`numbered`: the rows bring their ids."""
    key = (model, dialect.name, numbered)
    if key not in _PLANS:
        _PLANS[key] = _planned(_table(model), dialect, numbered)
    return _PLANS[key]


def _planned(table: Table, dialect: Dialect, numbered: bool) -> Plan:
    columns = tuple(column for column in table.columns if numbered or column.name != "id")
    names = ", ".join(f'"{column.name}"' for column in columns)
    if dialect.name == "sqlite":
        source = f"VALUES ({', '.join('?' * len(columns))})"
    else:
        arrays = ", ".join(f"%b::{array_type(column, dialect)}[]" for column in columns)
        source = f"SELECT * FROM unnest({arrays})"
    return Plan(
        table,
        columns,
        {column.name: _default_of(column) for column in columns},
        {column.name: _processor(column, dialect) for column in columns},
        f"INSERT INTO {table.name} ({names}) {source}",
    )


def array_type(column: Column[Any], dialect: Dialect) -> str:
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
