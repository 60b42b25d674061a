"""Several threads work at once, no more than there are, and one that fails takes nobody with it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from app.jobs.thread_pool import ThreadPool
from tests.support.stack import wait_for


def test_jobs_run_beside_each_other_and_the_end_waits_for_them() -> None:
    together = threading.Barrier(3)
    done: list[int] = []

    def meet(number: int) -> None:
        together.wait(60)  # passes only when all three are there at once
        done.append(number)

    with ThreadPool(3) as pool:
        for number in range(3):
            pool.hand_over(lambda number=number: meet(number))  # type: ignore[misc]
    assert sorted(done) == [0, 1, 2]


def test_while_all_threads_are_busy_the_next_job_is_not_taken() -> None:
    go_on = threading.Event()
    taken: list[int] = []

    def wait() -> None:
        go_on.wait(60)

    def offer(pool: ThreadPool) -> None:
        for number in range(3):
            pool.hand_over(wait)
            taken.append(number)

    with ThreadPool(2) as pool, ThreadPoolExecutor(1) as elsewhere:
        offering = elsewhere.submit(offer, pool)
        assert wait_for(lambda: taken == [0, 1])
        assert not wait_for(lambda: len(taken) > 2, 0.3)
        go_on.set()
        offering.result(60)
    assert taken == [0, 1, 2]


@pytest.mark.parametrize("error", [ValueError("unforeseen"), OSError("gone")])
def test_a_job_that_fails_frees_its_thread(error: Exception) -> None:
    done: list[bool] = []

    def fail() -> None:
        raise error

    with capture_logs() as logs, ThreadPool(1) as pool:
        pool.hand_over(fail)
        pool.hand_over(lambda: done.append(True))
    assert done == [True]
    assert [entry["event"] for entry in logs] == ["job_thread_failed"]


def test_who_asks_for_free_threads_waits_for_one_and_hears_when_there_will_be_none() -> None:
    go_on = threading.Event()

    def wait() -> None:
        go_on.wait(60)

    with ThreadPool(3) as pool, ThreadPoolExecutor(1) as elsewhere:
        assert (pool.free(2), pool.free(20)) == (2, 3)
        for _ in range(3):
            pool.hand_over(wait)
        asking = elsewhere.submit(pool.free, 20)
        assert not wait_for(asking.done, 0.2)
        go_on.set()
        assert asking.result(60) >= 1
    assert pool.free(20) == 0
