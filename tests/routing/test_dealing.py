"""What requests weigh, what a person may hold of a lane, how fast they are given work, to whom it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.lanes import Lane
from app.identity.dealing import InHand, Weights
from app.models import Presence
from app.routing.decide import decide
from app.routing.exclusions import declined_by_all, excluded
from app.routing.facts import RETURN_REST, Declined, OperatorFacts, RequestFacts
from app.routing.strategies import STRATEGIES
from app.routing.strategies.named import Names

PUBLIC = RequestFacts(id=1, account_id=1, team_id=7)
PRIVATE = replace(PUBLIC, lane=Lane.PRIVATE)
LATELY = timedelta(minutes=1)
LONG_AGO = 2 * RETURN_REST


def person(number: int, held: InHand | None = None, capacity: int = 3, **facts: object) -> OperatorFacts:
    teams = frozenset({7})
    standard = OperatorFacts(number, f"operator {number}", teams, Presence.ONLINE, capacity, held or InHand())
    return replace(standard, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "held", "code"),
    [
        # Capacity 3: a private request is one, a public one a half, one that sleeps a fifth.
        (PRIVATE, InHand(private=2), None),
        (PRIVATE, InHand(private=3), "at_capacity"),
        (PUBLIC, InHand(public=5), None),
        (PUBLIC, InHand(public=6), "at_capacity"),
        # Half a place is none for a private request, but one for a public one.
        (PRIVATE, InHand(private=2, public=1), "at_capacity"),
        (PUBLIC, InHand(private=2, public=1), None),
        (PUBLIC, InHand(waiting=12), None),
        (PUBLIC, InHand(waiting=13), "at_capacity"),
        (PRIVATE, InHand(waiting=10), None),
        (PRIVATE, InHand(waiting=11), "at_capacity"),
        # Sleeping ones came back: above the capacity, and nothing more is given.
        (PUBLIC, InHand(private=5), "at_capacity"),
    ],
)
def test_what_is_held_is_weighed(request_: RequestFacts, held: InHand, code: str | None) -> None:
    one = person(1, held)
    assert excluded(request_, one, [one]) == code


@pytest.mark.parametrize(
    ("weights", "held", "code"),
    [
        (Weights(100, 50, 0), InHand(waiting=500), None),
        (Weights(50, 50, 20), InHand(private=5), None),
        (Weights(150, 50, 20), InHand(private=1), None),
        (Weights(150, 50, 20), InHand(private=2), "at_capacity"),
    ],
)
def test_an_agency_weighs_as_it_likes(weights: Weights, held: InHand, code: str | None) -> None:
    one = person(1, held, weights=weights)
    assert excluded(PRIVATE, one, [one]) == code


@pytest.mark.parametrize(
    ("request_", "somebody", "code"),
    [
        (PRIVATE, person(1, InHand(private=1), private_most=1), "lane_full"),
        (PRIVATE, person(1, InHand(private=1), private_most=2), None),
        (PRIVATE, person(1, private_most=0), "lane_full"),
        # The other lane's limit is none of this one's.
        (PUBLIC, person(1, InHand(private=1), private_most=1), None),
        (PUBLIC, person(1, InHand(public=2), public_most=2), "lane_full"),
        # What sleeps is in no lane that somebody works on.
        (PUBLIC, person(1, InHand(waiting=4), public_most=1), None),
        # Told first: what the whole capacity says.
        (PRIVATE, person(1, InHand(private=3), private_most=1), "at_capacity"),
        (PUBLIC, person(1, given_lately=2, intake_most=2), "intake"),
        (PUBLIC, person(1, given_lately=1, intake_most=2), None),
        (PUBLIC, person(1, given_lately=50), None),
        (PUBLIC, person(1, presence=Presence.BREAK), "presence_break"),
        (PUBLIC, person(1, presence=Presence.TRAINING), "presence_training"),
    ],
)
def test_lanes_and_intake_have_limits_of_their_own(
    request_: RequestFacts, somebody: OperatorFacts, code: str | None
) -> None:
    assert excluded(request_, somebody, [somebody]) == code


@pytest.mark.parametrize(
    ("declined", "others", "code"),
    [
        # Somebody who is online has not had it yet: they first, whether or not they have a hand free.
        ((Declined(1, LONG_AGO),), [person(2)], "let_it_run_out"),
        ((Declined(1, LONG_AGO),), [person(2, InHand(private=3))], "let_it_run_out"),
        # Everybody has had it: again, but not within half an hour.
        ((Declined(1, LONG_AGO), Declined(2, LONG_AGO)), [person(2)], None),
        ((Declined(1, LATELY), Declined(2, LONG_AGO)), [person(2)], "let_it_run_out"),
        # The second round begins with whoever has had it once.
        ((Declined(1, LONG_AGO, 2), Declined(2, LONG_AGO, 1)), [person(2)], "let_it_run_out"),
        ((Declined(1, LONG_AGO, 1), Declined(2, LONG_AGO, 2)), [person(2)], None),
        # Whoever is not online is not asked, and so keeps nobody out.
        ((Declined(1, LONG_AGO),), [person(2, presence=Presence.BREAK)], None),
        ((Declined(1, LONG_AGO),), [person(2, capacity=0)], None),
        ((Declined(1, LONG_AGO),), [person(2, team_ids=frozenset({8}))], None),
        ((Declined(1, LONG_AGO),), [], None),
        ((Declined(1, LATELY),), [], "let_it_run_out"),
        ((Declined(2, LATELY),), [person(2)], None),
    ],
)
def test_whoever_let_it_run_out_is_asked_again_after_everybody_else(
    declined: tuple[Declined, ...], others: list[OperatorFacts], code: str | None
) -> None:
    one = person(1)
    assert excluded(replace(PUBLIC, declined=declined), one, [one, *others]) == code


def test_whoever_gave_it_back_and_whoever_let_it_run_out_do_not_wait_for_each_other() -> None:
    """Each was left out because of the other, and the request stayed with nobody for ever."""
    one, other = person(1), person(2)
    facts = replace(PUBLIC, declined=(Declined(1, LONG_AGO),), returned=((2, LONG_AGO),))
    assert excluded(facts, one, [one, other]) is None
    assert excluded(facts, other, [one, other]) == "gave_it_back"
    third = person(3)  # who has not had it yet comes before both
    assert excluded(facts, one, [one, other, third]) == "let_it_run_out"
    assert excluded(facts, third, [one, other, third]) is None


@pytest.mark.parametrize(
    "facts",
    [replace(PUBLIC, declined=(Declined(1, LONG_AGO),)), replace(PUBLIC, returned=((1, LONG_AGO),))],
)
def test_whom_a_queue_names_does_not_wait_for_those_whom_it_never_asks(facts: RequestFacts) -> None:
    """The others are free, and the queue wants none of them: the request stayed with nobody for ever."""
    named, other = person(1), person(2)
    choice = decide(facts, [named, other], STRATEGIES["named"], Names(operator_ids=[1]))
    assert choice.chosen == named
    assert [one.excluded for one in choice.considered] == [None, None]
    lately = replace(facts, declined=(Declined(1, LATELY),))
    assert decide(lately, [named, other], STRATEGIES["named"], Names(operator_ids=[1])).chosen is None
    assert decide(facts, [named, other]).chosen == other, "whoever has not had it comes first"


@pytest.mark.parametrize(
    ("facts", "people", "by_all"),
    [
        (replace(PUBLIC, declined=(Declined(1, LATELY),)), [person(1)], True),
        (replace(PUBLIC, declined=(Declined(1, LATELY),)), [person(1), person(2)], False),
        (
            replace(PUBLIC, declined=(Declined(1, LATELY),), returned=((2, LATELY),)),
            [person(1), person(2)],
            True,
        ),
        (
            replace(PUBLIC, declined=(Declined(1, LATELY),)),
            [person(1), person(2, presence=Presence.BUSY)],
            True,
        ),
        # Nobody let it run out: that nobody is there is told otherwise.
        (PUBLIC, [], False),
    ],
)
def test_when_everybody_has_let_it_run_out(
    facts: RequestFacts, people: list[OperatorFacts], by_all: bool
) -> None:
    assert declined_by_all(facts, people) is by_all


def test_one_more_is_counted_in_its_lane_and_as_given() -> None:
    more = person(1, InHand(private=1, public=1), given_lately=4).with_one_more(Lane.PRIVATE)
    assert (more.in_hand, more.given_lately) == (InHand(private=2, public=1), 5)
    assert more.with_one_more(Lane.PUBLIC).in_hand == InHand(private=2, public=2)


def test_whoever_comes_first_is_not_flooded() -> None:
    """Twenty wait; the first to come online is given three in this span and no more."""
    held = {1: person(1, capacity=20, intake_most=3), 2: person(2, presence=Presence.OFFLINE)}
    given = []
    for number in range(20):
        choice = decide(replace(PUBLIC, id=number), list(held.values()))
        if choice.chosen is not None:
            held[choice.chosen.id] = choice.chosen.with_one_more(Lane.PUBLIC)
            given.append(choice.chosen.id)
    assert given == [1, 1, 1]


def test_the_share_of_the_weight_decides_who_is_least_loaded() -> None:
    """Three sleeping requests weigh less than one private one, though they are more."""
    asleep, at_work = person(1, InHand(waiting=3)), person(2, InHand(private=1))
    assert decide(PUBLIC, [asleep, at_work]).chosen == asleep
