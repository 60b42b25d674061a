"""Reading the numbered event log: after a number, and whether that number is still within reach."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.counters import current_number
from app.core.tables import EventLog

COUNTER = "events"
BATCH = 500


def newest(session: Session) -> int:
    """The number of the newest published event, 0 before the first."""
    return current_number(session, COUNTER)


def read_after(session: Session, after: int, *, limit: int = BATCH) -> Sequence[EventLog]:
    return session.scalars(
        select(EventLog).where(EventLog.seq > after).order_by(EventLog.seq).limit(limit)
    ).all()


def out_of_reach(session: Session, after: int, retention: int) -> bool:
    """True when somebody at `after` missed more than we replay or still keep, or knows a future we lost."""
    now = newest(session)
    if after > now or now - after > retention:
        return True
    # Numbers are dense: without the next one, what follows is not all that was.
    return after < now and session.scalar(select(EventLog.id).where(EventLog.seq == after + 1)) is None
