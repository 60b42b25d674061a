"""Jobs of publishing."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.runtime import Runtime
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once
from app.outbound.courier import deliver_due
from app.outbound.ledger import due
from app.publishing.cargo import PUBLICATIONS
from app.publishing.job_names import DELIVER_PUBLICATIONS


@job(DELIVER_PUBLICATIONS)
def deliver_publications(runtime: Runtime) -> None:
    """Carry away the publications that are due."""
    deliver_due(runtime, PUBLICATIONS)


def _due_publications(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(PUBLICATIONS.job)] if due(ctx, PUBLICATIONS, limit=1) else []


PERIODIC = [Periodic("due publications", at_once, _due_publications)]
