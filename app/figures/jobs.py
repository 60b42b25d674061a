"""What workers do for figures."""

from __future__ import annotations

from app.core.runtime import Runtime
from app.figures.answering import answer
from app.figures.job_names import ANSWER_FIGURES
from app.figures.schemas import Question
from app.identity.asking import answer_asker
from app.jobs.job import job


@job(ANSWER_FIGURES)
def answer_figures(runtime: Runtime, question: int) -> None:
    """The numbers that somebody waits for."""
    answer_asker(runtime, question, Question, answer)
