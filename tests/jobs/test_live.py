"""Live jobs: taken at once by a thread beside the worker's own, which a failure does not end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from app.accounts.job_names import PROCESS_DELIVERIES
from app.core.jobs import DeferredJob, Queue
from app.core.runtime import Runtime
from app.jobs import job as registry
from app.jobs.live import LiveThread
from app.jobs.queue import RedisQueue
from tests.support.stack import wait_for

PUSHES = DeferredJob(PROCESS_DELIVERIES)


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


class Work:
    """What stands for the job: it notes that it ran, fails as often as it is told, and takes its time."""

    def __init__(self) -> None:
        self.done = 0
        self.failures = 0
        self.seconds = 0.0

    def __call__(self, _runtime: Runtime, *_ids: int) -> None:
        self.done += 1
        if self.failures >= self.done:
            raise RuntimeError("the job fails")
        time.sleep(self.seconds)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    made = Work()
    monkeypatch.setitem(registry._REGISTERED, PROCESS_DELIVERIES.name, (PROCESS_DELIVERIES, made))
    return made


@pytest.fixture
def thread(runtime: Runtime, queue: RedisQueue) -> Iterator[LiveThread]:
    with LiveThread(runtime, Queue.LIVE) as made:
        yield made


@pytest.mark.usefixtures("thread")
def test_a_live_job_runs_while_the_workers_own_thread_calculates(queue: RedisQueue, work: Work) -> None:
    """What calculates gives way at every switch, not only when it waits for something."""
    queue.enqueue([PUSHES])
    until = time.monotonic() + 60
    while not work.done and time.monotonic() < until:
        sum(range(1000))
    assert work.done == 1


@pytest.mark.usefixtures("thread")
def test_one_that_fails_stops_nobody_and_may_be_given_again(queue: RedisQueue, work: Work) -> None:
    work.failures = 1
    queue.enqueue([PUSHES])
    assert wait_for(lambda: work.done == 1)
    queue.enqueue([PUSHES])
    assert wait_for(lambda: work.done == 2)


def test_hints_that_wait_are_one_and_the_end_waits_for_what_is_under_way(
    runtime: Runtime, queue: RedisQueue, work: Work
) -> None:
    for _ in range(5):
        queue.enqueue([PUSHES])
    work.seconds = 0.3
    with LiveThread(runtime, Queue.LIVE):
        assert wait_for(lambda: work.done == 1)
    assert work.done == 1
    assert not any(thread.name == "live" for thread in threading.enumerate())
