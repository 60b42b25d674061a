"""The people who may serve, read for a batch of requests: facts in, decisions out as rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, or_, select

from app.core.context import Context
from app.core.counters import lock_counters
from app.core.db import among
from app.identity.dealing import NOTHING, dealing_of, in_hand_of, lane_limits_of
from app.identity.queries import active_operators, why_not_serving
from app.models import (
    MANUAL,
    Account,
    AssignmentDecision,
    ChangeKind,
    Lane,
    Operator,
    RequestChange,
    ServiceRequest,
)
from app.routing.decide import BY_HAND, CAME_BACK, MOST_IN_FULL, Choice, Considered, compact, decide
from app.routing.facts import Declined, OperatorFacts, RequestFacts
from app.routing.pools import Pools
from app.routing.setup.configuration import EMPTY, Setup
from app.routing.special_facts import last_answers, skills_of, turns_of, wanted_now
from app.routing.strategies import DEFAULT_STRATEGY, STRATEGIES, Fact, Strategy
from app.shifts.present import on_shift

RETURNED_TO_QUEUE = "returned_to_queue"
"""The reason of a decision by which a person gave a request back."""
NOT_OPENED = "not_opened"
"""The reason of a decision by which what its assignee had not opened in time went back."""

_HANDING_OUT = "handing_out"
NO_CODES: Mapping[int, str] = MappingProxyType({})


def lock_handing_out(ctx: Context, agency_ids: Collection[int], *more: str) -> None:
    """One hand at a time gives out an agency's work; another agency's people are others, and do not wait.

    `more` are counters to hold with them. What this transaction holds already is not asked for again.
    """
    held: set[str] = ctx.session.info.setdefault(_HANDING_OUT, set())
    wanted = {*(f"routing-{number}" for number in agency_ids), *more} - held
    if wanted:
        lock_counters(ctx.session, wanted, ctx.now())
        held |= wanted


def agencies_serving(ctx: Context, accounts: Iterable[Account]) -> set[int]:
    """Whose people can be given work of these accounts: all are held while it is given out."""
    return {
        agency
        for account in accounts
        for agency in (account.agency_id, *(granted.agency_id for granted in account.grants_at(ctx.now())))
    }


class Roster:
    """Who serves which account with how much in hand, kept in step while a batch is handed out.

    The number of statements depends on the number of agencies, never on that of accounts, requests or people.
    """

    def __init__(self, ctx: Context, setup: Setup = EMPTY) -> None:
        """`setup`: without one, everything is handed out in the ordinary way."""
        self._ctx = ctx
        self._setup = setup
        self._active: dict[int, Sequence[Operator]] = {}
        self._serving: dict[int, tuple[int, ...]] = {}
        self._alike: dict[tuple[int, ...], tuple[int, ...]] = {}
        """Those who serve several accounts, held once."""
        self._people: dict[int, OperatorFacts] = {}
        self._last_turn = 0
        self._pools = Pools()

    def serving(self, account: Account) -> list[OperatorFacts]:
        """Everybody who serves the account, in id order."""
        return [self._people[operator_id] for operator_id in self._ids_serving(account)]

    def _ids_serving(self, account: Account) -> tuple[int, ...]:
        found = self._serving.get(account.id)
        if found is None:
            if account.agency_id not in self._active:
                people = active_operators(self._ctx.session, account.agency_id)
                self._active[account.agency_id] = people
                self._read([person for person in people if person.id not in self._people])
            found = tuple(
                person.id
                for person in self._active[account.agency_id]
                if why_not_serving(person, account, self._ctx.now()) is None
            )
            found = self._serving[account.id] = self._alike.setdefault(found, found)
        return found

    def _read(self, people: Sequence[Operator]) -> None:
        ids = [person.id for person in people]
        held = in_hand_of(self._ctx.session, ids)
        given = _given_lately(self._ctx, people)
        skills = skills_of(self._ctx, ids) if ids and self._setup.skills else {}
        working = on_shift(self._ctx.session, [one.id for one in people if _by_shifts(one)], self._ctx.now())
        turns = turns_of(self._ctx, ids) if ids and self._setup.needs(Fact.TURNS) else {}
        for person in people:
            dealing, lanes = dealing_of(person.agency.routing), lane_limits_of(person)
            self._people[person.id] = OperatorFacts(
                id=person.id,
                name=person.name,
                team_ids=frozenset(team.id for team in person.teams),
                presence=person.presence,
                capacity=person.capacity,
                in_hand=held.get(person.id, NOTHING),
                weights=dealing.weights,
                private_most=lanes.get(Lane.PRIVATE),
                public_most=lanes.get(Lane.PUBLIC),
                given_lately=given.get(person.id, 0),
                intake_most=dealing.intake_most,
                return_within=dealing.return_within,
                skills=skills.get(person.id, {}),
                last_turn=turns.get(person.id, 0),
                off_shift=_by_shifts(person) and person.id not in working,
            )
        self._last_turn = max([self._last_turn, *turns.values()])

    def new_facts(
        self, requests: Sequence[ServiceRequest], withheld: Mapping[int, str] = NO_CODES
    ) -> list[RequestFacts]:
        """Of requests that have just been opened: nobody can have given them back.

        `withheld`: by the request's id, why nobody is given it.
        """
        return [replace(one, withheld=withheld.get(one.id)) for one in self._facts(requests, {})]

    def returning(self, account: Account, facts: RequestFacts) -> Choice | None:
        """Whoever answered lately what is taken up again, where it stood, if they are there and free; it
        counts as held by them from now on. None: it goes the way that rules and queues say."""
        choice = self.imagine(account, facts)
        return None if choice.reason != CAME_BACK else self._counted(compact(choice))

    def waiting_facts(self, requests: Sequence[ServiceRequest]) -> list[RequestFacts]:
        """Of requests that wait in the queue, in order."""
        return self._facts(requests, _came_back(self._ctx, [request.id for request in requests]))

    def _facts(
        self, requests: Sequence[ServiceRequest], came_back: Mapping[int, Sequence[_CameBack]]
    ) -> list[RequestFacts]:
        wanted = wanted_now(self._ctx, self._setup, requests)
        answers = last_answers(self._ctx, self._setup, requests)
        return [
            RequestFacts(
                request.id,
                request.account_id,
                self._setup.team_in(request.queue_id, request.team_id),
                tuple((one.holder, one.ago) for one in back if one.reason == RETURNED_TO_QUEUE),
                lane=request.lane,
                declined=_declined(back),
                queue_id=request.queue_id,
                wanted=wanted[request.id][0],
                ring=wanted[request.id][1],
                answered_by=(answer[0], self._ctx.now() - answer[1]) if answer is not None else None,
            )
            for request in requests
            for answer, back in ((answers.get(request.id), came_back.get(request.id, ())),)
        ]

    def decide(self, account: Account, facts: RequestFacts) -> Choice:
        """Decide as its queue says, and count what was chosen as held from now on."""
        if facts.withheld is not None:
            return compact(self.imagine(account, facts))
        serving = self._ids_serving(account)
        facts = _with_answerer(facts, serving)
        strategy, settings = self._way_of(facts)
        return self._counted(self._pools.choose(facts, serving, self._people, strategy, settings))

    def _counted(self, choice: Choice) -> Choice:
        if choice.chosen is not None:
            self._last_turn += 1
            self._people[choice.chosen.id] = choice.chosen.with_one_more(choice.request.lane, self._last_turn)
            self._pools.changed(choice.chosen.id)
        return choice

    def imagine(self, account: Account, facts: RequestFacts) -> Choice:
        """The same decision with everybody's numbers, however many they are; nobody is given anything."""
        facts = _with_answerer(facts, self._ids_serving(account))
        return decide(facts, self.serving(account), *self._way_of(facts))

    def _way_of(self, facts: RequestFacts) -> tuple[Strategy, Any]:
        queue = self._setup.queues.get(facts.queue_id or 0)
        return (STRATEGIES[DEFAULT_STRATEGY], None) if queue is None else (queue.strategy, queue.settings)


