"""Several hands work at once, no more than there are, and one that fails takes nobody with it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from app.jobs.crew import Crew
from tests.support.stack import wait_for


def test_jobs_run_beside_each_other_and_the_end_waits_for_them() -> None:
    together = threading.Barrier(3)
    done: list[int] = []

    def meet(number: int) -> None:
        together.wait(10)  # passes only when all three are there at once
        done.append(number)

    with Crew(3) as crew:
        for number in range(3):
            crew.hand_over(lambda number=number: meet(number))  # type: ignore[misc]
    assert sorted(done) == [0, 1, 2]


def test_while_all_hands_are_busy_the_next_job_is_not_taken() -> None:
    go_on = threading.Event()
    taken: list[int] = []

    def wait() -> None:
        go_on.wait(10)

    def offer(crew: Crew) -> None:
        for number in range(3):
            crew.hand_over(wait)
            taken.append(number)

    with Crew(2) as crew, ThreadPoolExecutor(1) as elsewhere:
        offering = elsewhere.submit(offer, crew)
        assert wait_for(lambda: taken == [0, 1])
        assert not wait_for(lambda: len(taken) > 2, 0.3)
        go_on.set()
        offering.result(10)
    assert taken == [0, 1, 2]


@pytest.mark.parametrize("error", [ValueError("unforeseen"), OSError("gone")])
def test_a_job_that_fails_frees_its_hand(error: Exception) -> None:
    done: list[bool] = []

    def fail() -> None:
        raise error

    with capture_logs() as logs, Crew(1) as crew:
        crew.hand_over(fail)
        crew.hand_over(lambda: done.append(True))
    assert done == [True]
    assert [entry["event"] for entry in logs] == ["hand_failed"]
