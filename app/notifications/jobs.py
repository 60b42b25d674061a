"""Jobs of notifications: reading the event log, forgetting what is old."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import system_actor
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.notifications.following import anything_to_read, read_events
from app.notifications.job_names import FORGET_OLD, READ_EVENTS
from app.notifications.retention import RETENTION

HERALD = system_actor("herald")
MOST_BATCHES = 20


@job(READ_EVENTS)
def read_new_events(runtime: Runtime) -> None:
    """Tell people what new events mean for them."""
    for _ in range(MOST_BATCHES):
        with open_context(runtime, HERALD) as ctx:
            is_more = read_events(ctx)
        if not is_more:
            return


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    forget(runtime, HERALD, RETENTION)


def _new_events(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(READ_EVENTS)] if anything_to_read(ctx) else []


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [
    Periodic("events to notify of", seconds(0.4), _new_events),
    Periodic("old notifications", seconds(1800), _old_rows),
]
