"""Deciding for many requests in a row: who may have a request of a kind, and in which order, is kept.

`decide` looks at everybody for each request. Between two requests of a batch one person has changed: whoever
got the first. A pool holds what `decide` found of all others, and gives the same decision (a test compares
the two).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.routing.decide import (
    IN_FULL,
    LOWER,
    MOST_IN_FULL,
    NOT_WANTED,
    Choice,
    Considered,
    compact,
    decide,
    why_nobody,
)
from app.routing.exclusions import excluded
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies import OrderedStrategy, Strategy
from app.routing.strategies.ordered import Place

Kind = tuple[Any, ...]


def kind_of(request: RequestFacts) -> Kind:
    """Requests of one kind are alike to everybody who neither gave them back nor let them run out."""
    return (request.team_id, request.queue_id, request.wanted, request.lane)


class Pool:
    """Those who serve, as they stand towards requests of one kind."""

    def __init__(
        self, request: RequestFacts, people: Iterable[OperatorFacts], strategy: Strategy, settings: Any
    ) -> None:
        self._plain = replace(request, returned=(), declined=())
        self._strategy = strategy
        self._settings = strategy.settings() if settings is None else settings
        self._people = {person.id: person for person in people}
        self._codes: dict[int, str | None] = {}
        self._places: dict[int, Place] = {}
        self._order: list[Place] = []
        """Of those who are free and wanted; the last number of each is the person's id."""
        self._groups: dict[str, list[int]] = {}
        """The others, by why; ascending ids."""
        everybody = self._everybody()
        for person in everybody:
            self._enter(person, everybody)

    def _everybody(self) -> Sequence[OperatorFacts]:
        return tuple(self._people.values())

    def put(self, person: OperatorFacts) -> None:
        """They stand otherwise than before; whoever does not serve here is passed over."""
        if person.id not in self._people:
            return
        self._leave(person.id)
        self._people[person.id] = person
        self._enter(person, ())

    def choose(self, request: RequestFacts) -> Choice:
        """For a request of the pool's kind; people stay as they were."""
        touched = {number for number, _ in request.returned} | {one.operator_id for one in request.declined}
        if touched & self._people.keys() or not isinstance(self._strategy, OrderedStrategy):
            return compact(decide(request, self._everybody(), self._strategy, self._settings))
        strategy = self._strategy
        is_small = len(self._people) <= MOST_IN_FULL
        best = self._order if is_small else self._order[:IN_FULL]
        ranked = [
            self._considered(request, strategy, int(place[-1]), rank)
            for rank, place in enumerate(best, start=1)
        ]
        others: dict[str, Sequence[int]] = {}
        if is_small:
            by_id = {one.operator.id: one for one in ranked}
            told = tuple(
                by_id.get(number) or Considered(person, self._codes[number])
                for number, person in self._people.items()
            )
        else:
            told = tuple(ranked)
            others = {code: list(ids) for code, ids in self._groups.items() if ids}
            if self._order[IN_FULL:]:
                others[LOWER] = [int(place[-1]) for place in self._order[IN_FULL:]]
        is_free = bool(self._order) or bool(self._groups.get(NOT_WANTED))
        first = ranked[0] if ranked else None
        return Choice(
            request=request,
            strategy=strategy.name,
            reason=(first.reason or "") if first else why_nobody(strategy, is_free),
            considered=told,
            chosen=first.operator if first else None,
            others=others,
        )

    def _considered(
        self, request: RequestFacts, strategy: OrderedStrategy, number: int, rank: int
    ) -> Considered:
        told = strategy.told(request, self._people[number], rank, self._settings)
        return Considered(told.operator, None, rank, told.reason, told.parts)

    def _enter(self, person: OperatorFacts, everybody: Sequence[OperatorFacts]) -> None:
        code = self._codes[person.id] = excluded(self._plain, person, everybody)
        if code is None and isinstance(self._strategy, OrderedStrategy):
            place = self._strategy.place(self._plain, person, self._settings)
            if place is not None:
                self._places[person.id] = place
                insort(self._order, place)
                return
        insort(self._groups.setdefault(code or NOT_WANTED, []), person.id)

    def _leave(self, number: int) -> None:
        place = self._places.pop(number, None)
        if place is not None:
            del self._order[bisect_left(self._order, place)]
            return
        group = self._groups[self._codes[number] or NOT_WANTED]
        del group[bisect_left(group, number)]


class Pools:
    """The pools of a batch, each brought up to date when it is asked."""

    def __init__(self) -> None:
        self._pools: dict[Kind, Pool] = {}
        self._seen: dict[Kind, int] = {}
        self._changed: list[int] = []

    def changed(self, operator_id: int) -> None:
        self._changed.append(operator_id)

    def choose(
        self,
        request: RequestFacts,
        serving: Sequence[int],
        people: Mapping[int, OperatorFacts],
        strategy: Strategy,
        settings: Any,
    ) -> Choice:
        """`serving` are ids in order, the same sequence for all accounts that the same people serve; `people`
        is how everybody stands now."""
        kind = (id(serving), *kind_of(request))
        pool = self._pools.get(kind)
        if pool is None:
            pool = self._pools[kind] = Pool(request, (people[one] for one in serving), strategy, settings)
        else:
            for number in set(self._changed[self._seen[kind] :]):
                pool.put(people[number])
        self._seen[kind] = len(self._changed)
        return pool.choose(request)
