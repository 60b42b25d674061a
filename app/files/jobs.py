"""Jobs of files: letting go of what was brought and never used."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.files.job_names import FORGET_UNUSED
from app.files.services import forget_unused
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds

KEEPER = system_actor("keeper of files", Permission.LISTENER_INGEST)


@job(FORGET_UNUSED)
def forget_unused_files(runtime: Runtime) -> None:
    with open_context(runtime, KEEPER) as ctx:
        forget_unused(ctx)


def _forgetting(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_UNUSED)]


PERIODIC = [Periodic("files nobody used", seconds(3600), _forgetting)]
