"""Every feature's kinds of notifications, for the processes that write or show them."""

from __future__ import annotations

from app.accounts import notices as account_notices
from app.automation import notices as automation_notices
from app.longwork import notices as long_work_notices
from app.routing import notices as routing_notices
from app.shifts import notices as shift_notices
from app.topics import notices as topic_notices
from app.workbench import notices as workbench_notices

NOTICE_MODULES = (
    routing_notices,
    workbench_notices,
    topic_notices,
    long_work_notices,
    account_notices,
    automation_notices,
    shift_notices,
)
"""Imported for the kinds that they declare."""
