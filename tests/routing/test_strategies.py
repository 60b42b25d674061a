"""Each strategy as a table of cases written from its description; and that no two give the same reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.i18n import translate
from app.core.lanes import Lane
from app.identity import dealing
from app.identity.dealing import InHand
from app.models import Presence
from app.routing.decide import NOBODY, decide
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import STRATEGIES
from app.routing.strategies.last_operator import Acquaintance
from app.routing.strategies.named import Names
from app.routing.strategies.weighted import Weight, Weights

REQUEST = RequestFacts(id=1, account_id=1, team_id=7)
DAY = timedelta(days=1)

EVEN = dealing.Weights(100, 100, 0)
"""Every request weighs the same."""


def person(number: int, held: int = 0, capacity: int = 10, **facts: Any) -> OperatorFacts:
    standard = OperatorFacts(
        number,
        f"operator {number}",
        frozenset({7}),
        Presence.ONLINE,
        capacity,
        InHand(public=held),
        weights=EVEN,
    )
    return replace(standard, **facts)


def chosen(
    strategy: str, people: Sequence[OperatorFacts], settings: Any = None, request: RequestFacts = REQUEST
) -> tuple[list[int], str]:
    """Who comes in which order, and why the first does, or nobody."""
    choice = decide(request, people, STRATEGIES[strategy], settings)
    ranked = sorted((one for one in choice.considered if one.rank is not None), key=lambda one: one.rank or 0)
    return [one.operator.id for one in ranked], choice.reason


@pytest.mark.parametrize(
    ("people", "order"),
    [
        # Whoever has gone without the longest, however much they hold.
        ([person(1, last_turn=30), person(2, 9, last_turn=10), person(3, last_turn=20)], [2, 3, 1]),
        # Never given anything comes before all who were; among these, who has been here longest.
        ([person(1, last_turn=5), person(3), person(2)], [2, 3, 1]),
        # Who cannot have it has no turn.
        ([person(1, 10, last_turn=1), person(2, last_turn=2)], [2]),
    ],
)
def test_round_robin(people: list[OperatorFacts], order: list[int]) -> None:
    assert chosen("round_robin", people) == (order, "round_robin")


@pytest.mark.parametrize(
    ("people", "order"),
    [
        # The share of the capacity, not the number.
        ([person(1, 2, capacity=4), person(2, 3, capacity=10)], [2, 1]),
        ([person(1, 1, capacity=2), person(2, 5, capacity=10)], [1, 2]),
        # Turns are none of its business.
        ([person(1, 1, last_turn=1), person(2, last_turn=99)], [2, 1]),
    ],
)
def test_least_loaded(people: list[OperatorFacts], order: list[int]) -> None:
    assert chosen("least_loaded", people) == (order, "least_loaded")


def weights(**by_person: int) -> Weights:
    return Weights(weights=[Weight(operator_id=int(name[1:]), weight=one) for name, one in by_person.items()])


@pytest.mark.parametrize(
    ("people", "settings", "order"),
    [
        # With weight 3 somebody gets three while another gets one.
        ([person(1), person(2)], weights(p1=3), [1, 2]),
        ([person(1, 1), person(2)], weights(p1=3), [1, 2]),
        ([person(1, 2), person(2)], weights(p1=3), [1, 2]),
        ([person(1, 3), person(2)], weights(p1=3), [2, 1]),
        # Who is not named counts one; capacity does not weigh.
        ([person(1, 1, capacity=100), person(2, 0, capacity=2)], None, [2, 1]),
        # Weight 0 gets none.
        ([person(1), person(2)], weights(p1=0), [2]),
    ],
)
def test_weighted(people: list[OperatorFacts], settings: Weights | None, order: list[int]) -> None:
    assert chosen("weighted", people, settings) == (order, "weighted")


def test_weighted_hands_out_in_proportion() -> None:
    people = {number: person(number, capacity=1000) for number in (1, 2, 3)}
    settings = weights(p1=5, p2=3, p3=2)
    for _ in range(100):
        choice = decide(REQUEST, list(people.values()), STRATEGIES["weighted"], settings)
        assert choice.chosen is not None
        people[choice.chosen.id] = choice.chosen.with_one_more(Lane.PUBLIC)
    assert [people[number].open_requests for number in (1, 2, 3)] == [50, 30, 20]


WANTS = replace(REQUEST, wanted=((4, 2), (5, 1)))


@pytest.mark.parametrize(
    ("people", "request_facts", "order"),
    [
        # The levels of what is wanted added up; other skills count nothing.
        (
            [
                person(1, skills={4: 2, 5: 1}),
                person(2, skills={4: 2, 5: 3}),
                person(3, skills={4: 3, 5: 1, 6: 5}),
            ],
            WANTS,
            [2, 3, 1],
        ),
        # Among equals the least loaded.
        ([person(1, 5, skills={4: 3, 5: 1}), person(2, 1, skills={4: 2, 5: 2})], WANTS, [2, 1]),
        # Whoever lacks one, or has it below the least level, is left out before.
        (
            [person(1, skills={4: 5}), person(2, skills={4: 1, 5: 5}), person(3, skills={4: 2, 5: 1})],
            WANTS,
            [3],
        ),
        # Nothing is wanted: all are equal.
        ([person(1, 5, skills={4: 5}), person(2, 1)], REQUEST, [2, 1]),
    ],
)
def test_skill_first(people: list[OperatorFacts], request_facts: RequestFacts, order: list[int]) -> None:
    assert chosen("skill_first", people, request=request_facts) == (order, "skill_first")


def answered(by: int, days: float, *, serves: bool = True) -> RequestFacts:
    return replace(REQUEST, answered_by=(by, days * DAY), answerer_serves=serves)


_KNOWN = [person(1), person(2, 9), person(3, 1)]


@pytest.mark.parametrize(
    ("request_facts", "settings", "order", "reason"),
    [
        # Back to whoever answered last, however loaded; then the least loaded.
        (answered(2, 3), Acquaintance(), [2, 1, 3], "last_operator"),
        # What was longer ago than the days that are set does not count.
        (answered(2, 31), Acquaintance(), [1, 3, 2], "least_loaded"),
        (answered(2, 31), Acquaintance(days=60), [2, 1, 3], "last_operator"),
        # Nobody has answered them.
        (REQUEST, Acquaintance(exclusive=True), [1, 3, 2], "least_loaded"),
        # Exclusive: nobody else gets it; while they cannot, it waits.
        (answered(2, 3), Acquaintance(exclusive=True), [2], "last_operator"),
        (answered(4, 3), Acquaintance(exclusive=True), [], "waits_for_last_operator"),
        # They serve the account no longer: it does not wait for ever.
        (answered(4, 3, serves=False), Acquaintance(exclusive=True), [1, 3, 2], "least_loaded"),
    ],
)
def test_last_operator(
    request_facts: RequestFacts, settings: Acquaintance, order: list[int], reason: str
) -> None:
    assert chosen("last_operator", _KNOWN, settings, request_facts) == (order, reason)


@pytest.mark.parametrize(
    ("ids", "order", "reason"),
    [
        ([3, 1], [3, 1], "named"),
        ([9, 2], [2], "named"),
        ([9], [], "none_of_the_named"),
        ([], [], "none_of_the_named"),
        ([2, 2, 1], [2, 1], "named"),
    ],
)
def test_named(ids: list[int], order: list[int], reason: str) -> None:
    assert chosen("named", _KNOWN, Names(operator_ids=ids)) == (order, reason)


@pytest.mark.parametrize(("strategy", "reason"), [("pull", "left_to_pull"), ("by_hand", "left_to_lead")])
def test_what_is_left_to_people_is_given_to_nobody(strategy: str, reason: str) -> None:
    assert chosen(strategy, _KNOWN) == ([], reason)
    assert chosen(strategy, []) == ([], reason), "also while nobody is there"


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"pull", "by_hand"}))
def test_where_nobody_is_free_all_say_the_same(strategy: str) -> None:
    assert chosen(strategy, [person(1, 10), person(2, presence=Presence.AWAY)]) == ([], NOBODY)


TOLD = {
    "least_loaded": ("least_loaded", {"load"}),
    "round_robin": ("round_robin", {"turn"}),
    "weighted": ("weighted", {"weight", "held"}),
    "skill_first": ("skill_first", {"skill", "load"}),
    "last_operator": ("last_operator", {"days_ago", "load"}),
    "named": ("named", {"named"}),
}
"""The reason of each strategy's first, and the numbers that it stands on."""


@pytest.mark.parametrize("strategy", TOLD)
def test_each_strategy_tells_its_own_reason_to_every_candidate(strategy: str) -> None:
    """Two that are swapped would tell somebody something untrue: fails for each of both."""
    settings = Names(operator_ids=[2]) if strategy == "named" else None
    request = replace(answered(2, 1), wanted=((4, 1),))
    people = [person(2, skills={4: 1})]
    record = decide(request, people, STRATEGIES[strategy], settings).considered[0].record()
    reason, parts = TOLD[strategy]
    assert (record["rank"], record["reason"], set(record["parts"])) == (1, reason, parts)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_two_reasons_read_alike(locale: str) -> None:
    codes = {reason for reason, _ in TOLD.values()} | {one.waits_as for one in STRATEGIES.values()}
    said = {code: translate(f"routing.reason.{code}", locale) for code in codes}
    assert len(set(said.values())) == len(codes)
    assert not [code for code, text in said.items() if text == f"routing.reason.{code}"]
    for kind in ("strategy", "strategy_hint"):
        named = {translate(f"routing.{kind}.{name}", locale) for name in STRATEGIES}
        assert len(named) == len(STRATEGIES)
        assert not [text for text in named if text.startswith("routing.")]
