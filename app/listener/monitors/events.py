"""What changes of monitors tell browsers and other packages, and what the audit log keeps of them."""

from __future__ import annotations

from app.accounts.events import ACCOUNT
from app.core.events import EVENTS
from app.listener.monitors.schemas import MonitorChanged
from app.models import Monitor

MONITOR = EVENTS.kind("monitor", Monitor)

MONITOR_UPDATED = EVENTS.declare("monitor.updated", MonitorChanged, MONITOR)

MONITOR_CREATED = EVENTS.act("monitor.created", MONITOR)
MONITOR_EDITED = EVENTS.act("monitor.edited", MONITOR)
MONITOR_PAUSED = EVENTS.act("monitor.paused", MONITOR)
MONITOR_RESUMED = EVENTS.act("monitor.resumed", MONITOR)
MONITOR_DELETED = EVENTS.act("monitor.deleted", MONITOR)
MONITOR_BACKFILLED = EVENTS.act("monitor.backfilled", MONITOR)
ACCOUNT_FILTER_CHANGED = EVENTS.act("account_filter.changed", ACCOUNT)
