"""Where a question is answered: PostgreSQL counts beside the web process, SQLite inside the one that asks it.

So with SQLite a worker is asked: the web process serves everybody from one loop, and counting a quarter of a
million rows would hold it.
"""

from __future__ import annotations

from app.api.endpoint import OpenUnit
from app.core.permissions import Permission
from app.figures.answering import answer
from app.figures.job_names import ANSWER_FIGURES
from app.figures.schemas import FiguresView, Question
from app.identity.asking import ask_worker


def figures_for(open_unit: OpenUnit, question: Question) -> FiguresView:
    """Raises Invalid that names what is wrong with the question, and what `ask_worker` raises."""
    with open_unit(write=False) as ctx:
        ctx.require(Permission.FIGURES_READ)
        if ctx.runtime.engine.dialect.name != "sqlite":
            return answer(ctx, question)
    return FiguresView.model_validate(ask_worker(ctx, ANSWER_FIGURES, question))
