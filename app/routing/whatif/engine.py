"""Dealing a period out again. Pure: the same past, scenario and seed give the same outcome anywhere.

Each request comes when it came. Whoever it is given to needs as long for the first answer, and has it in hand
as long, as the one who had it then; of what nobody had, both are drawn from requests of the same lane. What
waits is given out when somebody comes to work or has a hand free again, the most urgent first.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.lanes import Lane
from app.models import Presence
from app.routing.decide import decide
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import Strategy
from app.routing.whatif.past import Past, PastRequest, Seen

_SEEN, _COMES = 0, 1
"""Who is there is known before what comes at the same moment."""
_TRIED = 30
"""So many of those that wait in one place are looked at when somebody has a hand free."""
Place = tuple[int, int | None, int | None]


@dataclass(frozen=True)
class Way:
    """Where a request waits, and for which skills."""

    team_id: int | None
    queue_id: int | None
    wanted: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Scenario:
    """What is tried."""

    people: Mapping[int, OperatorFacts]
    """With nothing in hand and nobody at work."""
    serving: Mapping[int, tuple[int, ...]]
    """By account, in id order."""
    stand_ins: Mapping[int, tuple[int, ...]]
    """Who is at work whenever one of these colleagues is."""
    way_of: Callable[[PastRequest], Way]
    strategy_of: Callable[[int | None], tuple[Strategy, Any]]
    """By queue; with the settings of the strategy's own class."""
    intake_within: Mapping[int, float] = field(default_factory=dict)
    """By person: the seconds in which their `intake_most` counts."""


Taken = tuple[float | None, float | None]
"""From when it was given: the seconds until the first answer, and until it was over; None: it never was."""


@dataclass(order=True, frozen=True)
class _Waits:
    urgent: float
    priority: int
    id: int
    request: PastRequest = field(compare=False)
    way: Way = field(compare=False)


@dataclass(frozen=True)
class Dealt:
    """What became of one request."""

    request: PastRequest
    holder: int | None
    given: float | None
    answered: float | None
    over: float | None


def simulate(past: Past, scenario: Scenario, seed: int) -> list[Dealt]:
    """One for each request, in the order in which they came."""
    return _Period(past, scenario, seed).dealt_out()


