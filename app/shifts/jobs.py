"""Jobs of shifts."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.shifts.job_names import REMIND_OF_SHIFTS
from app.shifts.reminding import remind, soon

_PLANNER = system_actor("shifts", Permission.SHIFTS_PLAN)


@job(REMIND_OF_SHIFTS)
def remind_of_shifts(runtime: Runtime) -> None:
    with open_context(runtime, _PLANNER) as ctx:
        remind(ctx)


def _soon(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(REMIND_OF_SHIFTS)] if soon(ctx) else []


PERIODIC = [Periodic("shifts that begin soon", seconds(20), _soon)]
