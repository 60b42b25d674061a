"""Who gets a request: the least-loaded person who is present, with the decision written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.context import Context
from app.identity.queries import open_requests_by_operator, operators_for_account
from app.models import Account, AssignmentDecision, Operator, Presence, ServiceRequest

LEAST_LOADED = "least_loaded"
MANUAL = "manual"


@dataclass(frozen=True)
class Person:
    """What handing out work needs of an operator, read once for a batch."""

    operator: Operator
    team_ids: frozenset[int]
    absence: str | None
    facts: dict[str, Any]

    @classmethod
    def of(cls, operator: Operator) -> Person:
        presence = operator.presence
        return cls(
            operator,
            frozenset(team.id for team in operator.teams),
            None if presence is Presence.ONLINE else f"presence_{presence.value}",
            {
                "operator_id": operator.id,
                "name": operator.name,
                "capacity": operator.capacity,
                "presence": presence.value,
            },
        )


@dataclass
class Candidate:
    person: Person
    open_requests: int
    excluded: str | None = None

    @property
    def operator(self) -> Operator:
        return self.person.operator

    def record(self) -> dict[str, Any]:
        return {**self.person.facts, "open_requests": self.open_requests, "excluded": self.excluded}


class Roster:
    """The people who may serve, with their loads, kept in step while a batch is handed out."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._people: dict[int, list[Person]] = {}
        self._load: dict[int, int] = {}

    def candidates(self, account: Account, team_id: int | None) -> list[Candidate]:
        return [
            Candidate(person, self._load.get(person.operator.id, 0), self._exclusion(person, team_id))
            for person in self._people_of(account)
        ]

    def _people_of(self, account: Account) -> list[Person]:
        if account.id not in self._people:
            people = operators_for_account(self._ctx.session, account)
            unknown = [person.id for person in people if person.id not in self._load]
            loads = open_requests_by_operator(self._ctx.session, unknown)
            self._load.update({operator_id: loads.get(operator_id, 0) for operator_id in unknown})
            self._people[account.id] = [Person.of(person) for person in people]
        return self._people[account.id]

    def _exclusion(self, person: Person, team_id: int | None) -> str | None:
        if team_id is not None and team_id not in person.team_ids:
            return "other_team"
        if person.absence is not None:
            return person.absence
        if self._load.get(person.operator.id, 0) >= person.facts["capacity"]:
            return "at_capacity"
        return None

    def took(self, operator_id: int) -> None:
        self._load[operator_id] = self._load.get(operator_id, 0) + 1


def choose_least_loaded(candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate with the smallest share of their capacity in use; the lower id on a tie."""
    free = [candidate for candidate in candidates if candidate.excluded is None]
    if not free:
        return None
    return min(free, key=lambda c: (c.open_requests / max(1, c.person.facts["capacity"]), c.operator.id))


def decide(ctx: Context, roster: Roster, account: Account, request: ServiceRequest) -> AssignmentDecision:
    """Assign `request` if somebody can take it, and record how that came about either way."""
    candidates = roster.candidates(account, request.team_id)
    chosen = choose_least_loaded(candidates)
    if chosen is not None:
        request.assignee_id = chosen.operator.id
        roster.took(chosen.operator.id)
    return AssignmentDecision(
        created_at=ctx.now(),
        service_request_id=request.id,
        account_id=request.account_id,
        strategy=LEAST_LOADED,
        chosen_operator_id=chosen.operator.id if chosen else None,
        reason="least_loaded" if chosen else "nobody_available",
        candidates=[candidate.record() for candidate in candidates],
    )
