"""The people who may serve, read for a batch of requests: facts in, decisions out as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.context import Context
from app.core.counters import lock_counters
from app.core.db import among
from app.identity.queries import active_operators, open_requests_by_operator, why_not_serving
from app.models import Account, AssignmentDecision, ChangeKind, Operator, RequestChange, ServiceRequest
from app.routing.decide import Choice, Considered, decide
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.setup.configuration import EMPTY, Setup
from app.routing.special_facts import last_answers, skills_of, turns_of, wanted_now
from app.routing.strategies import Fact

MANUAL = "manual"
RETURNED_TO_QUEUE = "returned_to_queue"
"""The reason of a decision by which a person gave a request back."""


_HANDING_OUT = "handing_out"


def lock_handing_out(ctx: Context, agency_ids: Collection[int], *more: str) -> None:
    """One hand at a time gives out an agency's work; another agency's people are others, and do not wait.

    `more` are counters to hold with them. What this transaction holds already is not asked for again.
    """
    held: set[str] = ctx.session.info.setdefault(_HANDING_OUT, set())
    wanted = {*(f"routing-{number}" for number in agency_ids), *more} - held
    if wanted:
        lock_counters(ctx.session, wanted, ctx.now())
        held |= wanted


class Roster:
    """Who serves which account with how much in hand, kept in step while a batch is handed out.

    The number of statements depends on the number of agencies, never on that of accounts, requests or people.
    """

    def __init__(self, ctx: Context, setup: Setup = EMPTY) -> None:
        """`setup`: without one, everything is handed out in the ordinary way."""
        self._ctx = ctx
        self._setup = setup
        self._active: dict[int, Sequence[Operator]] = {}
        self._serving: dict[int, list[int]] = {}
        self._people: dict[int, OperatorFacts] = {}

    def serving(self, account: Account) -> list[OperatorFacts]:
        """Everybody who serves the account, in id order."""
        if account.id not in self._serving:
            if account.agency_id not in self._active:
                people = active_operators(self._ctx.session, account.agency_id)
                self._active[account.agency_id] = people
                self._read([person for person in people if person.id not in self._people])
            self._serving[account.id] = [
                person.id
                for person in self._active[account.agency_id]
                if why_not_serving(person, account, self._ctx.now()) is None
            ]
        return [self._people[operator_id] for operator_id in self._serving[account.id]]

    def _read(self, people: Sequence[Operator]) -> None:
        loads = (
            open_requests_by_operator(self._ctx.session, [person.id for person in people]) if people else {}
        )
        ids = [person.id for person in people]
        skills = skills_of(self._ctx, ids) if ids and self._setup.skills else {}
        turns = turns_of(self._ctx, ids) if ids and self._setup.needs(Fact.TURNS) else {}
        for person in people:
            self._people[person.id] = OperatorFacts(
                id=person.id,
                name=person.name,
                team_ids=frozenset(team.id for team in person.teams),
                presence=person.presence,
                capacity=person.capacity,
                open_requests=loads.get(person.id, 0),
                skills=skills.get(person.id, {}),
                last_turn=turns.get(person.id, 0),
            )

    def new_facts(self, requests: Sequence[ServiceRequest]) -> list[RequestFacts]:
        """Of requests that have just been opened: nobody can have given them back."""
        return self._facts(requests, {})

    def waiting_facts(self, requests: Sequence[ServiceRequest]) -> list[RequestFacts]:
        """Of requests that wait in the queue, in order."""
        return self._facts(requests, _returned(self._ctx, [request.id for request in requests]))

    def _facts(
        self, requests: Sequence[ServiceRequest], returned: Mapping[int, Sequence[tuple[int, timedelta]]]
    ) -> list[RequestFacts]:
        wanted = wanted_now(self._ctx, self._setup, requests)
        answers = last_answers(self._ctx, self._setup, requests)
        return [
            RequestFacts(
                request.id,
                request.account_id,
                self._setup.team_in(request.queue_id, request.team_id),
                tuple(returned.get(request.id, ())),
                queue_id=request.queue_id,
                wanted=wanted[request.id][0],
                ring=wanted[request.id][1],
                answered_by=(answer[0], self._ctx.now() - answer[1]) if answer is not None else None,
            )
            for request in requests
            for answer in (answers.get(request.id),)
        ]

    def decide(self, account: Account, facts: RequestFacts) -> Choice:
        """Decide as its queue says, and count what was chosen as held from now on."""
        serving = self.serving(account)
        if facts.answered_by is not None:
            known = facts.answered_by[0]
            facts = replace(facts, answerer_serves=any(person.id == known for person in serving))
        queue = self._setup.queues.get(facts.queue_id or 0)
        if queue is None:
            choice = decide(facts, serving)
        else:
            choice = decide(facts, serving, queue.strategy, queue.settings)
        if choice.chosen is not None:
            turn = max((person.last_turn for person in self._people.values()), default=0) + 1
            self._people[choice.chosen.id] = choice.chosen.with_one_more(turn)
        return choice


def _returned(ctx: Context, request_ids: list[int]) -> dict[int, list[tuple[int, timedelta]]]:
    """Who gave each back, or was relieved of it by somebody's hand, with how long ago; newest first."""
    rows = ctx.session.execute(
        select(
            RequestChange.service_request_id,
            RequestChange.before["assignee_id"].as_integer(),
            RequestChange.created_at,
        )
        .where(
            among(ctx.session, RequestChange.service_request_id, request_ids),
            RequestChange.kind == ChangeKind.RETURNED,
            RequestChange.reason == RETURNED_TO_QUEUE,
        )
        .order_by(RequestChange.id.desc())
    )
    found: dict[int, list[tuple[int, timedelta]]] = defaultdict(list)
    for request_id, holder, at in rows:
        if holder is not None:
            found[request_id].append((holder, ctx.now() - at))
    return found


def decision_of(choice: Choice, at: datetime) -> AssignmentDecision:
    """The choice as its row; the lifecycle applies it."""
    return AssignmentDecision(
        created_at=at,
        service_request_id=choice.request.id,
        account_id=choice.request.account_id,
        strategy=choice.strategy,
        chosen_operator_id=choice.chosen.id if choice.chosen else None,
        reason=choice.reason,
        candidates=[considered.record() for considered in choice.considered],
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
    return AssignmentDecision(
        created_at=ctx.now(),
        service_request_id=request.id,
        account_id=request.account_id,
        strategy=MANUAL,
        chosen_operator_id=operator_id,
        decided_by_id=ctx.actor.operator_id,
        reason=reason,
        candidates=[Considered(person, None).record() for person in people],
        queue_id=request.queue_id,
        ring=0,
    )
