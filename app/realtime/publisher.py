"""Numbering events after their commit: the one place that gives out event numbers.

Ids are given when a row is inserted, numbers when its commit is visible, so a reader that has seen
number n has seen everything before it. Two publishers at once are harmless: the counter's row lock
lets one pass after the other.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.core.db import open_session
from app.core.numbers import lock_counter, take_numbers
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.tables import EventLog
from app.realtime.event_log import COUNTER

log = structlog.get_logger(__name__)
BATCH = 1000
WAKE_WRITTEN = ("events", "written")
WAKE_NUMBERED = ("events", "numbered")


def publish_new(runtime: Runtime) -> int:
    """Number what has been committed since the last call; how many. Wakes the readers."""
    if not _anything_new(runtime):
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
    lock_counter(session, COUNTER, now)
    ids = session.scalars(
        select(EventLog.id).where(EventLog.seq.is_(None)).order_by(EventLog.id).limit(BATCH)
    ).all()
    if not ids:
        return 0
    first = take_numbers(session, COUNTER, len(ids), now)
    statement = update(EventLog).where(EventLog.id == bindparam("row")).values(seq=bindparam("number"))
    rows = [{"row": row, "number": first + offset} for offset, row in enumerate(ids)]
    session.connection().execute(statement, rows)
    return len(ids)


def _wake_readers(runtime: Runtime) -> None:
    try:
        runtime.redis.publish(runtime.redis_key(*WAKE_NUMBERED), b"1")
    except QUEUE_AWAY as error:
        # Readers look by themselves twice a second.
        log.info("readers_not_woken", error=str(error))
