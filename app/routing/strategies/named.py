"""指定: the people that the queue names, in that order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy

MOST_NAMED = 50


class Names(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_ids: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=MOST_NAMED)] = []


class Named(Strategy):
    """Nobody who is not named gets anything."""

    name = "named"
    settings = Names
    waits_as = "none_of_the_named"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        places = {
            number: place for place, number in reversed(list(enumerate(settings.operator_ids, start=1)))
        }
        ordered = sorted((person for person in candidates if person.id in places), key=lambda p: places[p.id])
        return [
            Ranked(person, "named", places[person.id], {"named": places[person.id]}) for person in ordered
        ]
