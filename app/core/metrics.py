"""Prometheus figures, one place for all names.

The processes of one machine put theirs into files of one folder (`FOLDER`, which `make run` sets and
empties), so that the web process can tell those of the workers too. Without it each tells its own.
"""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library reads this variable of the environment while it is imported."""

HTTP_SECONDS = Histogram("lingke_http_seconds", "Time to answer a request", ["endpoint", "method", "status"])
SOCKETS = Gauge("lingke_sockets", "Browsers connected", multiprocess_mode="livesum")
EVENTS_DELIVERED = Counter("lingke_events_delivered_total", "Events handed to sockets")
BROWSERS_BEHIND = Counter("lingke_browsers_behind_total", "Browsers that read too slowly and had to ask")
LIVE_STEP_SECONDS = Histogram(
    "lingke_live_step_seconds",
    "On the way to a screen: taken (from accepting a push to its worker's look at it), judged (from there to "
    "the end of the change that follows from it), read (from there to numbered and read), sent (onto lines)",
    ["step"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
PUSHES_AT_ONCE = Histogram(
    "lingke_pushes_at_once", "Pushes that one change took in", buckets=(1, 2, 3, 5, 10, 20, 50, 100)
)
CALLBACKS = Counter("lingke_callbacks_total", "Pushes received", ["platform", "outcome"])
JOBS = Counter("lingke_jobs_total", "Jobs finished", ["job", "outcome"])
JOB_SECONDS = Histogram("lingke_job_seconds", "Time a job took", ["job"])
ITEMS_SET_ASIDE = Counter(
    "lingke_inbound_items_set_aside_total", "Times that an item could not be judged and was set aside"
)
ITEMS = Counter("lingke_inbound_items_total", "Items judged", ["outcome", "reason"])
OUTBOUND = Counter(
    "lingke_outbound_total", "Replies and publications by final state", ["cargo", "platform", "state"]
)
PLATFORM_SECONDS = Histogram(
    "lingke_platform_seconds", "Time a platform took", ["platform", "operation", "outcome"]
)


def exposition() -> bytes:
    """What `/metrics` answers: the figures of all processes that share the folder, else of this one."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return generate_latest()
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def close_files() -> None:
    """In a process that others are forked from, once it has imported this and before the fork.

    Each of them opens files of its own at its first figure. The library would first close those that it has
    from its parent, by numbers that belong to other files by then: a database's connection, say.
    """
    for cleanup in values._multi_process_cleanups:
        files = inspect.getclosurevars(cleanup).nonlocals["files"]
        for file in files.values():
            file.close()
        files.clear()


def _forget_the_dead(folder: Path) -> None:
    """A killed process takes its present state with it (its browsers), not what it has counted."""
    for file in folder.glob("gauge_live*.db"):
        try:
            os.kill(int(file.stem.rpartition("_")[2]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
