"""最少负载: the smallest share of the capacity in use first; on a tie whoever has been here longest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy, by_load


class LeastLoaded(Strategy):
    name = "least_loaded"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        return least_loaded(candidates)


def least_loaded(candidates: Sequence[OperatorFacts], reason: str = LeastLoaded.name) -> list[Ranked]:
    """Also what others fall back on."""
    ordered = sorted(candidates, key=by_load)
    return [
        Ranked(person, reason, round(person.load, 4), {"load": round(person.load, 4)}) for person in ordered
    ]
