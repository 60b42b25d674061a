"""抢单: nobody is given anything; whoever is free takes what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy


class Pull(Strategy):
    name = "pull"
    waits_as = "left_to_pull"

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        return []
