"""Who gets a request: exclusions, then a strategy. Pure: the router, a test box and what-if all call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.identity.dealing import shown
from app.routing.exclusions import excluded
from app.routing.facts import RETURN_REST, OperatorFacts, RequestFacts
from app.routing.strategies import DEFAULT_STRATEGY, STRATEGIES, Ranked, Strategy

NOBODY = "nobody_available"
CAME_BACK = "answered_before"
"""The reason when a request that is taken up again goes back to whoever answered it."""
LEFT_TO_PEOPLE = ("pull", "by_hand")
"""Strategies that give nobody anything."""
MOST_IN_FULL, IN_FULL = 24, 8
"""A decision among so many keeps everybody's numbers; among more, those of the so many best."""
LOWER, NOT_WANTED, BY_HAND = "lower", "not_wanted", "by_hand"
"""Others whom nothing spoke against: further down, in their order; not wanted; or a person decided."""


@dataclass(frozen=True)
class Considered:
    """Somebody who serves the account: shut out with a code, or ranked (1 is the best)."""

    operator: OperatorFacts
    excluded: str | None
    rank: int | None = None
    reason: str | None = None
    """Why they have that rank: a code of the strategy's."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """The numbers that it stands on."""

    def record(self) -> dict[str, Any]:
        """As the decision's row keeps it."""
        person = self.operator
        return {
            "operator_id": person.id,
            "name": person.name,
            "capacity": person.capacity,
            "presence": person.presence.value,
            "open_requests": person.open_requests,
            "load": shown(person.weight),
            "excluded": self.excluded,
            "rank": self.rank,
            "reason": self.reason,
            "parts": dict(self.parts),
        }


@dataclass(frozen=True)
class Choice:
    """What came out. Applying it is the lifecycle's."""

    request: RequestFacts
    strategy: str
    reason: str
    considered: tuple[Considered, ...]
    chosen: OperatorFacts | None
    others: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Ids of those who are not in `considered`, by why they are left out, or `LOWER` and `NOT_WANTED`."""


def compact(choice: Choice) -> Choice:
    """Where very many were considered, the best of them in full and the others by their ids alone: a decision
    among two hundred people must not be forty kilobytes long."""
    if len(choice.considered) <= MOST_IN_FULL:
        return choice
    ranked = sorted((one for one in choice.considered if one.rank is not None), key=lambda one: one.rank or 0)
    others: dict[str, list[int]] = {}
    for one in choice.considered:
        if one.rank is None:
            others.setdefault(one.excluded or NOT_WANTED, []).append(one.operator.id)
    if ranked[IN_FULL:]:
        others[LOWER] = [one.operator.id for one in ranked[IN_FULL:]]
    return replace(choice, considered=tuple(ranked[:IN_FULL]), others=others)


def decide(
    request: RequestFacts,
    operators: Sequence[OperatorFacts],
    strategy: Strategy = STRATEGIES[DEFAULT_STRATEGY],
    settings: Any = None,
) -> Choice:
    """`operators` are all who serve the account, in id order; nothing is changed.

    `settings` are of the strategy's own class; none: as it has them by itself.
    """
    given = strategy.settings() if settings is None else settings
    codes, free = _free(request, operators)
    ranked: Sequence[Ranked] = strategy.rank(request, free, given)
    if free and not ranked and strategy.name not in LEFT_TO_PEOPLE:
        # Whom the strategy wants had it before and rested: they do not wait for those whom it never asks.
        codes, free = _free(_rested(request), operators)
        ranked = strategy.rank(request, free, given)
    if strategy.name not in LEFT_TO_PEOPLE:
        ranked = _back_first(request, free, ranked)
    places = {one.operator.id: (place, one) for place, one in enumerate(ranked, start=1)}
    return Choice(
        request=request,
        strategy=strategy.name,
        reason=ranked[0].reason if ranked else request.withheld or why_nobody(strategy, bool(free)),
        considered=tuple(
            _considered(person, codes[person.id], places.get(person.id)) for person in operators
        ),
        chosen=ranked[0].operator if ranked else None,
    )


def _free(
    request: RequestFacts, operators: Sequence[OperatorFacts]
) -> tuple[dict[int, str | None], list[OperatorFacts]]:
    """Everybody's code, and those whom nothing speaks against."""
    codes = {person.id: excluded(request, person, operators) for person in operators}
    return codes, [person for person in operators if codes[person.id] is None]


def _rested(request: RequestFacts) -> RequestFacts:
    """The request without who gave it back, or did not open it, half an hour ago or longer."""
    return replace(
        request,
        returned=tuple(one for one in request.returned if one[1] < RETURN_REST),
        declined=tuple(one for one in request.declined if one.ago < RETURN_REST),
    )


def _back_first(
    request: RequestFacts, free: Sequence[OperatorFacts], ranked: Sequence[Ranked]
) -> Sequence[Ranked]:
    """What is taken up again goes to whoever answered it lately, if they are free; else as it would go."""
    if not request.comes_back or request.answered_by is None:
        return ranked
    known, ago = request.answered_by
    days = round(ago / timedelta(days=1), 2)
    back = [
        Ranked(person, CAME_BACK, days, {"days_ago": days, "load": round(person.load, 4)})
        for person in free
        if person.id == known and person.return_within is not None and ago <= person.return_within
    ]
    return [*back, *(one for one in ranked if one.operator.id != known)] if back else ranked


def why_nobody(strategy: Strategy, somebody_is_free: bool) -> str:
    """What is left to people is so whether somebody is free or not."""
    return strategy.waits_as if somebody_is_free or strategy.name in LEFT_TO_PEOPLE else NOBODY


def _considered(person: OperatorFacts, code: str | None, place: tuple[int, Ranked] | None) -> Considered:
    if place is None:
        return Considered(person, code)
    rank, ranked = place
    return Considered(person, code, rank, ranked.reason, ranked.parts)
