"""Who hands out work: the people that are told of what is late and not theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.core.context import Context
from app.core.permissions import Actor, Permission
from app.identity.actors import actors_of
from app.identity.scope import rooms_of


@dataclass(frozen=True)
class Lead:
    person: Actor
    rooms: frozenset[str]

    @property
    def id(self) -> int:
        return self.person.operator_id or 0


def all_leads(ctx: Context) -> list[Lead]:
    """Everybody who may hand out work; one statement."""
    return [
        Lead(person, rooms_of(person))
        for person in actors_of(ctx.session, None, ctx.now())
        if person.may(Permission.SERVICE_REQUESTS_ASSIGN)
    ]


def leads_of(leads: Sequence[Lead], team_id: int | None, rooms: frozenset[str]) -> list[Lead]:
    """Of those who see what these rooms hear of: the team's own; where it has none, whoever may."""
    return leads_of_teams(leads, () if team_id is None else (team_id,), rooms)


def leads_of_teams(leads: Sequence[Lead], team_ids: Collection[int], rooms: frozenset[str]) -> list[Lead]:
    """The same of several teams together."""
    seeing = [lead for lead in leads if not lead.rooms.isdisjoint(rooms)]
    return [lead for lead in seeing if not lead.person.team_ids.isdisjoint(team_ids)] or seeing
