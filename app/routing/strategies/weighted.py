"""加权: work in proportion to the weights that the queue gives its people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked
from app.routing.strategies.ordered import OrderedStrategy, Place

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

    def weight_of(self, operator_id: int) -> int:
        """As the last entry that names them says."""
        named = (one.weight for one in reversed(self.weights) if one.operator_id == operator_id)
        return next(named, 1)


class Weighted(OrderedStrategy):
    """Whoever holds least for their weight, counted with the request itself: 2 of weight 3 before 1 of 1."""

    name = "weighted"
    settings = Weights
    waits_as = "none_with_weight"

    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        weight = settings.weight_of(person.id)
        return ((person.open_requests + 1) / weight, -weight, person.id) if weight > 0 else None

    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        weight, held = settings.weight_of(person.id), person.open_requests
        return Ranked(person, self.name, round((held + 1) / weight, 4), {"weight": weight, "held": held})
