"""Workers that follow what happens and do the runs of rules until none is open."""

from __future__ import annotations

from app.automation import following
from app.automation.acting import HAND
from app.automation.running import open_runs, perform
from app.config import load_settings
from app.core.unit_of_work import open_context
from app.processes import all_jobs
from app.processes.composition import compose
from tests.support.killing import Ahead, raise_workers

assert all_jobs.JOB_MODULES  # loaded: a worker knows them


def work(ahead: float) -> None:
    runtime = compose(load_settings(), clock=Ahead(ahead))
    while True:
        with open_context(runtime, HAND) as ctx:
            following.follow(ctx)
        with open_context(runtime, HAND, write=False) as ctx:
            runs, is_more = open_runs(ctx), following.has_news(ctx)
        for number in runs:
            perform(runtime, number)
        if not runs and not is_more:
            return


if __name__ == "__main__":
    raise_workers(work)
