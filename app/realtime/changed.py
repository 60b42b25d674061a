"""Whom events about people, roles, grants and units concern: what they may hear is looked up at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.core.permissions import Actor, RequestReach
from app.core.tables import EventLog
from app.identity.events import (
    GRANT_ADDED,
    GRANT_BEGUN,
    GRANT_EDITED,
    GRANT_ENDED,
    OPERATOR_CHANGED,
    OPERATOR_DISABLED,
    OPERATOR_PLACED,
    ROLE_CHANGED,
    UNIT_CREATED,
    UNIT_MOVED,
    VIEW_ENDED,
    VIEW_STARTED,
)


@dataclass(frozen=True)
class Changed:
    """Whose roles, teams, unit, grants or eyes are others from now on."""

    people: frozenset[Any]
    roles: frozenset[Any]
    agencies: frozenset[Any]
    sessions: frozenset[Any]
    units: bool
    """The tree is another: whoever reaches by units may reach otherwise."""

    @classmethod
    def by(cls, events: Iterable[EventLog]) -> Changed:
        told = list(events)

        def named(field: str, *names: str) -> frozenset[Any]:
            return frozenset(event.payload[field] for event in told if event.name in names)

        return cls(
            people=named("operator_id", OPERATOR_CHANGED, OPERATOR_DISABLED, OPERATOR_PLACED),
            roles=named("role_id", ROLE_CHANGED),
            agencies=named("agency_id", GRANT_ADDED, GRANT_BEGUN, GRANT_EDITED, GRANT_ENDED),
            sessions=named("session_id", VIEW_STARTED, VIEW_ENDED),
            units=any(event.name in (UNIT_CREATED, UNIT_MOVED) for event in told),
        )

    @property
    def anything(self) -> bool:
        return self.units or any((self.people, self.roles, self.agencies, self.sessions))

    def concerns(self, actor: Actor) -> bool:
        """Whether it changes what the actor may, or what may whoever looks through them."""
        return (
            actor.session_id in self.sessions
            or actor.operator_id in self.people
            or actor.agency_id in self.agencies
            or not actor.role_ids.isdisjoint(self.roles)
            or (self.units and actor.request_reach is RequestReach.UNIT)
            or (actor.own is not None and self.concerns(actor.own))
        )