def _with_answerer(facts: RequestFacts, serving: Collection[int]) -> RequestFacts:
    known = facts.answered_by
    return facts if known is None else replace(facts, answerer_serves=known[0] in serving)


def _by_shifts(person: Operator) -> bool:
    """Whether their agency gives work only to who is on shift."""
    return dealing_of(person.agency.routing).only_on_shift


def _given_lately(ctx: Context, people: Sequence[Operator]) -> dict[int, int]:
    """How many requests the router has given each within the span that their agency counts; people who took
    one themselves, or were handed one, did not wait for it. One statement, none where no agency counts."""
    spans: dict[timedelta, list[int]] = defaultdict(list)
    for person in people:
        within = dealing_of(person.agency.routing).intake_within
        if within is not None:
            spans[within].append(person.id)
    if not spans:
        return {}
    row = AssignmentDecision
    lately = [
        among(ctx.session, row.chosen_operator_id, ids) & (row.created_at > ctx.now() - within)
        for within, ids in spans.items()
    ]
    counted = ctx.session.execute(
        select(row.chosen_operator_id, func.count())
        .where(or_(*lately), row.strategy != MANUAL)
        .group_by(row.chosen_operator_id)
    )
    return {operator_id: count for operator_id, count in counted if operator_id is not None}


@dataclass(frozen=True)
class _CameBack:
    holder: int
    reason: str
    ago: timedelta


