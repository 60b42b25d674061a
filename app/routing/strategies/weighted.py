"""加权: work in proportion to the weights that the queue gives its people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy

MOST_WEIGHTS = 200


class Weight(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_id: Annotated[int, Field(ge=1)]
    weight: Annotated[int, Field(ge=0, le=10)]
    """Nobody with 0 is given anything."""


class Weights(BaseModel):
    model_config = ConfigDict(extra="forbid")
    weights: Annotated[list[Weight], Field(max_length=MOST_WEIGHTS)] = []
    """Whoever is not named counts 1."""


class Weighted(Strategy):
    """Whoever holds least for their weight, counted with the request itself: 2 of weight 3 before 1 of 1."""

    name = "weighted"
    settings = Weights
    waits_as = "none_with_weight"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        weights = {one.operator_id: one.weight for one in settings.weights}
        rated = [
            ((person.open_requests + 1) / weight, weight, person)
            for person in candidates
            if (weight := weights.get(person.id, 1)) > 0
        ]
        rated.sort(key=lambda one: (one[0], -one[1], one[2].id))
        return [
            Ranked(person, "weighted", round(share, 4), {"weight": weight, "held": person.open_requests})
            for share, weight, person in rated
        ]
