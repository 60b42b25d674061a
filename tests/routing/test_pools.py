"""A batch decides as `decide` would for each request by itself, whoever got what in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.lanes import Lane
from app.identity.dealing import InHand
from app.models import Presence
from app.routing.decide import IN_FULL, LOWER, MOST_IN_FULL, Choice, compact, decide
from app.routing.facts import Declined, OperatorFacts, RequestFacts
from app.routing.pools import Pools
from app.routing.strategies import STRATEGIES
from app.routing.strategies.named import Names
from app.routing.strategies.weighted import Weight, Weights

SETTINGS: dict[str, Any] = {
    "named": Names(operator_ids=[3, 1, 3, 30, 7]),
    "weighted": Weights(weights=[Weight(operator_id=2, weight=0), Weight(operator_id=4, weight=5)]),
}
small = st.integers(0, 3)


@st.composite
def people(draw: st.DrawFn) -> list[OperatorFacts]:
    return [
        OperatorFacts(
            number,
            f"operator {number}",
            draw(st.sampled_from([frozenset({7}), frozenset({7, 8}), frozenset({8})])),
            draw(st.sampled_from([*[Presence.ONLINE] * 4, Presence.BUSY, Presence.OFFLINE])),
            draw(small),
            InHand(draw(small), draw(small), draw(small)),
            skills=draw(st.dictionaries(st.sampled_from([1, 2]), st.integers(1, 5), max_size=2)),
            last_turn=draw(st.integers(0, 9)),
            private_most=draw(st.none() | small),
            given_lately=draw(small),
            intake_most=draw(st.none() | st.integers(2, 5)),
        )
        for number in range(1, draw(st.sampled_from([1, 5, MOST_IN_FULL, MOST_IN_FULL + 16])) + 1)
    ]


requests = st.builds(
    RequestFacts,
    id=st.just(1),
    account_id=st.just(1),
    team_id=st.sampled_from([None, 7]),
    wanted=st.sampled_from([(), ((1, 2),), ((1, 1), (2, 3))]),
    lane=st.sampled_from(list(Lane)),
    returned=st.sampled_from([(), (), ((1, timedelta(minutes=5)),), ((99, timedelta(minutes=5)),)]),
    declined=st.sampled_from([(), (), (Declined(2, timedelta(hours=1)),)]),
)


@given(people=people(), asked=st.lists(requests, max_size=25), strategy=st.sampled_from(sorted(STRATEGIES)))
@settings(max_examples=120, deadline=None)
def test_a_batch_decides_as_each_request_would_by_itself(
    people: list[OperatorFacts], asked: list[RequestFacts], strategy: str
) -> None:
    here = {one.id: one for one in people}
    pools, serving, how, said = Pools(), tuple(here), STRATEGIES[strategy], SETTINGS.get(strategy)
    for turn, request in enumerate(asked, start=10):
        choice = pools.choose(request, serving, here, how, said)
        assert choice == compact(decide(request, list(here.values()), how, said))
        if choice.chosen is not None:
            here[choice.chosen.id] = choice.chosen.with_one_more(request.lane, turn)
            pools.changed(choice.chosen.id)


def test_among_very_many_the_best_are_kept_in_full_and_nobody_is_missing() -> None:
    crowd = [
        OperatorFacts(
            n, str(n), frozenset({7}), Presence.ONLINE if n % 2 else Presence.AWAY, n, InHand(public=1)
        )
        for n in range(1, 201)
    ]
    choice: Choice = compact(decide(RequestFacts(1, 1, 7), crowd))
    assert [one.rank for one in choice.considered] == list(range(1, IN_FULL + 1))
    assert choice.chosen == choice.considered[0].operator
    others = {number for ids in choice.others.values() for number in ids}
    assert others | {one.operator.id for one in choice.considered} == set(range(1, 201))
    assert set(choice.others) == {LOWER, "presence_away"}
    assert choice.others[LOWER][0] == 183, "in their order: the next smallest share"
