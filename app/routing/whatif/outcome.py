"""What a period came to, counted in one way for what was and for what would have been."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from app.routing.whatif.engine import Dealt
from app.routing.whatif.past import PastRequest


class PersonOutcome(BaseModel):
    operator_id: int
    """Below 0: somebody who was put in."""
    name: str
    given: int
    busiest: int
    """The most requests that they had in hand at once."""


class Outcome(BaseModel):
    requests: int
    given: int
    """Had somebody before the period was over."""
    wait_p50: int | None
    """Seconds from coming to being given; of those that were given, by nearest rank."""
    wait_p90: int | None
    answer_p50: int | None
    """Seconds from coming to the first answer; of those that were answered within the period."""
    answer_p90: int | None
    due: int
    """Those whose first answer was due within the period."""
    in_time: int
    """Of these, answered by then."""
    gini: float
    """How unevenly the requests were given: 0, all the same, to 1, all to one of very many."""
    people: list[PersonOutcome]
    """Who was given most first."""


def as_it_was(requests: Sequence[PastRequest], until: float) -> list[Dealt]:
    return [
        Dealt(
            one,
            one.holder,
            one.given,
            None if one.answered is None or one.answered > until else one.answered,
            one.over,
        )
        for one in requests
    ]


def outcome_of(dealt: Sequence[Dealt], names: Mapping[int, str], until: float) -> Outcome:
    """`names` are of everybody who could be given work: who was given none counts for the evenness."""
    given = [one for one in dealt if one.given is not None]
    waits = [max(0.0, one.given - one.request.opened) for one in given if one.given is not None]
    answers = [one.answered - one.request.opened for one in dealt if one.answered is not None]
    due = [one for one in dealt if one.request.due is not None and one.request.due <= until]
    shares = Counter(one.holder for one in given if one.holder is not None)
    busiest = _busiest(given, until)
    known = {**dict.fromkeys(shares, ""), **names}
    people = [
        PersonOutcome(operator_id=number, name=name, given=shares[number], busiest=busiest.get(number, 0))
        for number, name in known.items()
    ]
    return Outcome(
        requests=len(dealt),
        given=len(given),
        wait_p50=_rank(waits, 50),
        wait_p90=_rank(waits, 90),
        answer_p50=_rank(answers, 50),
        answer_p90=_rank(answers, 90),
        due=len(due),
        in_time=sum(one.answered is not None and one.answered <= (one.request.due or 0) for one in due),
        gini=round(gini([shares[number] for number in known]), 4),
        people=sorted(people, key=lambda one: (-one.given, one.operator_id)),
    )


def _rank(lengths: Iterable[float], percent: int) -> int | None:
    ordered = sorted(lengths)
    return round(ordered[math.ceil(len(ordered) * percent / 100) - 1]) if ordered else None


def gini(numbers: Sequence[int]) -> float:
    """By the mean difference between any two of them; 0 where there is nothing to divide."""
    ordered = sorted(numbers)
    whole = sum(ordered)
    if not whole:
        return 0.0
    size = len(ordered)
    weighed = sum(place * number for place, number in enumerate(ordered, start=1))
    return 2 * weighed / (size * whole) - (size + 1) / size


def _busiest(given: Iterable[Dealt], until: float) -> dict[int, int]:
    steps: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for one in given:
        if one.holder is None or one.given is None:
            continue
        steps[one.holder].append((one.given, 1))
        steps[one.holder].append((until if one.over is None else one.over, -1))
    found = {}
    for holder, changes in steps.items():
        most = now = 0
        for _, change in sorted(changes):
            now += change
            most = max(most, now)
        found[holder] = most
    return found
