"""轮询: whoever has gone without the longest, however much they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Fact, Ranked, Strategy


class RoundRobin(Strategy):
    name = "round_robin"
    needs = frozenset({Fact.TURNS})

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        ordered = sorted(candidates, key=lambda person: (person.last_turn, person.id))
        return [
            Ranked(person, "round_robin", place, {"turn": place})
            for place, person in enumerate(ordered, start=1)
        ]
