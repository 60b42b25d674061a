"""A worker process: `python -m app.jobs.worker ingest|outbound|default`.

It listens on exactly one queue: only then does RQ move a job atomically while taking it. The job's
function runs in this process (SimpleWorker), so tables and models are loaded once. Jobs that mostly wait
are handed to a crew (app.jobs.crew); RQ counts those as done when a hand has them.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from typing import cast

import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.composition import start_process
from app.core.jobs import QUEUE_OF, JobName, Queue
from app.core.runtime import Runtime
from app.jobs.crew import Crew
from app.jobs.job import perform
from app.jobs.queue import RedisQueue, rq_queue

log = structlog.get_logger(__name__)
_state: dict[str, Runtime] = {}
_crews: dict[Queue, Crew] = {}
HANDS = {Queue.OUTBOUND: 4}


def run_job(name: str, ids: list[int]) -> None:
    """What RQ calls."""
    runtime = _state["runtime"]
    cast(RedisQueue, runtime.queue).taken(name, ids)
    crew = _crews.get(QUEUE_OF[JobName(name)])
    if crew is None:
        perform(runtime, name, ids)
    else:
        crew.hand_over(partial(perform, runtime, name, ids))


def main(arguments: list[str]) -> int:
    queue = Queue(arguments[0])
    runtime = start_process(f"worker-{queue.value}")
    _state["runtime"] = runtime
    # RQ looks its functions up by module name; under `-m` this module is called __main__.
    sys.modules["app.jobs.worker"] = sys.modules[__name__]
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
        if queue in HANDS:
            _crews[queue] = ending.enter_context(Crew(HANDS[queue]))
        worker.work(with_scheduler=False, logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
