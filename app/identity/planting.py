"""Places in the tree for what comes to be: agencies and teams. The rules of changing it are in `units`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.counters import lock_counter
from app.core.errors import Conflict
from app.models import Agency, AgencyKind, Team, Unit, UnitKind
from app.models.unit import OF_AGENCIES

_TREE = "units"


def lock_tree(session: Session, now: datetime) -> None:
    """One hand at a time changes the tree: two moves at once never build a circle."""
    lock_counter(session, _TREE, now)


def new_agency(session: Session, name: str, kind: AgencyKind, now: datetime) -> Agency:
    """An agency with its place: the first one is the root of the tree, the others stand directly below it."""
    agency = Agency(created_at=now, name=name, kind=kind, is_active=True)
    session.add(agency)
    session.flush()
    unit_of_agency(session, agency.id, now)
    return agency


def new_team(
    session: Session, agency_id: int, name: str, now: datetime, *, under: Unit | None = None
) -> Team:
    """A team with its place: `under` a unit, or directly in its agency."""
    team = Team(created_at=now, agency_id=agency_id, name=name)
    session.add(team)
    session.flush()
    parent = under or unit_of_agency(session, agency_id, now)
    unit = Unit(created_at=now, agency_id=agency_id, kind=UnitKind.TEAM, team_id=team.id)
    unit.team = team
    plant(session, unit, parent)
    return team


def unit_of_agency(session: Session, agency_id: int, now: datetime) -> Unit:
    """What an agency is in the tree; made where it is not there yet."""
    found = _of_agency(session, agency_id)
    if found is not None:
        return found
    lock_tree(session, now)
    found = _of_agency(session, agency_id)
    if found is not None:
        return found
    root = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one_or_none()
    kind = UnitKind.ENTERPRISE if root is None else UnitKind.AGENCY
    unit = Unit(created_at=now, agency_id=agency_id, kind=kind)
    unit.agency = session.get_one(Agency, agency_id)
    plant(session, unit, root)
    return unit


def plant(session: Session, unit: Unit, parent: Unit | None) -> None:
    """Put a new unit below another; without one it is the root."""
    unit.parent_id = parent.id if parent is not None else None
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent is not None else '/'}{unit.id}/"
    session.flush()


def require_free_name(session: Session, name: str, parent: Unit, *, but: Unit | None = None) -> None:
    """Raises Conflict where another unit below the same one is called so already."""
    siblings = session.scalars(
        select(Unit)
        .where(Unit.parent_id == parent.id, Unit.closed_at.is_(None))
        .options(joinedload(Unit.agency), joinedload(Unit.team))
    )
    if any(one.name == name for one in siblings if but is None or one.id != but.id):
        raise Conflict("unit_name_taken", name=name)


def _of_agency(session: Session, agency_id: int) -> Unit | None:
    own = select(Unit).where(Unit.agency_id == agency_id, Unit.kind.in_(OF_AGENCIES))
    return session.scalars(own).one_or_none()
