"""The job wrapper: functions registered under a name, run with a runtime and ids."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from app.core.ids import new_request_id
from app.core.jobs import Job, Queue
from app.core.metrics import JOB_SECONDS, JOBS
from app.core.runtime import Runtime

log = structlog.get_logger(__name__)

JobFunction = Callable[..., None]
_REGISTERED: dict[str, tuple[Job, JobFunction]] = {}


def job(declared: Job) -> Callable[[JobFunction], JobFunction]:
    """Register what a job does; it is called as function(runtime, *ids) and opens its own units of work."""

    def decorate(function: JobFunction) -> JobFunction:
        if declared.name in _REGISTERED:
            raise ValueError(f"two functions for job {declared.name}")
        _REGISTERED[declared.name] = declared, function
        return function

    return decorate


def registered_jobs() -> frozenset[Job]:
    """Those that this process can do."""
    return frozenset(declared for declared, _ in _REGISTERED.values())


def queue_of(name: str) -> Queue:
    return _registered(name)[0].queue


def _registered(name: str) -> tuple[Job, JobFunction]:
    if name not in _REGISTERED:
        raise ValueError(f"no such job: {name}")
    return _REGISTERED[name]


def perform(runtime: Runtime, name: str, ids: list[int]) -> None:
    """Run one job. An error is logged and raised for RQ's records; the rows it left are swept up later."""
    structlog.contextvars.bind_contextvars(job=name, request_id=new_request_id())
    started = time.perf_counter()
    outcome = "failed"
    try:
        _registered(name)[1](runtime, *ids)
        outcome = "done"
    finally:
        JOBS.labels(name, outcome).inc()
        JOB_SECONDS.labels(name).observe(time.perf_counter() - started)
        if outcome == "failed":
            log.warning("job_failed", ids=ids)
