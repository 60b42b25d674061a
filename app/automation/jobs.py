"""Jobs of automation: following what happens, watching the time, doing runs, forgetting old ones."""

from __future__ import annotations

from app.automation import dry_run, following, judging, running, timing
from app.automation.acting import HAND
from app.automation.job_names import FOLLOW, FORGET_OLD, LOOK_OVER, RUN, WATCH_TIME
from app.automation.retention import RETENTION
from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once, seconds

LOOKS_AT_ONCE = 20
assert dry_run.DRY_RUN  # noqa: S101  loaded: a worker does it


@job(FOLLOW)
def follow(runtime: Runtime) -> None:
    """Look at what has happened; after so many looks the rest waits for the next job."""
    for _ in range(LOOKS_AT_ONCE):
        with open_context(runtime, HAND) as ctx:
            is_more = following.follow(ctx)
        if not is_more:
            return


@job(WATCH_TIME)
def watch_time(runtime: Runtime) -> None:
    with open_context(runtime, HAND) as ctx:
        timing.watch_time(ctx)


@job(RUN)
def perform_run(runtime: Runtime, run_id: int) -> None:
    running.perform(runtime, run_id)


@job(LOOK_OVER)
def look_over(runtime: Runtime) -> None:
    with open_context(runtime, HAND) as ctx:
        judging.look_over(ctx)


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    forget(runtime, HAND, RETENTION)


def _news(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FOLLOW)] if following.has_news(ctx) else []


def _time(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(WATCH_TIME)] if following.any_on(ctx.session, "time") else []


def _open_runs(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(RUN, (number,)) for number in running.open_runs(ctx)]


def _rules(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(LOOK_OVER)] if judging.any_to_look_over(ctx) else []


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [
    Periodic("events for rules", at_once, _news),
    Periodic("moments of rules", seconds(10), _time),
    Periodic("open runs of rules", seconds(5), _open_runs),
    Periodic("whether rules are whole", seconds(60), _rules),
    Periodic("old runs of rules", seconds(1800), _old_rows),
]
