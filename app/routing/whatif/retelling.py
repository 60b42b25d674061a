"""Recorded decisions asked again: each keeps what it stood on, so its strategy has to choose the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.identity.dealing import ONE, InHand, Weights
from app.models import Presence
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import strategy_named
from app.routing.whatif.schemas import Retold

KEPT_WHOLE = frozenset({"least_loaded"})
"""Strategies that stand on nothing but what the record keeps of each candidate."""
_NOTHING = RequestFacts(0, 0, None)


def retold(decisions: Iterable[tuple[str, int | None, Iterable[Mapping[str, Any]]]]) -> Retold:
    """Of strategy, whom it chose, and the candidates as they are kept."""
    asked = same = 0
    for name, chosen, candidates in decisions:
        if name not in KEPT_WHOLE:
            continue
        free = [_as_recorded(one) for one in candidates if one["excluded"] is None]
        strategy = strategy_named(name)
        ranked = strategy.rank(_NOTHING, sorted(free, key=lambda one: one.id), strategy.settings())
        asked += 1
        same += (ranked[0].operator.id if ranked else None) == chosen
    return Retold(asked=asked, same=same)


def _as_recorded(one: Mapping[str, Any]) -> OperatorFacts:
    # Rows older than weights keep the number alone: each request was one.
    weight = round(one.get("load", one["open_requests"]) * ONE)
    return OperatorFacts(
        id=one["operator_id"],
        name="",
        team_ids=frozenset(),
        presence=Presence.ONLINE,
        capacity=one["capacity"],
        in_hand=InHand(private=1),
        weights=Weights(private=weight),
    )
