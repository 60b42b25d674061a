"""最少负载: the smallest share of the capacity in use first; on a tie whoever has been here longest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked


class LeastLoaded:
    name = "least_loaded"

    def rank(
        self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Mapping[str, Any]
    ) -> list[Ranked]:
        ordered = sorted(candidates, key=lambda person: (person.load, person.id))
        return [Ranked(person, "least_loaded", round(person.load, 4)) for person in ordered]
