"""Running numbers kept in the database, raised under their row's lock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.db import upsert
from app.core.tables import Counter


def lock_counter(session: Session, name: str, now: datetime) -> None:
    """Hold the counter's row until the transaction ends, so that whoever asks next waits."""
    take_numbers(session, name, 0, now)


def lock_counters(session: Session, names: Collection[str], now: datetime) -> None:
    """Hold several, in the order of their names: two who hold some of the same never wait for one another."""
    wanted = sorted(names)
    held = select(Counter.name).where(Counter.name.in_(wanted)).order_by(Counter.name).with_for_update()
    missing = set(wanted) - set(session.scalars(held))
    if missing:
        rows = [{"name": name, "value": 0, "created_at": now} for name in sorted(missing)]
        session.execute(upsert(session, Counter).values(rows).on_conflict_do_nothing())
        session.scalars(held).all()


def take_numbers(session: Session, name: str, count: int, now: datetime) -> int:
    """Raise the counter by `count`; the first of the numbers taken (1 for a new counter)."""
    statement = update(Counter).where(Counter.name == name).values(value=Counter.value + count)
    value = session.scalar(statement.returning(Counter.value))
    if value is None:
        row = upsert(session, Counter).values(name=name, value=0, created_at=now)
        session.execute(row.on_conflict_do_nothing())
        value = session.scalar(statement.returning(Counter.value))
    if value is None:  # pragma: no cover  the insert above made it exist
        raise RuntimeError(f"counter {name!r} vanished")
    return int(value) - count + 1


def current_number(session: Session, name: str) -> int:
    return session.scalar(select(Counter.value).where(Counter.name == name)) or 0
