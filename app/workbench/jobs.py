"""Jobs and reactions of the workbench."""

from __future__ import annotations

from app.core.jobs import JobName
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.workbench import delivery

_COURIER = system_actor("courier", Permission.REPLIES_DELIVER, Permission.ACCOUNTS_SYNC)


@job(JobName.WORKBENCH_DELIVER_REPLY)
def deliver_reply(runtime: Runtime, outbound_id: int) -> None:
    """One step of delivery: take, call, record."""
    with open_context(runtime, _COURIER) as ctx:
        task = delivery.take(ctx, outbound_id)
    if task is None:
        return
    outcome = delivery.perform(runtime, task)
    with open_context(runtime, _COURIER) as ctx:
        delivery.record(ctx, task, outcome)
