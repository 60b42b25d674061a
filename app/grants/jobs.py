"""Jobs of grants."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.grants.job_names import SETTLE
from app.grants.settling import due, settle
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once
from app.models import Grant

_CLOCK = system_actor("grants", Permission.ROUTING_ASSIGN)


@job(SETTLE)
def settle_grants(runtime: Runtime) -> None:
    with open_context(runtime, _CLOCK) as ctx:
        settle(ctx)


def _due_grants(ctx: Context) -> list[DeferredJob]:
    """One look for all of them, into an index that holds those alone that are not over."""
    found = ctx.session.scalar(select(Grant.id).where(due(ctx.now())).limit(1))
    return [] if found is None else [DeferredJob(SETTLE)]


PERIODIC = [Periodic("grants that begin or end", at_once, _due_grants)]
