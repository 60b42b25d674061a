"""People as a list that conditions narrow."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from app.conditions.matches import Says
from app.core.context import Context
from app.core.permissions import Permission
from app.identity import people_queries
from app.identity.people_schemas import PeopleList, PeopleQuery
from app.identity.person_fields import PEOPLE
from app.models import Operator, Team, TeamMember
from app.saved_views.queries import narrowing
from app.shifts.present import shift_ends


def filtered_people(ctx: Context, query: PeopleQuery) -> Select[Operator]:
    """In no order. Raises Invalid for a condition that cannot be asked."""
    meant = [each.sql() for each in narrowing(ctx, PEOPLE, query.condition, query.saved_view_id)]
    if words := query.q.strip():
        says = Says(words).sql
        serving = select(TeamMember.operator_id).join(Team, Team.id == TeamMember.team_id)
        meant.append(
            or_(
                says(Operator.name),
                says(Operator.login_name),
                Operator.id.in_(serving.where(says(Team.name))),
            )
        )
    return people_queries.people_within(ctx, *meant)


def list_people(ctx: Context, query: PeopleQuery) -> PeopleList:
    ctx.require(Permission.PEOPLE_READ)
    found = people_queries.list_people(ctx, query, filtered_people(ctx, query))
    ends = shift_ends(ctx.session, [person.id for person in found.items], ctx.now())
    for person in found.items:
        person.shift_ends_at = ends.get(person.id)
    return found
