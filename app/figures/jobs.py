"""What workers do for figures."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.office import OFFICE_ZONE
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.figures import keeping
from app.figures.answering import answer
from app.figures.job_names import ANSWER_FIGURES, CHECK_SUMS, KEEP_SUMS
from app.figures.schemas import Question
from app.identity.asking import answer_asker
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds

_KEEPER = system_actor("figures")
NIGHT = range(1, 6)
"""Hours of the office in which sums are held against their rows."""


@job(ANSWER_FIGURES)
def answer_figures(runtime: Runtime, question: int) -> None:
    """The numbers that somebody waits for."""
    answer_asker(runtime, question, Question, answer)


@job(KEEP_SUMS)
def keep_sums(runtime: Runtime) -> None:
    """Sum past days that are old enough, and those whose rows have changed."""
    keeping.keep_up(lambda: open_context(runtime, _KEEPER))


@job(CHECK_SUMS)
def check_sums(runtime: Runtime) -> None:
    """Hold some days against their rows."""
    with open_context(runtime, _KEEPER, write=False) as ctx:
        days = keeping.unchecked(ctx)
    keeping.check(lambda: open_context(runtime, _KEEPER), days)


def _days_to_sum(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(KEEP_SUMS)] if keeping.is_anything_due(ctx) else []


def _days_to_check(ctx: Context) -> list[DeferredJob]:
    is_night = ctx.now().astimezone(OFFICE_ZONE).hour in NIGHT
    return [DeferredJob(CHECK_SUMS)] if is_night and keeping.unchecked(ctx) else []


PERIODIC = [
    Periodic("days to sum", seconds(60), _days_to_sum),
    Periodic("sums to check", seconds(120), _days_to_check),
]
