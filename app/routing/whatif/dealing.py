"""Giving out a stretch of time, as what-if does with a past one and the demo with its history: who has what
counts as it really weighs, who comes and goes is told, and `decide` says who gets what.

What waits is given out when somebody comes to work or has less in hand, the most urgent of each place first.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.lanes import Lane
from app.identity.dealing import InHand
from app.models import Presence
from app.routing.decide import Choice, decide
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import Strategy
from app.routing.whatif.past import PastRequest, Seen, Step, Weighs

_TRIED = 30
"""So many of those that wait in one place are looked at when somebody has a hand free."""
Place = tuple[int, int, int]
"""Account, team, queue; 0: none."""


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


@dataclass(order=True, frozen=True)
class _Waits:
    urgent: float
    priority: int
    id: int
    request: PastRequest = field(compare=False)


@dataclass(order=True, frozen=True)
class _Turns:
    """When what somebody has becomes more or less."""

    at: float
    id: int
    step: int
    person: int = field(compare=False)
    lane: Lane = field(compare=False)
    was: Weighs = field(compare=False)
    now: Weighs = field(compare=False)


Takes = Callable[[PastRequest, Choice, float], Iterable[Step]]
"""Told of each request that is given, when: what it weighs from when on; work at first."""


class Dealing:
    """Who has what, as time passes. Moments never go back."""

    def __init__(self, scenario: Scenario, takes: Takes) -> None:
        self._scenario = scenario
        self._takes = takes
        self._people = dict(scenario.people)
        self._waiting: dict[Place, list[_Waits]] = {}
        self._turns: list[_Turns] = []
        self._lately: dict[int, deque[float]] = defaultdict(deque)
        self._turn = 0
        self._with: dict[int, list[int]] = defaultdict(list)
        for stand_in, colleagues in scenario.stand_ins.items():
            for colleague in colleagues:
                self._with[colleague].append(stand_in)

    def begins(self, earlier: Iterable[PastRequest], at: float) -> None:
        """What came before is in somebody's hands, or waits."""
        for one in earlier:
            if one.given is None or one.given >= at:
                self.waits(one)
            elif one.holder is not None:
                self._has(one, one.holder, one.steps, at)

    def passes(self, at: float) -> None:
        """Up to this moment, which itself has not come."""
        while self._turns and self._turns[0].at < at:
            self._turn_next()

    def reaches(self, at: float) -> None:
        """Up to and with this moment."""
        while self._turns and self._turns[0].at <= at:
            self._turn_next()

    def goes_through(
        self, seen: Iterable[Seen], comes: Iterable[PastRequest], arrives: Callable[[PastRequest], None]
    ) -> None:
        """In the order of time; who is there is known before what ends and what comes at a moment."""
        happen: dict[float, tuple[list[Seen], list[PastRequest]]] = {}
        for one in seen:
            happen.setdefault(one.at, ([], []))[0].append(one)
        for request in comes:
            happen.setdefault(request.opened, ([], []))[1].append(request)
        for at in sorted(happen):
            people, requests = happen[at]
            self.passes(at)
            there = {number for one in people for number in one.there}
            self.sees(at, there, {number for one in people for number in one.away} - there)
            self.reaches(at)
            for request in requests:
                arrives(request)

    def comes(self, at: float, request: PastRequest) -> Choice:
        """Given to somebody, if anybody can have it; else `waits` says that it stays."""
        return self._give(at, request, self._scenario.way_of(request))

    def waits(self, request: PastRequest) -> None:
        way = self._scenario.way_of(request)
        place = (request.account_id, way.team_id or 0, way.queue_id or 0)
        known = [at for at in (request.urgent, request.due) if at is not None]
        urgent = known[0] if known else request.opened
        waits = _Waits(urgent, request.priority, request.id, request)
        heapq.heappush(self._waiting.setdefault(place, []), waits)

    def sees(self, at: float, there: Collection[int], away: Collection[int]) -> None:
        """These are at work at this moment, and those are not."""
        came = {number for number in there if self._turn_to(number, Presence.ONLINE)}
        for number in away:
            self._turn_to(number, Presence.OFFLINE)
        for number in {*there, *away}:
            for stand_in in self._with.get(number, ()):
                colleagues = self._scenario.stand_ins[stand_in]
                is_there = any(self._is_there(one) for one in colleagues)
                if self._turn_to(stand_in, Presence.ONLINE if is_there else Presence.OFFLINE) and is_there:
                    came.add(stand_in)
        if came:
            self._hand_out(at, came)

    def _give(self, at: float, request: PastRequest, way: Way) -> Choice:
        facts = RequestFacts(
            request.id,
            request.account_id,
            way.team_id,
            queue_id=way.queue_id,
            wanted=way.wanted,
            lane=request.lane,
        )
        serving = [self._as_of(number, at) for number in self._scenario.serving.get(request.account_id, ())]
        choice = decide(facts, serving, *self._scenario.strategy_of(way.queue_id))
        if choice.chosen is not None:
            number = choice.chosen.id
            self._turn += 1
            self._people[number] = replace(choice.chosen, last_turn=self._turn)
            self._lately[number].append(at)
            self._has(request, number, self._takes(request, choice, at), at)
        return choice

    def _has(self, request: PastRequest, number: int, steps: Iterable[Step], at: float) -> None:
        """From now on, as what it is now; what comes later is noted."""
        if number not in self._people:
            return
        now = Weighs.WORK
        later = []
        for step in steps:
            if step[0] < at:
                now = step[1]
            else:
                later.append(step)
        self._weigh(number, request.lane, Weighs.NOTHING, now)
        for place, (when, weighs) in enumerate(later):
            turns = _Turns(when, request.id, place, number, request.lane, now, weighs)
            heapq.heappush(self._turns, turns)
            now = weighs

    def _weigh(self, number: int, lane: Lane, was: Weighs, now: Weighs) -> None:
        person = self._people[number]
        held = _counted(_counted(person.in_hand, lane, was, -1), lane, now, 1)
        self._people[number] = replace(person, in_hand=held)

    def _turn_next(self) -> None:
        """What somebody has less in hand from now on makes room for another at that moment."""
        turns = heapq.heappop(self._turns)
        weight = self._people[turns.person].weight
        self._weigh(turns.person, turns.lane, turns.was, turns.now)
        person = self._people[turns.person]
        if person.weight < weight and person.presence is Presence.ONLINE:
            self._hand_out(turns.at, {turns.person})

    def _as_of(self, number: int, at: float) -> OperatorFacts:
        person = self._people[number]
        within = self._scenario.intake_within.get(number)
        if person.intake_most is None or within is None:
            return person if person.given_lately == 0 else replace(person, given_lately=0)
        lately = self._lately[number]
        while lately and lately[0] <= at - within:
            lately.popleft()
        return replace(person, given_lately=len(lately))

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
        for place in sorted(self._waiting):
            waiting = self._waiting[place]
            if waiting and not free.isdisjoint(self._scenario.serving.get(place[0], ())):
                self._hand_out_in(at, waiting)

    def _hand_out_in(self, at: float, waiting: list[_Waits]) -> None:
        """The most urgent first; one that nobody there may have hides no more than its own kind."""
        passed: list[_Waits] = []
        stuck: set[tuple[Any, ...]] = set()
        while waiting and len(passed) < _TRIED:
            first = heapq.heappop(waiting)
            way = self._scenario.way_of(first.request)
            kind = (first.request.lane, way.wanted)
            if kind in stuck or self._give(at, first.request, way).chosen is None:
                stuck.add(kind)
                passed.append(first)
        for one in passed:
            heapq.heappush(waiting, one)


def _counted(held: InHand, lane: Lane, weighs: Weighs, more: int) -> InHand:
    if weighs is Weighs.NOTHING:
        return held
    if weighs is Weighs.SLEEP:
        return replace(held, waiting=held.waiting + more)
    if lane is Lane.PRIVATE:
        return replace(held, private=held.private + more)
    return replace(held, public=held.public + more)
