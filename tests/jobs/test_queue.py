"""Hints on the queue: given once, found again when lost, and harmless when a job or its worker dies."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY
from redis import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core.jobs import LIVE, DeferredJob, Queue
from app.core.runtime import Runtime
from app.jobs import job as registry
from app.jobs.job import perform, registered_jobs
from app.jobs.periodic import Periodic
from app.jobs.queue import HINT_SECONDS, RedisQueue, rq_queue
from app.listener.job_names import JUDGE_ITEMS, POLL_STREAM
from app.processes import worker
from app.processes.scheduler import run_due

JUDGE = DeferredJob(JUDGE_ITEMS)
POLL = POLL_STREAM.name


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


@pytest.fixture
def ran(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """What the polling job was called with; a negative id makes it fail."""
    calls: list[tuple[int, ...]] = []

    def poll(_runtime: Runtime, *ids: int) -> None:
        calls.append(ids)
        if ids[0] < 0:
            raise RuntimeError("the job fails")

    monkeypatch.setitem(registry._REGISTERED, POLL, (POLL_STREAM, poll))
    monkeypatch.setitem(worker._state, "runtime", runtime)
    return calls


def waiting(runtime: Runtime, queue: Queue = Queue.INGEST) -> list[tuple[str, list[int]]]:
    if queue in LIVE:
        assert isinstance(runtime.queue, RedisQueue)
        return list(iter(partial(runtime.queue.take_live, queue, 0.05), None))
    jobs = rq_queue(queue, runtime.redis, "test").jobs
    return [(job.args[0], job.args[1]) for job in jobs]


def work(runtime: Runtime) -> None:
    """A worker that does what waits on the ingest queue, in this process, and stops."""
    ingest = rq_queue(Queue.INGEST, runtime.redis, "test")
    simple = SimpleWorker([ingest], connection=runtime.redis, serializer=JSONSerializer)
    simple.work(burst=True, with_scheduler=False, logging_level="ERROR")


def test_a_hint_that_waits_is_given_once(runtime: Runtime, queue: RedisQueue) -> None:
    for _ in range(5):
        queue.enqueue([JUDGE, DeferredJob(POLL_STREAM, (1,)), DeferredJob(POLL_STREAM, (2,))])
    assert waiting(runtime) == [("listener.judge_items", []), ("listener.poll_stream", [1]), (POLL, [2])]


def test_once_a_worker_has_taken_it_the_hint_may_be_given_again(
    runtime: Runtime, queue: RedisQueue, ran: list[tuple[int, ...]]
) -> None:
    """Else a row that comes while the job runs would wait for the sweep."""
    queue.enqueue([DeferredJob(POLL_STREAM, (1,))])
    work(runtime)
    queue.enqueue([DeferredJob(POLL_STREAM, (1,))])
    assert waiting(runtime) == [(POLL, [1])]
    work(runtime)
    assert ran == [(1,), (1,)]


def test_a_hint_that_died_with_the_queue_can_be_given_again_soon(runtime: Runtime, queue: RedisQueue) -> None:
    queue.enqueue([JUDGE])
    assert 0 < runtime.redis.ttl(queue.hint_key(JUDGE.job.name, JUDGE.ids)) <= HINT_SECONDS
    runtime.redis.flushdb()
    queue.enqueue([JUDGE])
    assert waiting(runtime) == [(JUDGE.job.name, [])]


def test_jobs_wait_on_the_queue_of_their_kind(runtime: Runtime, queue: RedisQueue) -> None:
    queue.enqueue([DeferredJob(declared, (1,)) for declared in registered_jobs()])
    for kind in Queue:
        expected = {declared.name for declared in registered_jobs() if declared.queue is kind}
        assert {name for name, _ in waiting(runtime, kind)} == expected


def test_a_failing_job_stops_nobody_and_is_counted(
    runtime: Runtime, queue: RedisQueue, ran: list[tuple[int, ...]]
) -> None:
    before = _counted("failed")
    queue.enqueue([DeferredJob(POLL_STREAM, (-1,)), DeferredJob(POLL_STREAM, (2,))])
    work(runtime)
    assert ran == [(-1,), (2,)]
    assert rq_queue(Queue.INGEST, runtime.redis, "test").failed_job_registry.count == 1
    assert _counted("failed") == before + 1
    queue.enqueue([DeferredJob(POLL_STREAM, (-1,))])
    assert waiting(runtime) == [(POLL, [-1])], "the row it left is hinted at again"


def _counted(outcome: str) -> float:
    labels = {"job": POLL, "outcome": outcome}
    return REGISTRY.get_sample_value("lingke_jobs_total", labels) or 0.0


def test_an_unknown_job_is_an_error_and_not_silence(runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="no such job"):
        perform(runtime, "no such job", [])


def test_without_a_queue_the_caller_goes_on() -> None:
    gone = RedisQueue(Redis.from_url("unix:///nowhere/at-all.sock"), "test")
    gone.enqueue([JUDGE])  # logged, and found again by the scheduler


def test_one_periodic_entrys_trouble_does_not_stop_the_others(runtime: Runtime) -> None:
    def broken(_ctx: Any) -> list[DeferredJob]:
        raise RuntimeError("this entry fails")

    entries = [
        Periodic("broken", lambda _settings: 0.0, broken),
        Periodic("whole", lambda _settings: 60.0, lambda _ctx: [JUDGE]),
    ]
    last: dict[str, float] = {}
    run_due(runtime, entries, last)
    assert waiting(runtime) == [(JUDGE.job.name, [])]
    runtime.redis.flushdb()
    run_due(runtime, entries, last)
    assert waiting(runtime) == [], "its minute is not over"
