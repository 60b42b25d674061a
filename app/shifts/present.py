"""Who is on shift now: a fact for routing, for reminders, and for whoever looks after people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import among
from app.models import Shift

OVERRUN_SHOWN_FOR = timedelta(hours=6)
"""Whoever works for so long after the end of a shift is shown to be over it; later it is another day."""


def on_shift(session: Session, operator_ids: Collection[int], now: datetime) -> set[int]:
    """Who of these people works now as it is planned; one statement, none for nobody."""
    if not operator_ids:
        return set()
    rows = session.scalars(
        select(Shift.operator_id).where(
            among(session, Shift.operator_id, operator_ids),
            Shift.removed_at.is_(None),
            Shift.begins_at <= now,
            Shift.ends_at > now,
        )
    )
    return set(rows)


def shift_ends(session: Session, operator_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """By person, when the shift ends in which they are, or ended that is over since lately; one statement."""
    if not operator_ids:
        return {}
    rows = session.execute(
        select(Shift.operator_id, func.max(Shift.ends_at))
        .where(
            among(session, Shift.operator_id, operator_ids),
            Shift.removed_at.is_(None),
            Shift.begins_at <= now,
            Shift.ends_at > now - OVERRUN_SHOWN_FOR,
        )
        .group_by(Shift.operator_id)
    )
    return {row[0]: row[1] for row in rows}
