"""技能优先: whoever is best at what is wanted; among equals the least loaded."""

from __future__ import annotations

from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, by_load
from app.routing.strategies.ordered import OrderedStrategy, Place


class SkillFirst(OrderedStrategy):
    """The levels of the wanted skills added up. Where none is wanted all are equal."""

    name = "skill_first"

    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        return (-_levels(request, person), *by_load(person))

    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        levels = _levels(request, person)
        return Ranked(person, self.name, levels, {"skill": levels, "load": round(person.load, 4)})


def _levels(request: RequestFacts, person: OperatorFacts) -> int:
    return sum(person.level_of(skill) for skill, _ in request.wanted)
