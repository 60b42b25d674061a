"""Colleagues who are named in notes: `@` and the name, of people who see the conversation and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.context import Context
from app.core.names import fold_at_signs
from app.core.permissions import Permission
from app.identity.actors import actors_of
from app.identity.schemas import PersonRef
from app.identity.scope import STANDS, conversation_rooms, rooms_of, rooms_of_row, scope
from app.models import Account, Operator, ServiceRequest
from app.workbench.queries import get_conversation
from app.workbench.schemas import ColleagueList


@dataclass(frozen=True)
class Colleague:
    id: int
    name: str


def list_colleagues(ctx: Context, conversation_id: int) -> ColleagueList:
    """Who may be named in a note of the conversation: whoever sees it, but oneself. By name."""
    ctx.require(Permission.NOTES_WRITE)
    conversation = get_conversation(ctx, conversation_id)
    rooms = conversation_rooms(ctx.session, conversation.id)
    seeing = {
        actor.operator_id
        for actor in actors_of(ctx.session, None, ctx.now())
        if actor.may(Permission.CONVERSATIONS_READ) and not rooms.isdisjoint(rooms_of(actor))
    } - {ctx.actor.operator_id}
    people = scope(select(Operator.id, Operator.name), ctx.actor, Operator).order_by(Operator.name)
    return ColleagueList(
        items=[
            PersonRef(id=number, name=name)
            for number, name in ctx.session.execute(people)
            if number in seeing
        ]
    )


def everybody(ctx: Context) -> list[Colleague]:
    """All who may log in. One statement."""
    people = select(Operator.id, Operator.name).where(Operator.is_active)
    return [Colleague(number, name) for number, name in ctx.session.execute(people)]


def rooms_of_conversations(ctx: Context, ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """By conversation, whose eyes it is for now: with one of its requests. One statement."""
    stand = (
        select(ServiceRequest.conversation_id, ServiceRequest.account_id, *STANDS)
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(ServiceRequest.conversation_id.in_(sorted(ids)))
    )
    found: dict[int, frozenset[str]] = {}
    for row in ctx.session.execute(stand):
        found[row[0]] = found.get(row[0], frozenset()) | rooms_of_row(*row[1:])
    return found


def named_in(text: str, people: Sequence[Colleague]) -> frozenset[int]:
    """The people whose names stand behind an `@`; of names that begin alike the longest one counts."""
    found: set[int] = set()
    longest_first = sorted(people, key=lambda person: -len(person.name))
    for part in fold_at_signs(text).split("@")[1:]:
        names = [person.name for person in longest_first if person.name and part.startswith(person.name)]
        found.update(person.id for person in people if names and person.name == names[0])
    return frozenset(found)
