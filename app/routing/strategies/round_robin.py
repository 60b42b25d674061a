"""轮询: whoever has gone without the longest, however much they hold."""

from __future__ import annotations

from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Fact, Ranked
from app.routing.strategies.ordered import OrderedStrategy, Place


class RoundRobin(OrderedStrategy):
    name = "round_robin"
    needs = frozenset({Fact.TURNS})

    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        return (person.last_turn, person.id)

    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        return Ranked(person, self.name, rank, {"turn": rank})
