"""Putting jobs on RQ's queues. A lost or doubled job does no harm; see app.core.jobs."""

from __future__ import annotations

from collections import defaultdict

import structlog
from redis import Redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from app.core.jobs import QUEUE_OF, DeferredJob, Queue
from app.core.runtime import QUEUE_AWAY

log = structlog.get_logger(__name__)

ENTRY = "app.jobs.worker.run_job"
TIMEOUT_SECONDS = 120
# A hint that waits is not given again; if its worker dies with it, it may be given again after this long.
HINT_SECONDS = 10


class RedisQueue:
    """Queues jobs and gives the same hint only once until a worker takes it."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    def enqueue(self, jobs: list[DeferredJob]) -> None:
        try:
            by_queue: dict[Queue, list[DeferredJob]] = defaultdict(list)
            for wanted in self._not_given_yet(jobs):
                by_queue[QUEUE_OF[wanted.name]].append(wanted)
            for queue, wanted_jobs in by_queue.items():
                self._push(queue, wanted_jobs)
        except QUEUE_AWAY as error:
            # The scheduler finds the rows again.
            log.warning("jobs_not_queued", error=repr(error), jobs=len(jobs))

    def _not_given_yet(self, jobs: list[DeferredJob]) -> list[DeferredJob]:
        """One round trip, however many: the scheduler names every reply that waits, five times a second."""
        with self._redis.pipeline(transaction=False) as asked:
            for wanted in jobs:
                asked.set(self.hint_key(wanted.name, wanted.ids), b"1", nx=True, ex=HINT_SECONDS)
            return [wanted for wanted, given in zip(jobs, asked.execute(), strict=True) if given]

    def _push(self, queue: Queue, jobs: list[DeferredJob]) -> None:
        rq = rq_queue(queue, self._redis, self._prefix)
        data = [
            RqQueue.prepare_data(
                ENTRY,
                args=[wanted.name.value, list(wanted.ids)],
                timeout=TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=3600,
            )
            for wanted in jobs
        ]
        rq.enqueue_many(data)

    def hint_key(self, name: str, ids: tuple[int, ...] | list[int]) -> str:
        return f"{self._prefix}:hint:{name}:{','.join(map(str, ids))}"

    def taken(self, name: str, ids: list[int]) -> None:
        """A worker starts: from now on new rows need a new hint."""
        self._redis.delete(self.hint_key(name, ids))


def rq_queue(queue: Queue, redis: Redis, prefix: str) -> RqQueue:
    return RqQueue(f"{prefix}-{queue.value}", connection=redis, serializer=JSONSerializer)
