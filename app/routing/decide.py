"""Who gets a request: exclusions, then a strategy. Pure: the router, a test box and what-if all call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.routing.exclusions import excluded
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import DEFAULT_STRATEGY, STRATEGIES, Strategy

NOBODY = "nobody_available"


@dataclass(frozen=True)
class Considered:
    """Somebody who serves the account: shut out with a code, or ranked (1 is the best)."""

    operator: OperatorFacts
    excluded: str | None
    rank: int | None = None

    def record(self) -> dict[str, Any]:
        """As the decision's row keeps it."""
        person = self.operator
        return {
            "operator_id": person.id,
            "name": person.name,
            "capacity": person.capacity,
            "presence": person.presence.value,
            "open_requests": person.open_requests,
            "excluded": self.excluded,
            "rank": self.rank,
        }


@dataclass(frozen=True)
class Choice:
    """What came out. Applying it is the lifecycle's."""

    request: RequestFacts
    strategy: str
    reason: str
    considered: tuple[Considered, ...]
    chosen: OperatorFacts | None


def decide(
    request: RequestFacts,
    operators: Sequence[OperatorFacts],
    strategy: Strategy = STRATEGIES[DEFAULT_STRATEGY],
    settings: Mapping[str, Any] | None = None,
) -> Choice:
    """`operators` are all who serve the account, in id order; nothing is changed."""
    codes = {person.id: excluded(request, person, operators) for person in operators}
    free = [person for person in operators if codes[person.id] is None]
    ranked = strategy.rank(request, free, settings or {})
    places = {one.operator.id: place for place, one in enumerate(ranked, start=1)}
    return Choice(
        request=request,
        strategy=strategy.name,
        reason=ranked[0].reason if ranked else NOBODY,
        considered=tuple(Considered(person, codes[person.id], places.get(person.id)) for person in operators),
        chosen=ranked[0].operator if ranked else None,
    )
