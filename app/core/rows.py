"""Rows by their numbers: what a unit of work has at hand already is not asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Entity, among

E = TypeVar("E", bound=Entity)
_HELD = "held_rows"


def hold(session: Session, rows: Iterable[Any]) -> None:
    """Keep these with the session, which by itself forgets what nobody holds: whoever reacts to a change at
    its end finds them there."""
    session.info.setdefault(_HELD, []).extend(rows)


def held(session: Session, model: type[E]) -> list[E]:
    """Those of a kind that are kept."""
    return [row for row in session.info.get(_HELD, ()) if isinstance(row, model)]


def rows_by_id(session: Session, model: type[E], ids: Iterable[int | None]) -> dict[int, E]:
    """The rows that exist of these, by id; one statement at most, none when the session knows them all.

    They stay with the session: whoever asks next finds them there.
    """
    wanted = {number for number in ids if number is not None}
    known = {number: session.identity_map.get(session.identity_key(model, number)) for number in wanted}
    found: dict[int, E] = {number: row for number, row in known.items() if row is not None}
    missing = sorted(wanted - found.keys())
    if missing:
        found |= {
            row.id: row for row in session.scalars(select(model).where(among(session, model.id, missing)))
        }
    hold(session, found.values())
    return found
