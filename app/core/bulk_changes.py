"""Changes of many rows at once, in one statement for all that changed in the same columns.

The ORM writes a versioned row by itself, one round trip each, because it looks at each one's count. Here the
versions travel as an array beside the values, and one count says whether all of them still stood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from app.core.bulk import array_type, plan_of
from app.core.db import Base

_FEW = 3
"""So many rows the ORM writes as well itself."""


def write_changes(session: Session, objects: Sequence[Base]) -> None:
    """Write what was changed of stored objects of one class with a version, which rises by one; the session
    then knows them as if it had flushed them. What is not a change of a column is left to a flush.

    Raises StaleDataError when a row is another than the object was read from.
    """
    sets: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for one in objects:
        names = _changed(one)
        if names:
            sets[names].append(one)
    for names, rows in sets.items():
        if len(rows) > _FEW:
            _update(session, rows, names)


def _changed(one: Any) -> tuple[str, ...]:
    """The columns that are others than they were read; none where that is not all."""
    state: InstanceState[Any] = one._sa_instance_state
    held, before = one.__dict__, state.committed_state
    changed = [name for name, value in before.items() if name not in held or held[name] != value]
    table = type(one).__table__.columns
    if not state.persistent or any(name not in held or name not in table for name in changed):
        return ()
    return tuple(sorted(changed))


def _update(session: Session, rows: Sequence[Any], names: Sequence[str]) -> None:
    connection = session.connection()
    model = type(rows[0])
    plan = plan_of(model, connection.dialect)
    table: Table = plan.table
    values = [
        plan.values_of(table.columns[name], [row.__dict__ for row in rows])
        for name in (*names, "id", "version")
    ]
    if connection.dialect.name == "sqlite":
        sets = ", ".join(f'"{name}" = ?' for name in names)
        text = f"UPDATE {table.name} SET {sets}, version = version + 1 WHERE id = ? AND version = ?"
        done = connection.exec_driver_sql(text, list(zip(*values, strict=True))).rowcount
    else:
        columns = [table.columns[name] for name in (*names, "id", "version")]
        arrays = ", ".join(f"%b::{array_type(column, connection.dialect)}[]" for column in columns)
        sets = ", ".join(f'"{name}" = v.c{at}' for at, name in enumerate(names))
        known = ", ".join(f"c{at}" for at in range(len(columns)))
        number, version = len(names), len(names) + 1
        text = (
            f"UPDATE {table.name} SET {sets}, version = {table.name}.version + 1"
            f" FROM unnest({arrays}) AS v({known})"
            f" WHERE {table.name}.id = v.c{number} AND {table.name}.version = v.c{version}"
        )
        done = connection.exec_driver_sql(text, tuple(values)).rowcount
    if done != len(rows):
        raise StaleDataError(f"{len(rows) - done} rows of {table.name} have changed meanwhile")
    for row in rows:
        for name in names:
            set_committed_value(row, name, row.__dict__[name])
        set_committed_value(row, "version", row.version + 1)
        # Nothing is left to write: a flush need not compare each of its columns again.
        row._sa_instance_state._commit_all(row.__dict__, session.identity_map)
