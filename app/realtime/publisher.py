"""Numbering events after their commit: the one place that gives out event numbers.

Ids are given when a row is inserted, numbers when its commit is visible, so a reader that has seen
number n has seen everything before it. Two publishers at once are harmless: the counter's row lock
lets one pass after the other.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.counters import take_numbers
from app.core.db import open_session
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.tables import EventLog
from app.realtime.event_log import COUNTER

log = structlog.get_logger(__name__)
BATCH = 1000
WAKE_WRITTEN = ("events", "written")
WAKE_NUMBERED = ("events", "numbered")


def publish_new(runtime: Runtime, *, is_told: bool = False) -> int:
    """Number what has been committed since the last call, up to BATCH; how many. Wakes the readers.

    Unless it is told that there is something, it looks first: on SQLite only one may write at a time.
    """
    if not is_told and not _anything_new(runtime):
        return 0
    session = open_session(runtime.sessions, write=True)
    try:
        count = _number(session, runtime.clock.now())
        session.commit()
    finally:
        session.close()
    if count:
        _wake_readers(runtime)
    return count


def _anything_new(runtime: Runtime) -> bool:
    session = open_session(runtime.sessions, write=False)
    try:
        return session.scalar(select(EventLog.id).where(EventLog.seq.is_(None)).limit(1)) is not None
    finally:
        session.close()


def _number(session: Session, now: datetime) -> int:
    """Number up to BATCH events, the one that was written first before the others; how many."""
    # Nobody else numbers until this transaction ends; what we take is what the statement below gives out.
    first = take_numbers(session, COUNTER, 0, now)
    place = func.row_number().over(order_by=EventLog.id) - 1
    waiting = (
        select(EventLog.id, place.label("place"))
        .where(EventLog.seq.is_(None))
        .order_by(EventLog.id)
        .limit(BATCH)
        .subquery()
    )
    numbered = session.execute(
        update(EventLog)
        .where(EventLog.id == waiting.c.id)
        .values(seq=first + waiting.c.place)
        .execution_options(synchronize_session=False)
    )
    count = int(numbered.rowcount)  # type: ignore[attr-defined]
    if count:
        take_numbers(session, COUNTER, count, now)
    return count


def _wake_readers(runtime: Runtime) -> None:
    try:
        runtime.redis.publish(runtime.redis_key(*WAKE_NUMBERED), b"1")
    except QUEUE_AWAY as error:
        # Readers look by themselves twice a second.
        log.info("readers_not_woken", error=str(error))
