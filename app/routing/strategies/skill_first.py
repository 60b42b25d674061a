"""技能优先: whoever is best at what is wanted; among equals the least loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy, by_load


class SkillFirst(Strategy):
    """The levels of the wanted skills added up. Where none is wanted all are equal."""

    name = "skill_first"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        rated = [
            (sum(person.level_of(skill) for skill, _ in request.wanted), person) for person in candidates
        ]
        rated.sort(key=lambda one: (-one[0], by_load(one[1])))
        return [
            Ranked(person, "skill_first", levels, {"skill": levels, "load": round(person.load, 4)})
            for levels, person in rated
        ]
