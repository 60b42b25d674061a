"""What one person sees and may do, worked out from the rules that every call of theirs goes through."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import (
    AccountReach,
    Actor,
    ActorKind,
    MaskedField,
    Permission,
    RequestReach,
)
from app.identity.actors import actor_of
from app.identity.role_queries import role_refs
from app.identity.schemas import PersonRef, RoleRef
from app.identity.scope import scope, visible
from app.models import Account, Contact, InboundItem, Operator, ServiceRequest

MOST_ACCOUNTS = 200
"""Named; how many there are is told beside."""
Counted = Literal["service_requests", "contacts", "inbound_items"]
COUNTED: dict[Counted, tuple[Any, Permission]] = {
    "service_requests": (ServiceRequest, Permission.SERVICE_REQUESTS_READ),
    "contacts": (Contact, Permission.CONTACTS_READ),
    "inbound_items": (InboundItem, Permission.INBOUND_ITEMS_READ),
}


class SeenAccount(BaseModel):
    id: int
    name: str
    platform: str


class SeenCount(BaseModel):
    kind: Counted
    right: Permission
    """Without which none of them is seen."""
    visible: int
    among: int
    """Of how many: those that whoever asks sees."""


class PersonProof(BaseModel):
    """Of what whoever asks sees, what this person sees; of a person who is shut out, nothing."""

    person: PersonRef
    is_active: bool
    agency_name: str
    roles: list[RoleRef]
    account_reach: AccountReach
    request_reach: RequestReach
    rights: list[Permission]
    masked: list[MaskedField]
    accounts: list[SeenAccount]
    """The first of them by name."""
    account_count: int
    accounts_among: int
    counts: list[SeenCount]
    worked_out_at: datetime


def prove(ctx: Context, operator_id: int) -> PersonProof:
    """Four statements: the person, who they are as an actor, the accounts, the counts. Raises NotFound."""
    ctx.require(Permission.OPERATORS_MANAGE)
    return _of(ctx, operator_id)


def prove_oneself(ctx: Context) -> PersonProof:
    """The same about oneself, for everybody."""
    ctx.require(Permission.SESSION_USE)
    return _of(ctx, ctx.actor.operator_id or 0)


def _of(ctx: Context, operator_id: int) -> PersonProof:
    person = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(Operator.id == operator_id)
        .options(joinedload(Operator.agency), joinedload(Operator.roles))
    )
    found = person.unique().one_or_none()
    if found is None:
        raise NotFound
    # Who is shut out has no session, and so no rights: whatever their roles say.
    theirs = actor_of(ctx.session, found, ctx.now()) if found.is_active else _nobody(found)
    figures = ctx.session.execute(_figures(theirs, ctx.actor)).one()._mapping
    return PersonProof(
        person=PersonRef(id=found.id, name=found.name),
        is_active=found.is_active,
        agency_name=found.agency.name,
        roles=role_refs(found),
        account_reach=theirs.account_reach,
        request_reach=theirs.request_reach,
        rights=sorted(theirs.permissions),
        masked=sorted(theirs.masked),
        accounts=accounts_both_see(ctx, visible(Account, theirs)),
        account_count=figures["accounts"],
        accounts_among=figures["accounts_among"],
        counts=[
            SeenCount(kind=kind, right=right, visible=figures[kind], among=figures[f"{kind}_among"])
            for kind, (_, right) in COUNTED.items()
        ],
        worked_out_at=ctx.now(),
    )


def _nobody(person: Operator) -> Actor:
    return Actor(
        ActorKind.OPERATOR, person.login_name, masked=frozenset(MaskedField), agency_id=person.agency_id
    )


def _figures(theirs: Actor, asker: Actor) -> Any:
    """One row: of each kind how many both see, and how many the asker sees."""
    columns = [
        _count(Account, theirs, asker).label("accounts"),
        _count(Account, asker).label("accounts_among"),
    ]
    for kind, (entity, right) in COUNTED.items():
        both = _count(entity, theirs if theirs.may(right) else None, asker)
        columns += [both.label(kind), _count(entity, asker).label(f"{kind}_among")]
    return select(*columns)


def _count(entity: Any, *actors: Actor | None) -> Any:
    """How many rows all of these see; None is somebody who sees none."""
    statement = select(func.count()).select_from(entity)
    for actor in actors:
        statement = statement.where(visible(entity, actor) if actor is not None else entity.id < 0)
    return statement.scalar_subquery()


def accounts_both_see(ctx: Context, seen: ColumnElement[bool]) -> list[SeenAccount]:
    """The first accounts, by name, of those that the asker and the others see."""
    statement = scope(select(Account), ctx.actor, Account).where(seen)
    rows = ctx.session.scalars(statement.order_by(Account.name, Account.id).limit(MOST_ACCOUNTS))
    return [SeenAccount(id=row.id, name=row.name, platform=row.platform) for row in rows]
