"""Concurrent calls share rounds of work; each gets its own result or its own error."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.group_commit import GroupCommit
from tests.support.stack import wait_for


class Squares:
    """Work that can be held up, and remembers its rounds."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.rounds.append(list(numbers))
        self.entered.set()
        assert self.go_on.wait(60)
        return [n * n if n >= 0 else ValueError(n) for n in numbers]


@pytest.fixture
def squares() -> Squares:
    return Squares()


def test_a_call_gets_its_own_result(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares)
    assert [together(3), together(4)] == [9, 16]
    assert squares.rounds == [[3], [4]]


def test_what_comes_during_a_round_shares_the_next(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares)
    squares.go_on.clear()
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(together, 1)
        assert squares.entered.wait(60)
        others = [threads.submit(together, n) for n in range(2, 10)]
        assert wait_for(lambda: len(together._waiting) == 8)
        squares.go_on.set()
        assert [first.result(60), *(other.result(60) for other in others)] == [n * n for n in range(1, 10)]
    assert [len(numbers) for numbers in squares.rounds] == [1, 8]


def test_a_round_takes_no_more_than_it_may(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares, most=3)
    squares.go_on.clear()
    with ThreadPoolExecutor(8) as threads:
        calls = [threads.submit(together, n) for n in range(8)]
        assert squares.entered.wait(60)
        assert wait_for(lambda: len(together._waiting) + len(squares.rounds[0]) == 8)
        squares.go_on.set()
        assert sorted(call.result(60) for call in calls) == [n * n for n in range(8)]
    assert max(len(numbers) for numbers in squares.rounds) == 3


def test_an_error_hits_only_the_call_it_belongs_to(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares, gather_seconds=0.05)
    with ThreadPoolExecutor(3) as threads:
        good, bad, fine = (threads.submit(together, n) for n in (2, -1, 3))
        assert (good.result(60), fine.result(60)) == (4, 9)
        with pytest.raises(ValueError, match="-1"):
            bad.result(60)


def test_when_the_work_fails_every_call_of_the_round_hears_it_and_the_next_round_works() -> None:
    rounds: list[int] = []
    both_wait = threading.Event()

    def fails_the_second_time(numbers: Sequence[int]) -> list[int | Exception]:
        rounds.append(len(numbers))
        if len(rounds) == 1:
            assert both_wait.wait(60)
        if len(rounds) == 2:
            raise OSError("disk full")
        return list(numbers)

    together: GroupCommit[int, int] = GroupCommit(fails_the_second_time)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(together, 0)
        assert wait_for(lambda: rounds == [1])
        failing = [threads.submit(together, n) for n in (1, 2)]
        assert wait_for(lambda: len(together._waiting) == 2)
        both_wait.set()
        for call in failing:
            with pytest.raises(OSError, match="disk full"):
                call.result(60)
        assert first.result(60) == 0
    assert together(5) == 5
    assert rounds == [1, 2, 1]


def test_greenlets_share_rounds_as_threads_do() -> None:
    """In a process of its own, patched as gunicorn's worker is; one that is killed holds nobody up."""
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


GREENLETS = """
from gevent import monkey; monkey.patch_all()
import gevent, gevent.event
from app.core.group_commit import GroupCommit
rounds = []
def work(numbers):
    rounds.append(len(numbers))
    while sum(rounds) + len(together._waiting) < 50:
        gevent.sleep(0.001)
    return [n + 1 for n in numbers]
together = GroupCommit(work)
jobs = [gevent.spawn(together, n) for n in range(50)]
gevent.joinall(jobs, raise_error=True)
assert [job.value for job in jobs] == list(range(1, 51)), [job.value for job in jobs]
assert len(rounds) <= 2, rounds
def slow(numbers):
    begun.set(); go_on.wait(); return list(numbers)
begun, go_on = gevent.event.Event(), gevent.event.Event()
together = GroupCommit(slow)
first = gevent.spawn(together, 1); begun.wait()
second = gevent.spawn(together, 2); third = gevent.spawn(together, 3)
while len(together._waiting) < 2:
    gevent.sleep(0.001)
second.kill()
go_on.set()
gevent.joinall([first, third], timeout=60, raise_error=True)
assert (first.value, third.value) == (1, 3)
"""
