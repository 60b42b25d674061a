"""Reads of the tree of units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.identity.role_queries import role_refs
from app.identity.schemas import AgencyRef
from app.identity.scope import scope
from app.identity.unit_schemas import UnitMember, UnitPerson, UnitTree, UnitView
from app.identity.units import DEEPEST
from app.models import Operator, TeamMember, Unit
from app.models.unit import OF_AGENCIES


def list_units(ctx: Context) -> UnitTree:
    """What the actor may know of the tree, with who belongs where; four statements."""
    ctx.require(Permission.PEOPLE_READ)
    units = ctx.session.scalars(
        scope(select(Unit), ctx.actor, Unit)
        .where(Unit.closed_at.is_(None))
        .options(joinedload(Unit.agency), joinedload(Unit.team))
    ).all()
    people, members = _people(ctx), _members(ctx)
    of_agency = {unit.agency_id: unit.id for unit in units if unit.kind in OF_AGENCIES}
    belonging: dict[int, list[Operator]] = defaultdict(list)
    for person in people:
        where = person.unit_id if person.unit_id is not None else of_agency.get(person.agency_id)
        if where is not None:
            belonging[where].append(person)
    known = {unit.id for unit in units}
    return UnitTree(
        items=[_view(unit, known, belonging, members, units) for unit in _from_the_root(units)],
        deepest=DEEPEST,
    )


def get_unit(ctx: Context, unit_id: int) -> UnitView:
    found = next((unit for unit in list_units(ctx).items if unit.id == unit_id), None)
    if found is None:
        raise NotFound
    return found


def _people(ctx: Context) -> list[Operator]:
    """Who leads first; who is shut out last."""
    order = (Operator.leads_unit.desc(), Operator.is_active.desc(), Operator.id)
    statement = scope(select(Operator), ctx.actor, Operator).options(selectinload(Operator.roles))
    return list(ctx.session.scalars(statement.order_by(*order)))


def _members(ctx: Context) -> dict[int, list[UnitMember]]:
    rows = ctx.session.execute(
        scope(select(TeamMember.team_id, Operator.id, Operator.name), ctx.actor, Operator)
        .join(Operator, Operator.id == TeamMember.operator_id)
        .order_by(Operator.id)
    )
    found: dict[int, list[UnitMember]] = defaultdict(list)
    for team_id, person_id, name in rows:
        found[team_id].append(UnitMember(id=person_id, name=name))
    return found


def _from_the_root(units: Sequence[Unit]) -> list[Unit]:
    """Each before those below it; those of one parent in the order in which they came to be."""
    return sorted(units, key=lambda unit: [int(number) for number in unit.path.strip("/").split("/")])


def _view(
    unit: Unit,
    known: set[int],
    belonging: dict[int, list[Operator]],
    members: dict[int, list[UnitMember]],
    units: Sequence[Unit],
) -> UnitView:
    below = sum(len(belonging[one.id]) for one in units if one.is_within(unit))
    return UnitView(
        id=unit.id,
        parent_id=unit.parent_id if unit.parent_id in known else None,
        kind=unit.kind,
        name=unit.name,
        level=unit.level,
        agency=AgencyRef(id=unit.agency.id, name=unit.agency.name, kind=unit.agency.kind),
        team_id=unit.team_id,
        people=[
            UnitPerson(
                id=person.id,
                name=person.name,
                roles=role_refs(person),
                presence=person.presence,
                is_active=person.is_active,
                leads=person.leads_unit,
            )
            for person in belonging[unit.id]
        ],
        members=members[unit.team_id] if unit.team_id is not None else [],
        people_below=below,
        version=unit.version,
    )
