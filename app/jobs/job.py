"""The job wrapper: functions registered under a name, run with a runtime and ids."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from app.core.ids import new_request_id
from app.core.jobs import JobName
from app.core.metrics import JOB_SECONDS, JOBS
from app.core.runtime import Runtime

log = structlog.get_logger(__name__)

JobFunction = Callable[..., None]
JOB_FUNCTIONS: dict[JobName, JobFunction] = {}


def job(name: JobName) -> Callable[[JobFunction], JobFunction]:
    """Register a job; it is called as function(runtime, *ids) and opens its own units of work."""

    def decorate(function: JobFunction) -> JobFunction:
        if name in JOB_FUNCTIONS:
            raise ValueError(f"two functions for job {name}")
        JOB_FUNCTIONS[name] = function
        return function

    return decorate


def perform(runtime: Runtime, name: str, ids: list[int]) -> None:
    """Run one job. An error is logged and raised for RQ's records; the rows it left are swept up later."""
    structlog.contextvars.bind_contextvars(job=name, request_id=new_request_id())
    started = time.perf_counter()
    outcome = "failed"
    try:
        JOB_FUNCTIONS[JobName(name)](runtime, *ids)
        outcome = "done"
    finally:
        JOBS.labels(name, outcome).inc()
        JOB_SECONDS.labels(name).observe(time.perf_counter() - started)
        if outcome == "failed":
            log.warning("job_failed", ids=ids)
