"""Workers that go on with one long work until it is over: `python -m tests.longwork.nursery WORK`."""

from __future__ import annotations

import sys
from functools import partial

from app.config import load_settings
from app.core.unit_of_work import open_context
from app.longwork import runner
from app.longwork.runner import HAND, go_on
from app.models import LongWork
from app.processes.composition import compose
from tests.longwork.counting import COUNTING
from tests.support.killing import Ahead, raise_workers

assert COUNTING  # the kind that it does


def work(number: int, ahead: float) -> None:
    runner.SLICE_SECONDS = 0.5
    runtime = compose(load_settings(), clock=Ahead(ahead))
    while True:
        go_on(runtime, number)
        with open_context(runtime, HAND, write=False) as ctx:
            if ctx.session.get_one(LongWork, number).finished_at is not None:
                return


if __name__ == "__main__":
    raise_workers(partial(work, int(sys.argv[1])))
