"""Jobs of identity."""

from __future__ import annotations

from app.core.jobs import JobName
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.services import sweep_sessions
from app.jobs.job import job

_JANITOR = system_actor("janitor")


@job(JobName.IDENTITY_SWEEP_SESSIONS)
def sweep_idle_sessions(runtime: Runtime) -> None:
    with open_context(runtime, _JANITOR) as ctx:
        sweep_sessions(ctx)
