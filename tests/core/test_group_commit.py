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
        assert self.go_on.wait(10)
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
        assert squares.entered.wait(10)
        others = [threads.submit(together, n) for n in range(2, 10)]
        assert wait_for(lambda: len(together._waiting) == 8)
        squares.go_on.set()
        assert [first.result(10), *(other.result(10) for other in others)] == [n * n for n in range(1, 10)]
    assert [len(numbers) for numbers in squares.rounds] == [1, 8]


def test_a_round_takes_no_more_than_it_may(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares, most=3)
    squares.go_on.clear()
    with ThreadPoolExecutor(8) as threads:
        calls = [threads.submit(together, n) for n in range(8)]
        assert squares.entered.wait(10)
        assert wait_for(lambda: len(together._waiting) + len(squares.rounds[0]) == 8)
        squares.go_on.set()
        assert sorted(call.result(10) for call in calls) == [n * n for n in range(8)]
    assert max(len(numbers) for numbers in squares.rounds) == 3


def test_an_error_hits_only_the_call_it_belongs_to(squares: Squares) -> None:
    together: GroupCommit[int, int] = GroupCommit(squares, gather_seconds=0.05)
    with ThreadPoolExecutor(3) as threads:
        good, bad, fine = (threads.submit(together, n) for n in (2, -1, 3))
        assert (good.result(10), fine.result(10)) == (4, 9)
        with pytest.raises(ValueError, match="-1"):
            bad.result(10)


def test_when_the_work_fails_every_call_of_the_round_hears_it_and_the_next_round_works() -> None:
    rounds: list[int] = []

    def fails_once(numbers: Sequence[int]) -> list[int | Exception]:
        rounds.append(len(numbers))
        if len(rounds) == 1:
            raise OSError("disk full")
        return list(numbers)

    together: GroupCommit[int, int] = GroupCommit(fails_once, gather_seconds=0.1)
    with ThreadPoolExecutor(2) as threads:
        for call in [threads.submit(together, n) for n in (1, 2)]:
            with pytest.raises(OSError, match="disk full"):
                call.result(10)
    assert together(5) == 5
    assert rounds == [2, 1]


def test_greenlets_share_rounds_as_threads_do() -> None:
    """In a process of its own, patched as gunicorn's worker is; one that is killed holds nobody up."""
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


GREENLETS = """
from gevent import monkey; monkey.patch_all()
import gevent
from app.core.group_commit import GroupCommit
rounds = []
def work(numbers):
    rounds.append(len(numbers)); gevent.sleep(0.02); return [n + 1 for n in numbers]
together = GroupCommit(work)
jobs = [gevent.spawn(together, n) for n in range(50)]
gevent.joinall(jobs, raise_error=True)
assert [job.value for job in jobs] == list(range(1, 51)), [job.value for job in jobs]
assert len(rounds) <= 2, rounds
def slow(numbers):
    gevent.sleep(0.05); return list(numbers)
together = GroupCommit(slow)
first = gevent.spawn(together, 1); gevent.sleep(0.01)
second = gevent.spawn(together, 2); third = gevent.spawn(together, 3); gevent.sleep(0.01)
second.kill()
gevent.joinall([first, third], timeout=5, raise_error=True)
assert (first.value, third.value) == (1, 3)
"""
