"""What long work tells browsers, and what the audit log keeps of it."""

from __future__ import annotations

from app.core.events import EVENTS
from app.longwork.schemas import LongWorkChanged, LongWorkRemoved
from app.models import LongWork

LONG_WORK = EVENTS.kind("long_work", LongWork)

LONG_WORK_CHANGED = EVENTS.declare("long_work.changed", LongWorkChanged, LONG_WORK, newest_wins=True)
LONG_WORK_REMOVED = EVENTS.declare("long_work.removed", LongWorkRemoved, LONG_WORK, audited=True)

LONG_WORK_STARTED = EVENTS.act("long_work.started", LONG_WORK)
LONG_WORK_CANCELLED = EVENTS.act("long_work.cancelled", LONG_WORK)
LONG_WORK_DOWNLOADED = EVENTS.act("long_work.downloaded", LONG_WORK)