def _declined(came_back: Sequence[_CameBack]) -> tuple[Declined, ...]:
    times = Counter(one.holder for one in came_back if one.reason == NOT_OPENED)
    last = {one.holder: one.ago for one in reversed(came_back) if one.reason == NOT_OPENED}
    return tuple(Declined(holder, last[holder], count) for holder, count in times.items())


def _came_back(ctx: Context, request_ids: list[int]) -> Mapping[int, list[_CameBack]]:
    """Who gave each back, was relieved of it by somebody's hand, or did not open it; newest first."""
    rows = ctx.session.execute(
        select(
            RequestChange.service_request_id,
            RequestChange.before["assignee_id"].as_integer(),
            RequestChange.reason,
            RequestChange.created_at,
        )
        .where(
            among(ctx.session, RequestChange.service_request_id, request_ids),
            RequestChange.kind == ChangeKind.RETURNED,
            RequestChange.reason.in_((RETURNED_TO_QUEUE, NOT_OPENED)),
        )
        .order_by(RequestChange.id.desc())
    )
    found: dict[int, list[_CameBack]] = defaultdict(list)
    for request_id, holder, reason, at in rows:
        if holder is not None:
            found[request_id].append(_CameBack(holder, reason, ctx.now() - at))
    return found


def decision_of(choice: Choice, at: datetime) -> AssignmentDecision:
    """The choice as its row; the lifecycle applies it."""
    choice = compact(choice)
    return AssignmentDecision(
        created_at=at,
        service_request_id=choice.request.id,
        account_id=choice.request.account_id,
        strategy=choice.strategy,
        chosen_operator_id=choice.chosen.id if choice.chosen else None,
        reason=choice.reason,
        candidates=[considered.record() for considered in choice.considered],
        others=dict(choice.others),
        queue_id=choice.request.queue_id,
        ring=choice.request.ring,
    )


def manual_decision(
    ctx: Context,
    request: ServiceRequest,
    account: Account,
    operator_id: int | None,
    reason: str,
    roster: Roster | None = None,
) -> AssignmentDecision:
    """The record of what was not the strategy's choice, beside everybody whom it could have been."""
    people = (roster or Roster(ctx)).serving(account)
    others: dict[str, Any] = {}
    if len(people) > MOST_IN_FULL:
        others = {BY_HAND: [person.id for person in people if person.id != operator_id]}
        people = [person for person in people if person.id == operator_id]
    return AssignmentDecision(
        created_at=ctx.now(),
        service_request_id=request.id,
        account_id=request.account_id,
        strategy=MANUAL,
        chosen_operator_id=operator_id,
        decided_by_id=ctx.actor.operator_id,
        reason=reason,
        candidates=[Considered(person, None).record() for person in people],
        others=others,
        queue_id=request.queue_id,
        ring=0,
    )
