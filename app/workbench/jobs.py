"""Jobs of the workbench."""

from __future__ import annotations

from app.core.jobs import JobName
from app.core.runtime import Runtime
from app.jobs.job import job
from app.outbound.courier import deliver
from app.workbench.cargo import REPLIES


@job(JobName.WORKBENCH_DELIVER_REPLY)
def deliver_reply(runtime: Runtime, outbound_id: int) -> None:
    """One step of a reply's delivery."""
    deliver(runtime, REPLIES, outbound_id)
