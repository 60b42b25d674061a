"""What people do with the tree of units: the only code that moves, renames and closes what is in it.

Each change holds the tree's lock and then reads anew what it looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import EventName
from app.core.permissions import Permission, RequestReach
from app.identity import audit
from app.identity.events import (
    OPERATOR,
    OPERATOR_PLACED,
    UNIT,
    UNIT_CREATED,
    UNIT_DISSOLVED,
    UNIT_MOVED,
    UNIT_RENAMED,
)
from app.identity.managing import create_team_under, name_team
from app.identity.people import find_person
from app.identity.planting import lock_tree, new_agency, plant, require_free_name, unit_of_agency
from app.identity.scope import agency_audience, scope
from app.identity.unit_schemas import (
    CloseUnit,
    MoveUnit,
    NewUnit,
    PersonPlaced,
    PlacePerson,
    RenameUnit,
    UnitChanged,
)
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AccountStatus,
    Agency,
    Grant,
    Monitor,
    Operator,
    ServiceRequest,
    TeamMember,
    Unit,
    UnitKind,
)
from app.models.unit import OF_AGENCIES

DEEPEST = 4
"""So many levels there can be below the root."""
_NAMED = (joinedload(Unit.agency), joinedload(Unit.team))
_ORDER = (UnitKind.CENTRE, UnitKind.DEPARTMENT, UnitKind.TEAM)
"""None of these stands below one that comes later; a team has nothing below it."""


def create_unit(ctx: Context, command: NewUnit) -> Unit:
    """A unit below another; of kind agency or team also what it refers to.

    Raises NotFound for a parent out of reach, Conflict (`unit_misplaced`, `unit_too_deep`,
    `unit_name_taken`, `team_name_taken`, `unit_beyond_own`), Invalid for a kind that nobody makes.
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    parent = _unit(ctx, command.parent_id)
    if command.kind is UnitKind.ENTERPRISE:
        raise Invalid(fields={"kind": "one_root"})
    if (command.kind is UnitKind.AGENCY) != (command.agency_kind is not None):
        raise Invalid(fields={"agency_kind": "agency_kind_of_agencies"})
    _require_place(command.kind, parent)
    _require_depth(parent, 1)
    require_free_name(ctx.session, command.name, parent)
    unit = _made(ctx, command, parent)
    _tell(ctx, unit, UNIT_CREATED, {"after": _detail(unit)})
    return unit


def _made(ctx: Context, command: NewUnit, parent: Unit) -> Unit:
    if command.kind is UnitKind.TEAM:
        team = create_team_under(ctx, parent, command.name)
        return _unit_of_team(ctx, team.id)
    if command.agency_kind is not None:
        _require_everything(ctx)
        agency = new_agency(ctx.session, command.name, command.agency_kind, ctx.now())
        unit = unit_of_agency(ctx.session, agency.id, ctx.now())
        _put_below(ctx, unit, parent)
        ctx.session.flush()
        return _unit(ctx, unit.id)
    unit = Unit(created_at=ctx.now(), agency_id=parent.agency_id, kind=command.kind, own_name=command.name)
    unit.agency, unit.team = parent.agency, None
    plant(ctx.session, unit, parent)
    return unit


def _unit_of_team(ctx: Context, team_id: int) -> Unit:
    unit_id = ctx.session.scalars(select(Unit.id).where(Unit.team_id == team_id)).one()
    return _unit(ctx, unit_id)


