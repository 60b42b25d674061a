"""Strategies that put each person at a place of their own, whoever else is there.

What a place is made of depends on the person and on what is wanted alone. So the order can be kept while a
batch is handed out, and after each gift one person is moved in it instead of everybody being sorted again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy

Place = tuple[float, ...]
"""The smaller comes first; it ends with the person's id, so that no two are equal."""


class OrderedStrategy(Strategy):
    @abstractmethod
    def place(self, request: RequestFacts, person: OperatorFacts, settings: Any) -> Place | None:
        """Of the request nothing may be read but `wanted` and `lane`. None: this person is not wanted."""

    @abstractmethod
    def told(self, request: RequestFacts, person: OperatorFacts, rank: int, settings: Any) -> Ranked:
        """Why they have the place that they came to; 1 is the best."""

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        placed = [
            (place, person)
            for person in candidates
            if (place := self.place(request, person, settings)) is not None
        ]
        placed.sort(key=lambda one: one[0])
        return [
            self.told(request, person, rank, settings) for rank, (_, person) in enumerate(placed, start=1)
        ]
