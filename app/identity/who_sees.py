"""The page of proof turned round: who sees this account, who sees this request, who may do this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import GIVABLE, AccountReach, Actor, Permission, RequestReach
from app.identity.actors import actors_of_people
from app.identity.role_queries import role_refs
from app.identity.schemas import PersonRef, RoleRef
from app.identity.scope import request_audience, rooms_of, scope
from app.models import Account, Operator, ServiceRequest

MOST_SHOWN = 300
"""How many there are is told beside."""


class Seer(BaseModel):
    """Somebody who sees or may it, and by what."""

    person: PersonRef
    agency_name: str
    roles: list[RoleRef]
    account_reach: AccountReach
    request_reach: RequestReach


class SeerList(BaseModel):
    """Of the people within reach of whoever asks; who is shut out sees and may nothing."""

    what: str
    """The account's name, the request's number, or the right."""
    items: list[Seer]
    count: int
    among: int
    """Of how many people."""
    worked_out_at: datetime


def who_sees_account(ctx: Context, account_id: int) -> SeerList:
    """Raises NotFound for an account out of reach."""
    ctx.require(Permission.OPERATORS_MANAGE)
    account = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account).where(Account.id == account_id)
    ).one_or_none()
    if account is None:
        raise NotFound
    return _those(ctx, account.name, lambda actor: actor.reaches_account(account.id))


def who_sees_request(ctx: Context, request_id: int) -> SeerList:
    """By the rule that says who hears of its changes, which is the one that guards reading it.

    Raises NotFound for a request out of reach.
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    request = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.id == request_id)
        .options(joinedload(ServiceRequest.account))
    ).one_or_none()
    if request is None:
        raise NotFound
    rooms = request_audience(request).rooms
    return _those(ctx, request.number, lambda actor: not rooms.isdisjoint(rooms_of(actor)))


def who_may(ctx: Context, right: str) -> SeerList:
    """Raises NotFound for what is no right that a role can have."""
    ctx.require(Permission.OPERATORS_MANAGE)
    wanted = next((permission for permission in GIVABLE if permission.value == right), None)
    if wanted is None:
        raise NotFound
    return _those(ctx, right, lambda actor: actor.may(wanted))


def _those(ctx: Context, what: str, holds: Callable[[Actor], bool]) -> SeerList:
    """Three statements, however many people there are."""
    people = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(Operator.is_active)
        .options(joinedload(Operator.agency), joinedload(Operator.roles))
        .order_by(Operator.id)
    )
    found = people.unique().all()
    actors = actors_of_people(ctx.session, [person.id for person in found], ctx.now())
    seers = [person for person in found if person.id in actors and holds(actors[person.id])]
    return SeerList(
        what=what,
        items=[_seer(person, actors[person.id]) for person in seers[:MOST_SHOWN]],
        count=len(seers),
        among=len(found),
        worked_out_at=ctx.now(),
    )


def _seer(person: Operator, actor: Actor) -> Seer:
    return Seer(
        person=PersonRef(id=person.id, name=person.name),
        agency_name=person.agency.name,
        roles=role_refs(person),
        account_reach=actor.account_reach,
        request_reach=actor.request_reach,
    )