def rename_unit(ctx: Context, unit_id: int, command: RenameUnit) -> Unit:
    """Another name, of the agency or team itself where the unit is one.

    Raises Conflict (`stale_version`, `unit_name_taken`, `team_name_taken`, `unit_beyond_own`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    unit = _changeable(ctx, unit_id, command.version)
    if unit.name == command.name:
        return unit
    before = _detail(unit)
    parent = _parent(ctx, unit)
    if parent is not None:
        require_free_name(ctx.session, command.name, parent, but=unit)
    if unit.kind in OF_AGENCIES:
        _require_everything(ctx)
        taken = select(Agency.id).where(Agency.name == command.name)
        if ctx.session.scalar(taken) is not None:
            raise Conflict("unit_name_taken", name=command.name)
        unit.agency.name = command.name
    elif unit.team is not None:
        name_team(ctx, unit.team, command.name)
    else:
        unit.own_name = command.name
    _count_up(ctx, unit)
    _tell(ctx, unit, UNIT_RENAMED, {"before": before, "after": _detail(unit)})
    return unit


def move_unit(ctx: Context, unit_id: int, command: MoveUnit) -> Unit:
    """Below another unit, with all below it; whoever reaches by units reaches otherwise from then on.

    Raises NotFound for a parent out of reach, Conflict (`stale_version`, `root_stays`, `unit_circle`,
    `unit_of_another_agency`, `unit_misplaced`, `unit_too_deep`, `unit_name_taken`, `unit_beyond_own`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    unit = _changeable(ctx, unit_id, command.version)
    parent = _unit(ctx, command.parent_id)
    if unit.parent_id is None:
        raise Conflict("root_stays")
    if unit.parent_id == parent.id:
        return unit
    if parent.is_within(unit):
        raise Conflict("unit_circle", name=unit.name)
    if unit.kind is UnitKind.AGENCY:
        _require_everything(ctx)
    elif unit.agency_id != parent.agency_id:
        raise Conflict("unit_of_another_agency", agency=unit.agency.name)
    _require_place(unit.kind, parent)
    below = _below(ctx, unit)
    _require_depth(parent, 1 + max(one.level for one in below if one.closed_at is None) - unit.level)
    require_free_name(ctx.session, unit.name, parent, but=unit)
    _require_reached(ctx, unit)
    before = _detail(unit)
    _put_below(ctx, unit, parent)
    ctx.session.flush()
    _tell(ctx, unit, UNIT_MOVED, {"before": before, "after": _detail(unit)})
    return unit


def close_unit(ctx: Context, unit_id: int, command: CloseUnit) -> Unit:
    """It leaves the tree; what happened in it stays below the units above.

    Raises Conflict (`stale_version`, `root_stays`, `unit_beyond_own`), and for what is still in it
    (`unit_has_units`, `unit_has_people`, `unit_has_accounts`, `unit_has_grants`, `unit_has_requests`,
    `unit_has_monitors`) with how much there is.
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    unit = _changeable(ctx, unit_id, command.version)
    if unit.parent_id is None:
        raise Conflict("root_stays")
    if unit.kind is UnitKind.AGENCY:
        _require_everything(ctx)
    for code, which in _what_is_in(unit):
        count = ctx.session.scalar(select(func.count()).where(*which)) or 0
        if count:
            raise Conflict(code, name=unit.name, count=count)
    unit.closed_at = ctx.now()
    if unit.kind is UnitKind.AGENCY:
        unit.agency.is_active = False
    ctx.session.flush()
    _tell(ctx, unit, UNIT_DISSOLVED, {"before": _detail(unit)})
    return unit


def _what_is_in(unit: Unit) -> list[tuple[str, tuple[ColumnElement[bool], ...]]]:
    """What keeps a unit open: the code of each kind, and which rows it is."""
    found: list[tuple[str, tuple[ColumnElement[bool], ...]]] = [
        ("unit_has_units", (Unit.parent_id == unit.id, Unit.closed_at.is_(None))),
        ("unit_has_people", (Operator.unit_id == unit.id,)),
    ]
    if unit.kind is UnitKind.AGENCY:
        found += [
            ("unit_has_people", (Operator.agency_id == unit.agency_id,)),
            (
                "unit_has_accounts",
                (Account.agency_id == unit.agency_id, Account.status != AccountStatus.REMOVED),
            ),
            ("unit_has_grants", (Grant.agency_id == unit.agency_id, ~Grant.is_over)),
        ]
    if unit.team_id is not None:
        found += [
            ("unit_has_people", (TeamMember.team_id == unit.team_id,)),
            ("unit_has_accounts", (Account.team_id == unit.team_id, Account.status != AccountStatus.REMOVED)),
            ("unit_has_grants", (Grant.team_id == unit.team_id, ~Grant.is_over)),
            (
                "unit_has_requests",
                (ServiceRequest.team_id == unit.team_id, ServiceRequest.status.in_(ACTIVE_STATUSES)),
            ),
            ("unit_has_monitors", (Monitor.team_id == unit.team_id,)),
        ]
    return found


def place_person(ctx: Context, operator_id: int, command: PlacePerson) -> Operator:
    """Where somebody belongs, within their agency. In which teams they serve is another matter.

    Raises NotFound for a person or unit out of reach, Conflict (`unit_of_another_agency`, `unit_beyond_own`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    person = find_person(ctx, operator_id)
    unit = _unit(ctx, command.unit_id)
    if unit.agency_id != person.agency_id:
        raise Conflict("unit_of_another_agency", agency=unit.agency.name)
    before = (person.unit_id, person.leads_unit)
    after = (None if unit.kind in OF_AGENCIES else unit.id, command.leads)
    if before == after:
        return person
    if before[0] != after[0]:
        _require_reached(ctx, unit)
    person.unit_id, person.leads_unit = after
    ctx.session.flush()
    told = PersonPlaced(operator_id=person.id, unit_id=unit.id, leads=command.leads)
    ctx.emit(OPERATOR_PLACED, told, agency_audience(person.agency_id), about=OPERATOR.of(person))
    detail = {"unit": unit.name, "leads": command.leads, "before": {"unit_id": before[0], "leads": before[1]}}
    audit.record(ctx, OPERATOR_PLACED, OPERATOR.of(person), detail=detail)
    return person


def _unit(ctx: Context, unit_id: int) -> Unit:
    """A unit in the tree, as it stands now; raises NotFound."""
    statement = (
        scope(select(Unit), ctx.actor, Unit)
        .where(Unit.id == unit_id, Unit.closed_at.is_(None))
        .options(*_NAMED)
        .execution_options(populate_existing=True)
    )
    unit = ctx.session.scalars(statement).one_or_none()
    if unit is None:
        raise NotFound
    return unit


def _changeable(ctx: Context, unit_id: int, version: int) -> Unit:
    unit = _unit(ctx, unit_id)
    if unit.version != version:
        raise Conflict("stale_version", version=unit.version)
    return unit


def _parent(ctx: Context, unit: Unit) -> Unit | None:
    return None if unit.parent_id is None else ctx.session.get_one(Unit, unit.parent_id)


def _below(ctx: Context, unit: Unit) -> Sequence[Unit]:
    """The unit and all below it, the closed ones too, as they stand now."""
    within = select(Unit).where(Unit.path.startswith(unit.path, autoescape=True)).options(*_NAMED)
    return ctx.session.scalars(within.execution_options(populate_existing=True)).all()


def _put_below(ctx: Context, unit: Unit, parent: Unit) -> None:
    above = unit.path
    for one in _below(ctx, unit):
        one.path = f"{parent.path}{unit.id}/{one.path.removeprefix(above)}"
    unit.parent_id = parent.id


def _require_place(kind: UnitKind, parent: Unit) -> None:
    """A team has nothing below it; centres stand above departments."""
    under_team = parent.kind is UnitKind.TEAM
    ordered = kind in _ORDER and parent.kind in _ORDER
    if under_team or (ordered and _ORDER.index(kind) < _ORDER.index(parent.kind)):
        raise Conflict("unit_misplaced", parent=parent.name)


def _require_depth(parent: Unit, levels: int) -> None:
    if parent.level + levels > DEEPEST:
        raise Conflict("unit_too_deep", most=DEEPEST)


def _require_everything(ctx: Context) -> None:
    """Agencies are everybody's: whoever reaches all accounts looks after them."""
    if ctx.actor.account_ids is not None:
        raise Conflict("unit_beyond_own")


def _require_reached(ctx: Context, unit: Unit) -> None:
    """Nobody opens to others, or to themselves, requests that they do not reach."""
    if ctx.actor.request_reach is RequestReach.ALL:
        return
    teams = {one.team_id for one in _below(ctx, unit) if one.team_id is not None}
    if not teams <= ctx.actor.request_team_ids:
        raise Conflict("unit_beyond_own")


def _count_up(ctx: Context, unit: Unit) -> None:
    """A new version, also where the name that changed is its agency's or its team's."""
    flag_modified(unit, "own_name")
    ctx.session.flush()


def _detail(unit: Unit) -> dict[str, Any]:
    """What the audit log keeps of it."""
    return {"name": unit.name, "kind": unit.kind.value, "parent_id": unit.parent_id}


def _tell(ctx: Context, unit: Unit, name: EventName, detail: dict[str, Any]) -> None:
    told = UnitChanged(
        unit_id=unit.id,
        agency_id=unit.agency_id,
        parent_id=unit.parent_id,
        kind=unit.kind,
        name=unit.name,
    )
    ctx.emit(name, told, agency_audience(unit.agency_id), about=UNIT.of(unit))
    audit.record(ctx, name, UNIT.of(unit), detail=detail)
