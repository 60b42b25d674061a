"""Dealing a period out again. Pure: the same past, scenario and seed give the same outcome anywhere.

Each request comes when it came. Whoever it is given to needs as long for the first answer, and has it in hand
as long, as the one who had it then; of what nobody had, both are drawn from requests of the same lane. What
waits is given out as `dealing` does it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from app.core.lanes import Lane
from app.routing.decide import Choice
from app.routing.whatif.dealing import Dealing, Scenario
from app.routing.whatif.past import Past, PastRequest, Step, Weighs


@dataclass(frozen=True)
class _Taken:
    """In seconds from when it was given; None: it never was."""

    answer: float | None = None
    over: float | None = None
    steps: tuple[Step, ...] = ()


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
        self._dealing = Dealing(scenario, self._takes)
        self._dealt: dict[int, Dealt] = {}
        self._lengths: dict[Lane, list[_Taken]] = defaultdict(list)
        for one in past.requests:
            if one.given is not None:
                self._lengths[one.lane].append(_taken(one, one.given))

    def dealt_out(self) -> list[Dealt]:
        self._dealing.begins(self._past.earlier, self._past.since)
        self._dealing.goes_through(self._past.seen, self._past.requests, self._arrives)
        self._dealing.reaches(self._past.until)
        return [self._dealt.get(one.id, Dealt(one, None, None, None, None)) for one in self._past.requests]

    def _arrives(self, request: PastRequest) -> None:
        if self._dealing.comes(request.opened, request).chosen is None:
            self._dealing.waits(request)

    def _takes(self, request: PastRequest, choice: Choice, at: float) -> list[Step]:
        taken = self._lasts(request)
        over = None if taken.over is None else at + taken.over
        answer = taken.answer
        answered = None if answer is None or at + answer > self._past.until else at + answer
        holder = None if choice.chosen is None else choice.chosen.id
        dealt = Dealt(request, holder, at, answered, over)
        self._dealt.update({request.id: dealt})
        return [(at + after, weighs) for after, weighs in taken.steps]

    def _lasts(self, request: PastRequest) -> _Taken:
        if request.given is not None:
            return _taken(request, request.given)
        known = self._lengths[request.lane]
        return self._dice.choice(known) if known else _Taken()


def _taken(one: PastRequest, given: float) -> _Taken:
    answer = None if one.answered is None else max(0.0, one.answered - given)
    over = None if one.over is None else max(0.0, one.over - given)
    steps = one.steps or (((one.over, Weighs.NOTHING),) if one.over is not None else ())
    return _Taken(answer, over, tuple((max(0.0, at - given), weighs) for at, weighs in steps))
