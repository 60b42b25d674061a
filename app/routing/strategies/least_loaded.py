"""最少负载: the smallest share of the capacity in use first; on a tie whoever has been here longest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, by_load
from app.routing.strategies.ordered import OrderedStrategy, Place


class LeastLoaded(OrderedStrategy):
    name = "least_loaded"

    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        return by_load(person)

    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        return _told(person, self.name)


def least_loaded(candidates: Sequence[OperatorFacts], reason: str = LeastLoaded.name) -> list[Ranked]:
    """Also what others fall back on."""
    return [_told(person, reason) for person in sorted(candidates, key=by_load)]


def _told(person: OperatorFacts, reason: str) -> Ranked:
    load = round(person.load, 4)
    return Ranked(person, reason, load, {"load": load})
