"""Who gets a request, as tables of cases: pure rules, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lanes import Lane
from app.identity.dealing import InHand, Weights
from app.models import Presence
from app.routing.decide import NOBODY, decide
from app.routing.exclusions import excluded
from app.routing.facts import RETURN_REST, OperatorFacts, RequestFacts
from app.routing.strategies import STRATEGIES

REQUEST = RequestFacts(id=1, account_id=1, team_id=7)
MINUTE = timedelta(minutes=1)
EVEN = Weights(100, 100, 0)
"""Every request weighs the same; what sleeps weighs nothing."""


def person(number: int, open_requests: int = 0, capacity: int = 10, **facts: object) -> OperatorFacts:
    standard = OperatorFacts(
        number,
        f"operator {number}",
        frozenset({7}),
        Presence.ONLINE,
        capacity,
        InHand(public=open_requests),
        weights=EVEN,
    )
    return replace(standard, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("people", "chosen"),
    [
        # The share of the capacity counts, not the number: 3 of 10 is less than 2 of 4.
        ([person(1, 2, capacity=4), person(2, 3, capacity=10)], 2),
        ([person(1, 5, capacity=20), person(2, 3, capacity=4)], 1),
        # Equal shares: the lower id, however the people are ordered.
        ([person(1, 1, capacity=2), person(2, 5, capacity=10)], 1),
        ([person(2, 5, capacity=10), person(1, 1, capacity=2)], 1),
        ([person(1, 4), person(2, 4), person(3, 3)], 3),
        ([person(1, 0)], 1),
        ([person(1, 10), person(2, 9)], 2),
        ([person(1, 10), person(2, 10)], None),
        ([person(1, capacity=0), person(2, 9)], 2),
        ([person(1, presence=Presence.OFFLINE)], None),
        ([], None),
    ],
)
def test_the_smallest_share_of_capacity_gets_it(people: list[OperatorFacts], chosen: int | None) -> None:
    choice = decide(REQUEST, people)
    assert (choice.chosen.id if choice.chosen else None) == chosen
    assert choice.reason == (NOBODY if chosen is None else "least_loaded")


@pytest.mark.parametrize(
    ("somebody", "code"),
    [
        (person(1), None),
        (person(1, team_ids=frozenset({8})), "other_team"),
        (person(1, team_ids=frozenset({8, 7})), None),
        (person(1, presence=Presence.OFFLINE), "presence_offline"),
        (person(1, presence=Presence.BUSY), "presence_busy"),
        (person(1, 10), "at_capacity"),
        (person(1, 11), "at_capacity"),
        (person(1, 9), None),
        (person(1, 0, capacity=0), "takes_none"),
        # Order: what nobody can change soon is told before what passes.
        (person(1, 10, team_ids=frozenset(), presence=Presence.OFFLINE), "other_team"),
        (person(1, 10, presence=Presence.OFFLINE), "presence_offline"),
    ],
)
def test_who_is_left_out_and_why(somebody: OperatorFacts, code: str | None) -> None:
    assert excluded(REQUEST, somebody, [somebody]) == code


def test_a_request_of_no_team_is_anybodys() -> None:
    stranger = person(1, team_ids=frozenset())
    assert excluded(replace(REQUEST, team_id=None), stranger, [stranger]) is None


@pytest.mark.parametrize(
    ("ago", "others", "code"),
    [
        (MINUTE, [person(2)], "gave_it_back"),
        (5 * RETURN_REST, [person(2)], "gave_it_back"),
        # Somebody at work is somebody, free or not; who is away, takes none or is of another team is not.
        (5 * RETURN_REST, [person(2, 10)], "gave_it_back"),
        (5 * RETURN_REST, [person(2, presence=Presence.BUSY)], "gave_it_back"),
        (5 * RETURN_REST, [person(2, presence=Presence.OFFLINE)], None),
        (5 * RETURN_REST, [person(2, capacity=0)], None),
        (5 * RETURN_REST, [person(2, team_ids=frozenset())], None),
        (5 * RETURN_REST, [], None),
        # Nobody else: it rests before it comes again.
        (MINUTE, [], "gave_it_back"),
        (RETURN_REST - MINUTE, [], "gave_it_back"),
        (RETURN_REST, [], None),
    ],
)
def test_whoever_gave_it_back_is_left_out_while_somebody_else_serves(
    ago: timedelta, others: list[OperatorFacts], code: str | None
) -> None:
    """Case A6: the same person got it again within twelve seconds."""
    one = person(1)
    assert excluded(replace(REQUEST, returned=((1, ago),)), one, [one, *others]) == code


def test_two_who_both_gave_it_back_do_not_keep_each_other_out_for_ever() -> None:
    one, two = person(1), person(2)
    returned = replace(REQUEST, returned=((2, 2 * RETURN_REST), (1, 3 * RETURN_REST)))
    assert decide(returned, [one, two]).chosen == one


def test_everybody_stands_in_the_decision_with_a_rank_or_a_reason() -> None:
    choice = decide(REQUEST, [person(1, 3), person(2, 10), person(3, 1)])
    assert [
        (one["operator_id"], one["excluded"], one["rank"]) for one in (c.record() for c in choice.considered)
    ] == [
        (1, None, 2),
        (2, "at_capacity", None),
        (3, None, 1),
    ]


people = st.lists(
    st.builds(
        person,
        st.integers(1, 30),
        st.integers(0, 12),
        capacity=st.integers(0, 12),
        presence=st.sampled_from(Presence),
        team_ids=st.sampled_from([frozenset[int](), frozenset({7}), frozenset({7, 8})]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(people, st.randoms(use_true_random=False))
def test_a_decision_depends_on_facts_and_not_on_their_order(
    people: list[OperatorFacts], random: object
) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = decide(REQUEST, people), decide(REQUEST, shuffled)
    assert first.chosen == second.chosen
    assert sorted(one.operator.id for one in first.considered) == sorted(one.id for one in people)


@given(people)
def test_nobody_gets_more_than_they_hold(people: list[OperatorFacts]) -> None:
    """However many come, each is handed out by the same rule until nobody is left."""
    held = {one.id: one for one in people}
    for number in range(40):
        choice = decide(replace(REQUEST, id=number), list(held.values()))
        if choice.chosen is None:
            break
        held[choice.chosen.id] = choice.chosen.with_one_more(Lane.PUBLIC)
    before = {one.id: one for one in people}
    assert all(one.open_requests <= max(one.capacity, before[one.id].open_requests) for one in held.values())


def test_every_strategy_is_known_by_its_name() -> None:
    assert {name: strategy.name for name, strategy in STRATEGIES.items()} == {
        name: name for name in STRATEGIES
    }