class _Period:
    def __init__(self, past: Past, scenario: Scenario, seed: int) -> None:
        self._past = past
        self._scenario = scenario
        self._dice = random.Random(seed)  # noqa: S311 - the same seed, the same outcome
        self._people = dict(scenario.people)
        self._dealt: dict[int, Dealt] = {}
        self._waiting: dict[Place, list[_Waits]] = {}
        self._ends: list[tuple[float, int, int, Lane]] = []
        """When what somebody has is over, the next first: request, person, lane."""
        self._lately: dict[int, deque[float]] = defaultdict(deque)
        self._turn = 0
        self._lengths: dict[Lane, list[Taken]] = defaultdict(list)
        for one in past.requests:
            if one.given is not None:
                self._lengths[one.lane].append(_taken(one, one.given))
        self._with: dict[int, list[int]] = defaultdict(list)
        for stand_in, colleagues in scenario.stand_ins.items():
            for colleague in colleagues:
                self._with[colleague].append(stand_in)

    def dealt_out(self) -> list[Dealt]:
        for at, what, thing in _happenings(self._past):
            self._end_until(at)
            if what == _SEEN:
                self._come_and_go(at, thing)
            else:
                self._comes(at, thing)
        self._end_until(self._past.until)
        return [self._dealt.get(one.id, Dealt(one, None, None, None, None)) for one in self._past.requests]

    def _comes(self, at: float, request: PastRequest) -> None:
        way = self._scenario.way_of(request)
        if not self._give(at, request, way):
            place = (request.account_id, way.team_id, way.queue_id)
            urgent = request.opened if request.due is None else request.due
            waits = _Waits(urgent, request.priority, request.id, request, way)
            heapq.heappush(self._waiting.setdefault(place, []), waits)

    def _give(self, at: float, request: PastRequest, way: Way) -> bool:
        facts = RequestFacts(
            request.id,
            request.account_id,
            way.team_id,
            queue_id=way.queue_id,
            wanted=way.wanted,
            lane=request.lane,
        )
        serving = [self._as_of(number, at) for number in self._scenario.serving.get(request.account_id, ())]
        chosen = decide(facts, serving, *self._scenario.strategy_of(way.queue_id)).chosen
        if chosen is None:
            return False
        self._turn += 1
        self._people[chosen.id] = chosen.with_one_more(request.lane, self._turn)
        self._lately[chosen.id].append(at)
        answer, length = self._takes(request)
        over = None if length is None else at + length
        answered = None if answer is None or at + answer > self._past.until else at + answer
        dealt = Dealt(request, chosen.id, at, answered, over)
        self._dealt.update({request.id: dealt})
        if over is not None:
            heapq.heappush(self._ends, (over, request.id, chosen.id, request.lane))
        return True

    def _takes(self, request: PastRequest) -> Taken:
        if request.given is not None:
            return _taken(request, request.given)
        known = self._lengths[request.lane]
        return self._dice.choice(known) if known else (None, None)

    def _as_of(self, number: int, at: float) -> OperatorFacts:
        person = self._people[number]
        within = self._scenario.intake_within.get(number)
        if person.intake_most is None or within is None:
            return person if person.given_lately == 0 else replace(person, given_lately=0)
        lately = self._lately[number]
        while lately and lately[0] <= at - within:
            lately.popleft()
        return replace(person, given_lately=len(lately))

    def _end_until(self, at: float) -> None:
        """What is over by then leaves its holder's hands, who may be given another at that moment."""
        while self._ends and self._ends[0][0] <= at:
            over, _, number, lane = heapq.heappop(self._ends)
            person = self._people[number]
            held = person.in_hand
            less = (
                replace(held, private=held.private - 1)
                if lane is Lane.PRIVATE
                else replace(held, public=held.public - 1)
            )
            self._people[number] = replace(person, in_hand=less)
            if person.presence is Presence.ONLINE:
                self._hand_out(over, {number})

    def _come_and_go(self, at: float, seen: Seen) -> None:
        came = {number for number in seen.there if self._turn_to(number, Presence.ONLINE)}
        for number in seen.away:
            self._turn_to(number, Presence.OFFLINE)
        for number in {*seen.there, *seen.away}:
            for stand_in in self._with.get(number, ()):
                colleagues = self._scenario.stand_ins[stand_in]
                is_there = any(self._is_there(one) for one in colleagues)
                if self._turn_to(stand_in, Presence.ONLINE if is_there else Presence.OFFLINE) and is_there:
                    came.add(stand_in)
        if came:
            self._hand_out(at, came)

    def _is_there(self, number: int) -> bool:
        person = self._people.get(number)
        return person is not None and person.presence is Presence.ONLINE

    def _turn_to(self, number: int, presence: Presence) -> bool:
        """Whether they were otherwise before; who is not asked any more is passed over."""
        person = self._people.get(number)
        if person is None or person.presence is presence:
            return False
        self._people[number] = replace(person, presence=presence)
        return True

    def _hand_out(self, at: float, free: set[int]) -> None:
        for place, waiting in self._waiting.items():
            if waiting and not free.isdisjoint(self._scenario.serving.get(place[0], ())):
                self._hand_out_in(at, waiting)

    def _hand_out_in(self, at: float, waiting: list[_Waits]) -> None:
        """The most urgent first; one that nobody there may have hides no more than its own kind."""
        passed: list[_Waits] = []
        stuck: set[tuple[Any, ...]] = set()
        while waiting and len(passed) < _TRIED:
            first = heapq.heappop(waiting)
            kind = (first.request.lane, first.way.wanted)
            if kind in stuck or not self._give(at, first.request, first.way):
                stuck.add(kind)
                passed.append(first)
        for one in passed:
            heapq.heappush(waiting, one)


def _taken(one: PastRequest, given: float) -> Taken:
    answer = None if one.answered is None else max(0.0, one.answered - given)
    return answer, None if one.over is None else max(0.0, one.over - given)


def _happenings(past: Past) -> Iterator[tuple[float, int, Any]]:
    """Arrivals and what was seen, in order."""
    seen = ((one.at, _SEEN, at, one) for at, one in enumerate(past.seen))
    comes = ((one.opened, _COMES, at, one) for at, one in enumerate(past.requests))
    return ((at, what, thing) for at, what, _, thing in heapq.merge(seen, comes, key=lambda one: one[:3]))
