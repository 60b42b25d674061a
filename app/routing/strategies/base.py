"""What a strategy is: one pure method over facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.routing.facts import OperatorFacts, RequestFacts


@dataclass(frozen=True)
class Ranked:
    """A candidate in the order of preference, with the reason as a code and the number that it stands on."""

    operator: OperatorFacts
    reason: str
    value: float


class Strategy(Protocol):
    @property
    def name(self) -> str:
        """The code under which decisions name it."""
        ...

    def rank(
        self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Mapping[str, Any]
    ) -> list[Ranked]:
        """Those who may have it, best first; whoever is missing is not wanted. Equal facts, equal order."""
        ...
