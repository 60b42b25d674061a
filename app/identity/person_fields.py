"""What conditions may ask about people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType, ReferenceKind
from app.core.context import Context
from app.core.db import among
from app.core.folding import folded
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.dealing import in_hand_of
from app.identity.reference_kinds import AGENCY, TEAM
from app.identity.scope import scope
from app.identity.unit_fields import UNIT, ids_of
from app.models import (
    WORKING_STATUSES,
    Operator,
    OperatorRole,
    Presence,
    Role,
    ServiceRequest,
    TeamMember,
    Unit,
)
from app.models.unit import is_unit_of

_O = Operator
_T = FieldType


@dataclass(frozen=True)
class PersonFacts:
    """A person with what stands around them."""

    person: Operator
    units: frozenset[int]
    open_requests: int


def _load(session: Session, ids: Sequence[int]) -> dict[int, PersonFacts]:
    wanted = list(ids)
    statement = select(_O).where(among(session, _O.id, wanted))
    people = session.scalars(statement.options(selectinload(_O.teams), selectinload(_O.roles))).all()
    own = aliased(Unit)
    placed = select(_O.id, own.path).join(own, is_unit_of(own, _O)).where(among(session, _O.id, wanted))
    units = {number: frozenset(ids_of(path)) for number, path in session.execute(placed)}
    load = {number: held.open for number, held in in_hand_of(session, wanted).items()}
    return {
        person.id: PersonFacts(person, units.get(person.id, frozenset()), load.get(person.id, 0))
        for person in people
    }


class _Units:
    """The unit of a person and all above it."""

    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        own, above = aliased(Unit), aliased(Unit)
        # Paths are figures between slashes: nothing in them that LIKE takes for a wildcard.
        found = select(1).select_from(own).join(above, own.path.like(above.path.concat("%")))
        return found.where(is_unit_of(own, _O), above.id.in_(values)).correlate(_O).exists()

    def has_some(self) -> ColumnElement[bool]:
        own = aliased(Unit)
        return select(1).select_from(own).where(is_unit_of(own, _O)).correlate(_O).exists()


class _Joined:
    """What a table joins to people, several to each."""

    def __init__(self, person: Any, other: Any) -> None:
        self._person, self._other = person, other

    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        return self._rows(self._other.in_(values))

    def has_some(self) -> ColumnElement[bool]:
        return self._rows()

    def _rows(self, *meant: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(1).where(self._person == _O.id, *meant).correlate(_O).exists()


def _roles(ctx: Context) -> dict[int, str]:
    """Those that the actor sees, by name; the program's own are called in the reader's language."""
    rows = ctx.session.execute(scope(select(Role.id, Role.key, Role.name), ctx.actor, Role))
    return {number: translate(f"role.{key}", ctx.locale) if key else name for number, key, name in rows}


def _role_names(ctx: Context, ids: Collection[int]) -> dict[int, str]:
    return {number: name for number, name in _roles(ctx).items() if number in ids}


def _find_roles(ctx: Context, words: str, most: int) -> dict[int, str]:
    found = [(name, number) for number, name in _roles(ctx).items() if folded(words) in folded(name)]
    return {number: name for name, number in sorted(found)[:most]}


ROLE = ReferenceKind("role", _role_names, _find_roles)


def _of_person(name: str) -> Callable[[PersonFacts], Any]:
    return lambda facts: getattr(facts.person, name)


def _own(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    name = name or key
    return FieldOf(key, type_, getattr(_O, name), _of_person(name), **more)


_OPEN = (
    select(func.count())
    .where(ServiceRequest.assignee_id == _O.id, ServiceRequest.status.in_(WORKING_STATUSES))
    .correlate(_O)
    .scalar_subquery()
)
FIELDS = (
    _own("name", _T.TEXT),
    _own("login_name", _T.TEXT),
    _own("agency", _T.REFERENCE, "agency_id", kind=AGENCY),
    FieldOf("unit", _T.SET, _Units(), lambda facts: facts.units, optional=True, kind=UNIT),
    _own("leads_unit", _T.TRUTH),
    FieldOf(
        "teams",
        _T.SET,
        _Joined(TeamMember.operator_id, TeamMember.team_id),
        lambda facts: frozenset(team.id for team in facts.person.teams),
        optional=True,
        kind=TEAM,
    ),
    FieldOf(
        "roles",
        _T.SET,
        _Joined(OperatorRole.operator_id, OperatorRole.role_id),
        lambda facts: frozenset(role.id for role in facts.person.roles),
        optional=True,
        kind=ROLE,
    ),
    _own(
        "presence",
        _T.CHOICE,
        choices=tuple(presence.value for presence in Presence),
        words="condition.choice.presence",
    ),
    _own("presence_since", _T.TIME),
    FieldOf("open_requests", _T.NUMBER, _OPEN, lambda facts: facts.open_requests),
    _own("capacity", _T.NUMBER),
    _own("is_active", _T.TRUTH),
    _own("created_at", _T.TIME),
)

PEOPLE = CATALOGUE.declare(
    "operator",
    Operator,
    Permission.PEOPLE_READ,
    _load,
    lambda facts: f"{facts.person.name} {facts.person.login_name}",
    FIELDS,
)
