"""A worker process: `python -m app.processes.worker ingest|outbound|default`.

It listens on exactly one queue: only then does RQ move a job atomically while taking it. The job's
function runs in this process (SimpleWorker), so tables and models are loaded once. The outbound worker has
threads for calls of platforms (app.jobs.thread_pool), which mostly wait. Live jobs are done in a thread of
their own (app.jobs.live).
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import cast

import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core.jobs import LIVE, Queue
from app.core.runtime import Runtime
from app.jobs.hands import lend_hands
from app.jobs.job import perform
from app.jobs.live import LiveThread
from app.jobs.queue import RedisQueue, rq_queue
from app.jobs.thread_pool import ThreadPool
from app.processes.all_jobs import JOB_MODULES
from app.processes.composition import start_process

log = structlog.get_logger(__name__)
assert JOB_MODULES  # noqa: S101  loaded for what they register
_state: dict[str, Runtime] = {}
THREADS = {Queue.OUTBOUND: 8}
NICENESS = {Queue.DEFAULT: 10}
"""Pictures, names and training take what processor time the others leave: nobody waits for them."""


def run_job(name: str, ids: list[int]) -> None:
    """What RQ calls."""
    runtime = _state["runtime"]
    cast(RedisQueue, runtime.queue).taken(name, ids)
    perform(runtime, name, ids)


def main(arguments: list[str]) -> int:
    queue = Queue(arguments[0])
    runtime = start_process(f"worker-{queue.value}")
    _state["runtime"] = runtime
    os.nice(NICENESS.get(queue, 0))
    # RQ looks its functions up by module name; under `-m` this module is called __main__.
    sys.modules["app.processes.worker"] = sys.modules[__name__]
    redis = runtime.redis
    worker = SimpleWorker(
        [rq_queue(queue, redis, runtime.settings.installation)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=60,
        maintenance_interval=60,
        log_job_description=False,
    )
    with ExitStack() as ending:
        if queue in THREADS:
            lend_hands(runtime, ending.enter_context(ThreadPool(THREADS[queue])))
        for live, worker_of in LIVE.items():
            if worker_of is queue:
                ending.enter_context(LiveThread(runtime, live))
        worker.work(with_scheduler=False, logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
