"""Putting jobs on RQ's queues, and live ones on a list. A lost or doubled job does no harm (app.core.jobs).

RQ keeps books on each job: a dozen commands and milliseconds of Python, which is nothing for a poll and a
tenth of what a push costs. A live job is one entry of a list, and whoever takes it looks into the database.
"""

from __future__ import annotations

from collections import defaultdict
from typing import cast

import structlog
from redis import Redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException

from app.core.jobs import LIVE, DeferredJob, Queue
from app.core.json_text import json_text, json_value
from app.core.runtime import QUEUE_AWAY

log = structlog.get_logger(__name__)

ENTRY = "app.processes.worker.run_job"
TIMEOUT_SECONDS = 120
TIME_IS_UP = JobTimeoutException
"""What a job that takes longer meets wherever it stands; it says nothing of what was being done."""
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
                by_queue[wanted.job.queue].append(wanted)
            for queue, wanted_jobs in by_queue.items():
                if queue in LIVE:
                    entries = [json_text([wanted.job.name, wanted.ids]) for wanted in wanted_jobs]
                    self._redis.rpush(self._list_of(queue), *entries)
                else:
                    self._push(queue, wanted_jobs)
        except QUEUE_AWAY as error:
            # The scheduler finds the rows again.
            log.warning("jobs_not_queued", error=repr(error), jobs=len(jobs))

    def _not_given_yet(self, jobs: list[DeferredJob]) -> list[DeferredJob]:
        """One round trip, however many: the scheduler names every reply that waits, five times a second."""
        with self._redis.pipeline(transaction=False) as asked:
            for wanted in jobs:
                asked.set(self.hint_key(wanted.job.name, wanted.ids), b"1", nx=True, ex=HINT_SECONDS)
            return [wanted for wanted, given in zip(jobs, asked.execute(), strict=True) if given]

    def _push(self, queue: Queue, jobs: list[DeferredJob]) -> None:
        rq = rq_queue(queue, self._redis, self._prefix)
        data = [
            RqQueue.prepare_data(
                ENTRY,
                args=[wanted.job.name, list(wanted.ids)],
                timeout=TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=3600,
            )
            for wanted in jobs
        ]
        rq.enqueue_many(data)

    def take_live(self, queue: Queue, seconds: float) -> tuple[str, list[int]] | None:
        """The next live job's name and ids, waited for so long; None when none has come."""
        found = cast("tuple[bytes, bytes] | None", self._redis.blpop([self._list_of(queue)], timeout=seconds))
        if found is None:
            return None
        name, ids = json_value(found[1])
        self.taken(name, ids)
        return name, ids

    def _list_of(self, queue: Queue) -> str:
        return f"{self._prefix}:jobs:{queue.value}"

    def hint_key(self, name: str, ids: tuple[int, ...] | list[int]) -> str:
        return f"{self._prefix}:hint:{name}:{','.join(map(str, ids))}"

    def taken(self, name: str, ids: list[int]) -> None:
        """A worker starts: from now on new rows need a new hint."""
        self._redis.delete(self.hint_key(name, ids))


def rq_queue(queue: Queue, redis: Redis, prefix: str) -> RqQueue:
    return RqQueue(f"{prefix}-{queue.value}", connection=redis, serializer=JSONSerializer)
