"""Jobs of routing."""

from __future__ import annotations

from app.core.context import Context
from app.core.events import Event
from app.core.jobs import JobName
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.routing.services import assign_waiting

_ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)


@job(JobName.ROUTING_ASSIGN_WAITING)
def assign_waiting_requests(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        assign_waiting(ctx)


def on_presence_changed(ctx: Context, _event: Event) -> None:
    """Somebody came to work (or left): look at the queue again."""
    ctx.defer(JobName.ROUTING_ASSIGN_WAITING)
