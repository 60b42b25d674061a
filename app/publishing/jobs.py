"""Jobs of publishing."""

from __future__ import annotations

from app.core.jobs import JobName
from app.core.runtime import Runtime
from app.jobs.job import job
from app.outbound.courier import deliver
from app.publishing.cargo import PUBLICATIONS


@job(JobName.PUBLISHING_DELIVER_PUBLICATION)
def deliver_publication(runtime: Runtime, outbound_id: int) -> None:
    """One step of a publication's delivery."""
    deliver(runtime, PUBLICATIONS, outbound_id)
