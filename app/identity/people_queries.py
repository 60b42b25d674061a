"""Reads for the people page, and who can help somebody who lacks a right."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.edition import edition_of
from app.core.errors import NotFound
from app.core.pagination import read_page
from app.core.permissions import GIVABLE, Permission
from app.identity.dealing import NOTHING, in_hand_of, lane_limits_of, load_of, shown
from app.identity.people_schemas import LaneLimits, PeopleList, PeopleQuery, PersonView, RightHolders
from app.identity.presence import WITH_SETTINGS
from app.identity.role_queries import mandate_of, may_with, reaching_everything, role_refs
from app.identity.schemas import AgencyRef, PersonRef, TeamRef
from app.identity.scope import scope, visible
from app.identity.unit_fields import UNIT
from app.models import Operator, Role, Team

NAMED = 5
"""More names than this help nobody."""
_WITH = (WITH_SETTINGS, selectinload(Operator.teams), selectinload(Operator.roles))


def people_within(ctx: Context, *meant: ColumnElement[bool]) -> Select[Operator]:
    """Everybody within reach of whom that holds, those who may not log in included; in no order."""
    return scope(select(Operator), ctx.actor, Operator).where(*meant)


def list_people(ctx: Context, query: PeopleQuery, people: Select[Operator]) -> PeopleList:
    """At most six statements a page."""
    page = read_page(ctx.session, people.options(*_WITH), query, [(Operator.id, False)])
    return PeopleList(items=_views(ctx, page.rows), next_cursor=page.next_cursor)


def get_person(ctx: Context, operator_id: int) -> PersonView:
    row = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator).where(Operator.id == operator_id).options(*_WITH)
    ).one_or_none()
    if row is None:
        raise NotFound
    return _views(ctx, [row])[0]


def person_edition(name: str, roles: Iterable[Role], teams: Iterable[Team]) -> str:
    """Of what the form about a person shows and saves."""
    return edition_of(name, sorted(role.id for role in roles), sorted(team.id for team in teams))


def _views(ctx: Context, people: list[Operator]) -> list[PersonView]:
    held = in_hand_of(ctx.session, [person.id for person in people])
    placed = {person.unit_id for person in people if person.unit_id is not None}
    units = UNIT.names(ctx, placed) if placed else {}
    return [
        PersonView(
            id=person.id,
            name=person.name,
            login_name=person.login_name,
            roles=role_refs(person),
            agency=AgencyRef(id=person.agency.id, name=person.agency.name, kind=person.agency.kind),
            teams=[TeamRef(id=team.id, name=team.name) for team in person.teams],
            unit_id=person.unit_id,
            unit_name=units.get(person.unit_id or 0),
            presence=person.presence,
            presence_since=person.presence_since,
            presence_reason=person.presence_reason,
            presence_until=person.presence_until,
            open_requests=held.get(person.id, NOTHING).open,
            load=shown(load_of(person, held.get(person.id, NOTHING))),
            capacity=person.capacity,
            lanes=LaneLimits(**lane_limits_of(person)),
            is_active=person.is_active,
            serves=Permission.REPLIES_SEND in mandate_of(person).permissions,
            edition=person_edition(person.name, person.roles, person.teams),
        )
        for person in people
    ]


def right_holders(ctx: Context, right: str) -> RightHolders:
    """Who of the asker's own agency has a right, and who may give it; NotFound when there is none such.

    Nobody gives a right that they lack. Who reaches every account may give it to people of any agency; they
    are named to those who may know of them, and to the others only that there are some.
    """
    wanted = next((permission for permission in GIVABLE if permission.value == right), None)
    if wanted is None:
        raise NotFound
    own = Operator.agency_id == ctx.actor.agency_id
    giving = may_with(wanted) & may_with(Permission.OPERATORS_MANAGE)
    beyond = Operator.id.in_(reaching_everything())
    grantors = _people(ctx, giving & (own | (beyond & visible(Operator, ctx.actor))))
    return RightHolders(
        right=right,
        holders=_people(ctx, own & may_with(wanted)),
        grantors=grantors,
        granted_elsewhere=not grantors and bool(_people(ctx, giving & beyond)),
    )


def _people(ctx: Context, which: ColumnElement[bool]) -> list[PersonRef]:
    rows = ctx.session.execute(
        select(Operator.id, Operator.name)
        .where(Operator.is_active, Operator.id != ctx.actor.operator_id, which)
        .order_by(Operator.id)
        .limit(NAMED)
    )
    return [PersonRef(id=person_id, name=name) for person_id, name in rows]
