"""Jobs of topics."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.topics.clustering import cluster_recent
from app.topics.job_names import WATCH
from app.topics.volumes import raise_alerts, roll_up

_WATCHER = system_actor("watcher", Permission.LISTENER_INGEST)


@job(WATCH)
def watch_bursts(runtime: Runtime) -> None:
    """Count the hour, gather topics, raise alerts: in this order, so that an alert can name its topic."""
    with open_context(runtime, _WATCHER) as ctx:
        roll_up(ctx)
        cluster_recent(ctx)
        raise_alerts(ctx)


def _bursts(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(WATCH)]


PERIODIC = [Periodic("bursts", seconds(30), _bursts)]
