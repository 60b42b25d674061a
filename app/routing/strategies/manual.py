"""手工: nobody is given anything, and nobody takes it: a lead hands it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy


class ByHand(Strategy):
    name = "by_hand"
    waits_as = "left_to_lead"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        return []
