"""What the people of a role or of an agency see and may do together, by the rules of their own calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any

from pydantic import BaseModel
from sqlalchemy import false, func, null, or_, select

from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import (
    AccountReach,
    Actor,
    Mandate,
    MaskedField,
    Permission,
    RequestReach,
    together,
)
from app.identity.actors import actors_of_people, with_mandate
from app.identity.proof import COUNTED, Counted, SeenAccount, accounts_both_see
from app.identity.role_queries import find_role
from app.identity.schemas import PersonRef
from app.identity.scope import scope, visible
from app.models import Account, Agency, Operator, OperatorRole, ServiceRequest

MOST_NAMED = 30
"""Of the people; how many there are is told beside."""
MOST_EYES = 100
"""So many different views of requests are put together; of more, only the accounts are counted."""


class HeldRight(BaseModel):
    right: Permission
    people: int
    """How many of them have it."""


class GroupCount(BaseModel):
    kind: Counted
    right: Permission
    visible: int | None
    """How many at least one of them sees, of those that the asker sees; null: too many different views."""
    among: int


class GroupProof(BaseModel):
    """Of the people within reach of whoever asks; who is shut out sees nothing and does not count."""

    id: int
    name: str
    """As people called it; empty for a role that the program brings."""
    people: list[PersonRef]
    """The first of them."""
    people_count: int
    rights: list[HeldRight]
    account_reach: AccountReach
    """The widest of theirs."""
    request_reach: RequestReach
    masked: list[MaskedField]
    """What none of them sees whole."""
    accounts: list[SeenAccount]
    """Those that at least one of them sees; the first by name."""
    account_count: int
    accounts_among: int
    counts: list[GroupCount]
    worked_out_at: datetime


def prove_role(ctx: Context, role_id: int) -> GroupProof:
    """By what this role alone allows its people. Raises NotFound."""
    ctx.require(Permission.OPERATORS_MANAGE)
    role = find_role(ctx, role_id)
    holders = select(OperatorRole.operator_id).where(OperatorRole.role_id == role.id)
    people = _people(ctx, Operator.id.in_(holders))
    actors = actors_of_people(ctx.session, [person.id for person in people], ctx.now())
    eyes = with_mandate(ctx.session, actors.values(), role.mandate, ctx.now())
    return _proof(ctx, role.id, role.name, people, eyes, role.mandate)


def prove_agency(ctx: Context, agency_id: int) -> GroupProof:
    """By all that its people's roles allow them. Raises NotFound."""
    ctx.require(Permission.OPERATORS_MANAGE)
    agency = ctx.session.scalars(
        scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id)
    ).one_or_none()
    if agency is None:
        raise NotFound
    people = _people(ctx, Operator.agency_id == agency.id)
    eyes = actors_of_people(ctx.session, [person.id for person in people], ctx.now())
    mandate = together([one.mandate for one in eyes.values()])
    return _proof(ctx, agency.id, agency.name, people, list(eyes.values()), mandate)


def _people(ctx: Context, which: Any) -> list[PersonRef]:
    rows = ctx.session.execute(
        scope(select(Operator.id, Operator.name), ctx.actor, Operator)
        .where(Operator.is_active, which)
        .order_by(Operator.id)
    )
    return [PersonRef(id=row.id, name=row.name) for row in rows]


def _proof(
    ctx: Context, number: int, name: str, people: list[PersonRef], eyes: Sequence[Actor], mandate: Mandate
) -> GroupProof:
    figures = ctx.session.execute(_figures(eyes, ctx.actor)).one()._mapping
    holders = Counter(right for actor in eyes for right in actor.permissions)
    return GroupProof(
        id=number,
        name=name,
        people=people[:MOST_NAMED],
        people_count=len(people),
        rights=[HeldRight(right=right, people=holders[right]) for right in sorted(mandate.permissions)],
        account_reach=mandate.account_reach,
        request_reach=mandate.request_reach,
        masked=sorted(mandate.masked),
        accounts=accounts_both_see(ctx, _any_of(Account, eyes)),
        account_count=figures["accounts"],
        accounts_among=figures["accounts_among"],
        counts=[
            GroupCount(kind=kind, right=right, visible=figures[kind], among=figures[f"{kind}_among"])
            for kind, (_, right) in COUNTED.items()
        ],
        worked_out_at=ctx.now(),
    )


def _figures(eyes: Sequence[Actor], asker: Actor) -> Any:
    """One row: of each kind how many at least one of these sees, and how many the asker sees."""
    columns = [
        _count(Account, asker, eyes).label("accounts"),
        _count(Account, asker).label("accounts_among"),
    ]
    for kind, (entity, right) in COUNTED.items():
        seeing = [one for one in eyes if one.may(right)]
        columns += [
            _count(entity, asker, seeing).label(kind),
            _count(entity, asker).label(f"{kind}_among"),
        ]
    return select(*columns)


def _count(entity: Any, asker: Actor, eyes: Sequence[Actor] | None = None) -> Any:
    statement = select(func.count()).select_from(entity).where(visible(entity, asker))
    if eyes is not None:
        seen = _any_of(entity, eyes)
        if seen is None:
            return select(null()).scalar_subquery()
        statement = statement.where(seen)
    return statement.scalar_subquery()


def _any_of(entity: Any, eyes: Sequence[Actor]) -> Any:
    """The condition under which at least one of them sees a row; None where they are too many.

    Those who see rows by their agency's accounts alone are put together; whoever was granted accounts, and of
    requests whoever does not see all of them, is asked about one by one.
    """
    if not eyes:
        return false()
    alike, others = list[Actor](), dict[Actor, Actor]()
    for one in eyes:
        is_narrow = entity is ServiceRequest and one.request_reach is not RequestReach.ALL
        if one.grants or is_narrow:
            others[_what_counts(one)] = one
        else:
            alike.append(one)
    conditions = []
    if alike:
        whole = reduce(_both, alike)
        conditions.append(visible(entity, whole))
        others = {key: one for key, one in others.items() if one.grants or not _covers(whole, one)}
    if len(others) > MOST_EYES:
        return None
    return or_(*conditions, *(visible(entity, one) for one in others.values()))


def _both(one: Actor, other: Actor) -> Actor:
    """One who reaches the accounts of both."""
    if one.account_ids is None or other.account_ids is None:
        return replace(one, account_ids=None)
    return replace(one, account_ids=one.account_ids | other.account_ids)


def _what_counts(one: Actor) -> Actor:
    """Two of whom this is the same see the same."""
    alike = replace(one, label="", role_ids=frozenset(), permissions=frozenset(), locale="")
    if one.request_reach is RequestReach.ALL:
        return replace(alike, operator_id=None, team_ids=frozenset())
    return alike


def _covers(whole: Actor, one: Actor) -> bool:
    return whole.account_ids is None or (one.account_ids is not None and one.account_ids <= whole.account_ids)
