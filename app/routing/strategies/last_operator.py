"""熟客优先: back to whoever answered this customer last, if that was lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Fact, Ranked, Strategy
from app.routing.strategies.least_loaded import least_loaded


class Acquaintance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    days: Annotated[int, Field(ge=1, le=365)] = 30
    """What was longer ago does not count."""
    exclusive: bool = False
    """Nobody else gets it: it waits for them. Without: they come first, then the least loaded."""


class LastOperator(Strategy):
    name = "last_operator"
    settings = Acquaintance
    needs = frozenset({Fact.LAST_ANSWER})
    waits_as = "waits_for_last_operator"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        if request.answered_by is None or request.answered_by[1] > timedelta(days=settings.days):
            return least_loaded(candidates)
        known, ago = request.answered_by
        days = round(ago / timedelta(days=1), 2)
        theirs = [
            Ranked(person, "last_operator", days, {"days_ago": days, "load": round(person.load, 4)})
            for person in candidates
            if person.id == known
        ]
        if settings.exclusive and request.answerer_serves:
            return theirs
        return theirs + least_loaded([person for person in candidates if person.id != known])
