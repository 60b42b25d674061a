"""A period dealt out again: who gets what when, and how what came of it is counted."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.core.lanes import Lane
from app.identity.dealing import ONE, InHand, Weights
from app.models import Presence
from app.routing.facts import OperatorFacts
from app.routing.strategies import strategy_named
from app.routing.whatif.dealing import Scenario, Way
from app.routing.whatif.engine import Dealt, simulate
from app.routing.whatif.outcome import as_it_was, gini, outcome_of
from app.routing.whatif.past import Past, PastRequest, Seen, Weighs
from app.routing.whatif.retelling import retold

HOUR = 3600.0
ACCOUNT = 1


def person(number: int, capacity: int = 2, *teams: int, **more: Any) -> OperatorFacts:
    return OperatorFacts(
        id=number,
        name=f"p{number}",
        team_ids=frozenset(teams),
        presence=Presence.OFFLINE,
        capacity=capacity,
        in_hand=InHand(),
        weights=Weights(private=ONE, public=ONE),
        **more,
    )


def request(number: int, opened: float, *, lasts: float = HOUR, **more: Any) -> PastRequest:
    """Given to 1 at once then, answered after ten minutes."""
    fields: dict[str, Any] = {
        "team_id": None,
        "queue_id": None,
        "lane": Lane.PUBLIC,
        "wanted": (),
        "priority": 2,
        "due": opened + 1800,
        "holder": 1,
        "given": opened,
        "answered": opened + 600,
        "over": opened + lasts,
        **more,
    }
    return PastRequest(id=number, account_id=ACCOUNT, opened=opened, **fields)


def past(requests: Sequence[PastRequest], seen: Sequence[Seen], until: float = 100 * HOUR) -> Past:
    return Past(0.0, until, tuple(requests), tuple(seen))


def scenario(people: Sequence[OperatorFacts], strategy: str = "least_loaded", **more: Any) -> Scenario:
    own = {
        "stand_ins": {},
        "way_of": lambda one: Way(one.team_id, one.queue_id, one.wanted),
        "strategy_of": lambda _queue: (strategy_named(strategy), None),
        "serving": {ACCOUNT: tuple(sorted(one.id for one in people))},
        **more,
    }
    return Scenario(people={one.id: one for one in people}, **own)


def holders(dealt: Sequence[Dealt]) -> list[int | None]:
    return [one.holder for one in dealt]


def test_who_is_at_work_and_has_room_is_given_it_and_needs_as_long() -> None:
    asked = [request(1, 10), request(2, 20), request(3, 30)]
    dealt = simulate(past(asked, [Seen(0, (1, 2), ())]), scenario([person(1), person(2)]), 1)
    assert holders(dealt) == [1, 2, 1]
    assert [one.answered for one in dealt] == [610, 620, 630]
    assert [one.over for one in dealt] == [10 + HOUR, 20 + HOUR, 30 + HOUR]


def test_what_nobody_can_take_waits_for_a_free_hand_the_most_urgent_first() -> None:
    asked = [
        request(1, 10),
        request(2, 20, due=5 * HOUR),
        request(3, 30, due=2 * HOUR),
    ]
    dealt = simulate(past(asked, [Seen(0, (1,), ())]), scenario([person(1, 1)]), 1)
    assert [one.given for one in dealt] == [10, 10 + 2 * HOUR, 10 + HOUR]


def test_what_waits_for_its_customer_weighs_less_and_makes_room() -> None:
    """Weights are a hundredth of a request here: what sleeps is a fifth of one."""
    sleeps = (10 + 600.0, Weighs.SLEEP), (10 + HOUR, Weighs.WORK), (10 + 2 * HOUR, Weighs.NOTHING)
    asked = [request(1, 10, lasts=2 * HOUR, steps=sleeps), request(2, 20), request(3, 30)]
    one = person(1, 2)
    dealt = simulate(past(asked[:2], [Seen(0, (1,), ())]), scenario([replace(one, capacity=1)]), 1)
    assert [each.given for each in dealt] == [10, 10 + 2 * HOUR], "0.2 and a whole one are more than one"
    dealt = simulate(past(asked, [Seen(0, (1,), ())]), scenario([replace(one, capacity=3)]), 1)
    assert [each.given for each in dealt] == [10, 20, 30]
    light = replace(one, capacity=1, weights=Weights(private=ONE, public=80, waiting=20))
    dealt = simulate(past(asked[:2], [Seen(0, (1,), ())]), scenario([light]), 1)
    assert [each.given for each in dealt] == [10, 610], "once the first is answered there is room"


def test_what_came_before_the_period_takes_hands_and_is_not_counted() -> None:
    held = request(1, -HOUR, given=-HOUR, over=HOUR, answered=None, steps=((HOUR, Weighs.NOTHING),))
    waited = request(2, -100, given=None, holder=None, answered=None, over=None, due=-50)
    then = replace(past([request(3, 10)], [Seen(0, (1,), ())]), earlier=(held, waited))
    dealt = simulate(then, scenario([person(1, 1)]), 1)
    assert [(one.request.id, one.given) for one in dealt] == [(3, 2 * HOUR)], "both others had their turn"


def test_nothing_is_given_to_who_is_away_until_they_are_seen_again() -> None:
    asked = [request(1, 10), request(2, 9 * HOUR)]
    seen = [Seen(0, (), (1,)), Seen(8 * HOUR, (1,), ()), Seen(8.5 * HOUR, (), (1,))]
    dealt = simulate(past(asked, seen), scenario([person(1)]), 1)
    assert [(one.holder, one.given) for one in dealt] == [(1, 8 * HOUR), (None, None)]


def test_a_team_s_requests_are_its_people_s_and_skills_are_asked_for() -> None:
    asked = [request(1, 10, team_id=7), request(2, 20, wanted=((5, 2),)), request(3, 30)]
    people = [person(1, 9), person(2, 9, 7), person(3, 9, skills={5: 2})]
    dealt = simulate(past(asked, [Seen(0, (1, 2, 3), ())]), scenario(people), 1)
    assert holders(dealt) == [2, 3, 1]


def test_what_cannot_be_given_hides_nothing_that_can() -> None:
    asked = [request(1, 10, wanted=((5, 1),)), request(2, 20)]
    dealt = simulate(past(asked, [Seen(0, (), (1,)), Seen(HOUR, (1,), ())]), scenario([person(1)]), 1)
    assert [one.given for one in dealt] == [None, HOUR]


def test_stand_ins_are_there_while_a_colleague_is() -> None:
    asked = [request(number, 10 + number) for number in range(1, 5)] + [request(9, 3 * HOUR)]
    people = [person(1, 1), replace(person(1, 1), id=-1)]
    tried = scenario(people, stand_ins={-1: (1,)}, serving={ACCOUNT: (1, -1)})
    seen = [Seen(0, (1,), ()), Seen(2 * HOUR + 100, (), (1,))]
    dealt = simulate(past(asked, seen), tried, 1)
    assert sorted(holders(dealt)[:4]) == [-1, -1, 1, 1]
    assert dealt[4].holder is None


def test_whoever_comes_first_is_not_flooded() -> None:
    asked = [request(number, number) for number in range(1, 6)] + [request(9, 2 * HOUR)]
    tried = scenario([person(1, 50, intake_most=2)], intake_within={1: HOUR})
    dealt = simulate(past(asked, [Seen(0, (1,), ())]), tried, 1)
    assert [one.given for one in dealt][:3] == [1, 2, None] or [one.given for one in dealt][:2] == [1, 2]
    lately = sorted(one.given for one in dealt if one.given is not None)
    assert all(b - a >= HOUR for a, b in zip(lately, lately[2:], strict=False))


def _busy(seed: int, count: int = 250) -> tuple[Past, list[OperatorFacts]]:
    rng = random.Random(seed)
    people = [
        person(number, rng.randrange(1, 6), *rng.sample((7, 8), rng.randrange(3))) for number in range(1, 7)
    ]
    at = 0.0
    asked, seen = [], []
    for number in range(count):
        at += rng.expovariate(1 / 400)
        was_given = rng.random() < 0.9
        asked.append(
            request(
                number,
                at,
                lasts=rng.expovariate(1 / 5000),
                team_id=rng.choice((None, 7, 8)),
                lane=rng.choice(list(Lane)),
                given=at if was_given else None,
                holder=rng.randrange(1, 7) if was_given else None,
                answered=at + rng.expovariate(1 / 900) if was_given else None,
                over=at + rng.expovariate(1 / 5000) if rng.random() < 0.9 else None,
            )
        )
        if rng.random() < 0.2:
            there = [one.id for one in people if rng.random() < 0.7]
            seen.append(Seen(at, tuple(there), tuple(one.id for one in people if one.id not in there)))
    return past(asked, seen, at + HOUR), people


def _held(dealt: Sequence[Dealt], until: float) -> Mapping[int, int]:
    most: dict[int, int] = {}
    for holder in {one.holder for one in dealt if one.holder is not None}:
        own = [(one.given or 0, one.over or until) for one in dealt if one.holder == holder]
        most[holder] = max(sum(since <= at < end for since, end in own) for at, _ in own)
    return most


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("strategy", ["least_loaded", "round_robin", "weighted"])
def test_nobody_holds_more_than_they_may_and_nothing_is_given_twice_or_before_it_came(
    seed: int, strategy: str
) -> None:
    then, people = _busy(seed)
    dealt = simulate(then, scenario(people, strategy), seed)
    assert [one.request for one in dealt] == list(then.requests)
    assert all(one.given is None or one.given >= one.request.opened for one in dealt)
    capacity = {one.id: one.capacity for one in people}
    assert all(most <= capacity[holder] for holder, most in _held(dealt, then.until).items())
    teams = {one.id: one.team_ids for one in people}
    assert all(one.holder is None or one.request.team_id in {None, *teams[one.holder]} for one in dealt)
    assert dealt == simulate(then, scenario(people, strategy), seed)
    told = outcome_of(dealt, {one.id: one.name for one in people}, then.until)
    assert told.given == sum(one.given for one in told.people)
    assert {one.operator_id: one.busiest for one in told.people if one.given} == dict(
        _held(dealt, then.until)
    )


def test_another_seed_draws_otherwise() -> None:
    then, people = _busy(3)
    outcomes = {str(simulate(then, scenario(people), seed)) for seed in range(4)}
    assert len(outcomes) > 1


def test_evenness() -> None:
    assert gini([]) == gini([0, 0]) == gini([5, 5, 5]) == 0
    assert gini([0, 0, 0, 12]) == pytest.approx(0.75)
    assert gini([1, 2, 3]) == pytest.approx(2 / 9)


def test_what_was_is_counted_in_the_same_way() -> None:
    asked = [
        request(1, 0.0, given=100.0, answered=400.0),
        request(2, 0.0, given=300.0, answered=5000.0, holder=2),
        request(3, 0.0, given=None, answered=None, holder=None, over=None),
        request(4, 0.0, given=200.0, answered=None, due=None, over=None),
    ]
    told = outcome_of(as_it_was(asked, 10_000), {1: "a", 2: "b", 3: "c"}, 10_000)
    assert (told.requests, told.given, told.wait_p50, told.wait_p90) == (4, 3, 200, 300)
    assert (told.answer_p50, told.answer_p90, told.due, told.in_time) == (400, 5000, 3, 1)
    assert [(one.name, one.given, one.busiest) for one in told.people] == [
        ("a", 2, 2),
        ("b", 1, 1),
        ("c", 0, 0),
    ]
    nothing = outcome_of([], {}, 10)
    assert (nothing.wait_p50, nothing.gini, nothing.due) == (None, 0, 0)


def test_a_recorded_decision_is_told_again_from_what_it_keeps() -> None:
    def kept(number: int, load: float, excluded: str | None = None) -> dict[str, Any]:
        return {"operator_id": number, "open_requests": 9, "capacity": 4, "load": load, "excluded": excluded}

    people = [kept(1, 2), kept(2, 1.5), kept(3, 0, "presence_break")]
    found = retold(
        [
            ("least_loaded", 2, people),
            ("least_loaded", 1, people),
            ("least_loaded", None, []),
            ("pull", None, people),
        ]
    )
    assert (found.asked, found.same) == (3, 2)
