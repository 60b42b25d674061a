"""Workers that a test may kill: `python -m tests.longwork.nursery WORK`, its installation in the environment.

It has everything imported, and for each line on its input (how many seconds the worker's clock goes ahead)
forks a worker that goes on with the work until it is over. It says the worker's id, then how it ended.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta

from app.config import load_settings
from app.core.clock import SystemClock
from app.core.unit_of_work import open_context
from app.longwork import runner
from app.longwork.runner import HAND, go_on
from app.models import LongWork
from app.processes.composition import compose
from tests.longwork.counting import COUNTING

assert COUNTING  # the kind that it does


class Ahead(SystemClock):
    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


def work(number: int, ahead: float) -> None:
    runner.SLICE_SECONDS = 0.5
    runtime = compose(load_settings(), clock=Ahead(ahead))
    while True:
        go_on(runtime, number)
        with open_context(runtime, HAND, write=False) as ctx:
            if ctx.session.get_one(LongWork, number).finished_at is not None:
                return


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(number: int) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(number, float(line))
            os._exit(0)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say("over" if status == 0 else "killed")


if __name__ == "__main__":
    main(int(sys.argv[1]))
