"""Whether a rule means a request: asked for its owner, of the request as it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select

from app.automation.acting import as_owner, bound_for, owner_of
from app.automation.judging import note_standing
from app.conditions.binding import Bound, BoundLeaf, Change
from app.core.context import Context
from app.core.db import among
from app.core.permissions import Actor
from app.identity.scope import scope
from app.models import AutomationRule, ServiceRequest, Standing
from app.routing.fields import SERVICE_REQUESTS


@dataclass(frozen=True)
class Meeting:
    """A rule and a request that it means, and why."""

    rule: AutomationRule
    request: ServiceRequest
    change: Change
    matched: list[dict[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """A run that is to be written down."""

    meeting: Meeting
    moment: str
    cause: str
    caused_by_id: int | None = None
    round: int = 1
    basis_at: datetime | None = None


class Reader:
    """Some requests, and what rules say of them. Statements grow with owners, not with requests."""

    def __init__(self, ctx: Context, request_ids: Collection[int]) -> None:
        self._ctx = ctx
        self.ids = sorted(request_ids)
        self._requests = SERVICE_REQUESTS.load(ctx.session, self.ids)
        self._actors: dict[int, Actor | None] = {}
        self._reached: dict[int, frozenset[int]] = {}
        self._bound: dict[int, Bound | None] = {}

    def request(self, request_id: int) -> ServiceRequest | None:
        found: ServiceRequest | None = self._requests.get(request_id)
        return found

    def meet(self, rule: AutomationRule, request_id: int, change: Change) -> Meeting | None:
        """None where the condition does not hold, the rule stands still, or its owner does not reach it."""
        request = self.request(request_id)
        bound = self.bound(rule)
        if request is None or bound is None or request.account.agency_id != rule.agency_id:
            return None
        if request_id not in self._reached[rule.owner_id] or not bound.holds(request, change):
            return None
        decided = bound.explain(request, change).decided
        return Meeting(rule, request, change, [_told(leaf, request, change) for leaf in decided])

    def bound(self, rule: AutomationRule) -> Bound | None:
        """The rule's condition for its owner; a rule that stands still is noted as such."""
        if rule.id not in self._bound:
            actor = self._actor(rule)
            self._bound[rule.id] = None if actor is None else bound_for(self._ctx, rule, actor)
            bound = self._bound[rule.id]
            if bound is not None:
                bound.prepare(list(self._requests.values()))
            if bound is None or rule.standing is not Standing.FINE:
                note_standing(self._ctx, rule)
        return self._bound[rule.id]

    def _actor(self, rule: AutomationRule) -> Actor | None:
        if rule.owner_id not in self._actors:
            actor = self._actors[rule.owner_id] = owner_of(self._ctx, rule)
            self._reached[rule.owner_id] = frozenset() if actor is None else self._within(actor)
        return self._actors[rule.owner_id]

    def _within(self, actor: Actor) -> frozenset[int]:
        with as_owner(self._ctx, actor):
            statement = scope(select(ServiceRequest.id), actor, ServiceRequest)
            chosen = statement.where(among(self._ctx.session, ServiceRequest.id, self.ids))
            return frozenset(self._ctx.session.scalars(chosen))


def _told(leaf: BoundLeaf, request: ServiceRequest, change: Change) -> dict[str, Any]:
    return {"leaf": leaf.leaf.model_dump(mode="json"), "value": _plain(leaf.had(request, change))}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return sorted(value) if isinstance(value, frozenset) else value
