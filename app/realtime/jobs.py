"""Jobs of realtime."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import system_actor
from app.core.retention import forget
from app.core.runtime import Runtime
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.realtime.job_names import FORGET_OLD
from app.realtime.retention import RETENTION

_JANITOR = system_actor("janitor")


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    """Delete what the rules say is over."""
    forget(runtime, _JANITOR, RETENTION)


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [Periodic("old rows of realtime", seconds(1800), _old_rows)]
