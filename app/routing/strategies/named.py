"""指定: the people that the queue names, in that order."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked
from app.routing.strategies.ordered import OrderedStrategy, Place

MOST_NAMED = 50


class Names(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_ids: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=MOST_NAMED)] = []


class Named(OrderedStrategy):
    """Nobody who is not named gets anything."""

    name = "named"
    settings = Names
    waits_as = "none_of_the_named"

    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        named = settings.operator_ids
        return (named.index(person.id) + 1, person.id) if person.id in named else None

    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        place = settings.operator_ids.index(person.id) + 1
        return Ranked(person, self.name, place, {"named": place})
