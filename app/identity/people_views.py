"""REST: people, their capacity, one's own password, who may grant a right."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import OpenUnit, endpoint
from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Permission
from app.identity import managing
from app.identity import people as services
from app.identity import people_queries as queries
from app.identity.people_schemas import (
    ChangePassword,
    ChangePerson,
    CreatedPerson,
    GivenPassword,
    NewPerson,
    NewTeam,
    PersonView,
    RenameTeam,
    RightHolders,
    SetActive,
    SetCapacity,
)
from app.identity.schemas import TeamRef

people = Blueprint("people", __name__)


@endpoint(
    people,
    "POST",
    "/people",
    access=Permission.OPERATORS_MANAGE,
    summary="Somebody new, with a first password that is told once",
    body=NewPerson,
    response=CreatedPerson,
    status=201,
    errors=("login_name_taken", "role_beyond_own", "role_beyond_agency"),
)
def create_person(ctx: Context, body: NewPerson) -> CreatedPerson:
    operator, password = managing.create_person(ctx, body)
    return CreatedPerson(person=queries.get_person(ctx, operator.id), password=password)


@endpoint(
    people,
    "PUT",
    "/people/<int:operator_id>",
    access=Permission.OPERATORS_MANAGE,
    summary="Another name, role or other teams",
    body=ChangePerson,
    response=PersonView,
    errors=("role_beyond_own", "role_beyond_agency", "own_role", "last_administrator", "stale_version"),
)
def change_person(ctx: Context, operator_id: int, body: ChangePerson) -> PersonView:
    managing.change_person(ctx, operator_id, body)
    return queries.get_person(ctx, operator_id)


@endpoint(
    people,
    "POST",
    "/people/<int:operator_id>/password",
    access=Permission.OPERATORS_MANAGE,
    summary="A new password for somebody who lost theirs; all their logins end",
    response=GivenPassword,
    errors=("own_password", "person_shut_out"),
)
def give_password(ctx: Context, operator_id: int) -> GivenPassword:
    return GivenPassword(password=managing.give_password(ctx, operator_id))


@endpoint(
    people,
    "POST",
    "/teams",
    access=Permission.OPERATORS_MANAGE,
    summary="A new team",
    body=NewTeam,
    response=TeamRef,
    status=201,
    errors=("team_name_taken",),
)
def create_team(ctx: Context, body: NewTeam) -> TeamRef:
    team = managing.create_team(ctx, body)
    return TeamRef(id=team.id, name=team.name)


@endpoint(
    people,
    "PUT",
    "/teams/<int:team_id>",
    access=Permission.OPERATORS_MANAGE,
    summary="Another name for a team",
    body=RenameTeam,
    response=TeamRef,
    errors=("team_name_taken",),
)
def rename_team(ctx: Context, team_id: int, body: RenameTeam) -> TeamRef:
    team = managing.rename_team(ctx, team_id, body)
    return TeamRef(id=team.id, name=team.name)


@endpoint(
    people,
    "PUT",
    "/people/<int:operator_id>/capacity",
    access=Permission.PEOPLE_SET_CAPACITY,
    summary="How many unresolved requests a person may hold",
    body=SetCapacity,
    response=PersonView,
)
def set_capacity(ctx: Context, operator_id: int, body: SetCapacity) -> PersonView:
    services.set_capacity(ctx, operator_id, body)
    ctx.session.flush()
    return queries.get_person(ctx, operator_id)


@endpoint(
    people,
    "PUT",
    "/people/<int:operator_id>/active",
    access=Permission.OPERATORS_MANAGE,
    summary="Let a person log in, or shut them out at once",
    body=SetActive,
    response=PersonView,
    errors=("cannot_shut_out_oneself", "last_administrator"),
)
def set_active(ctx: Context, operator_id: int, body: SetActive) -> PersonView:
    services.set_active(ctx, operator_id, body)
    ctx.session.flush()
    return queries.get_person(ctx, operator_id)


@endpoint(
    people,
    "PUT",
    "/session/password",
    access=Permission.SESSION_USE,
    summary="Change my own password; my other logins end",
    body=ChangePassword,
    errors=("wrong_password", "password_too_short", "password_unchanged", "login_throttled"),
    manual=True,
)
def change_own_password(open_unit: OpenUnit, body: ChangePassword) -> None:
    # Committed before the refusal: a wrong attempt must be counted although the request fails.
    with open_unit(write=True) as ctx:
        changed = services.change_own_password(ctx, body)
    if not changed:
        raise Invalid("wrong_password", fields={"current": "wrong_password"})


@endpoint(
    people,
    "GET",
    "/rights/<right>/holders",
    access=Permission.SESSION_USE,
    summary="Whom somebody without a right can turn to",
    response=RightHolders,
)
def right_holders(ctx: Context, right: str) -> RightHolders:
    return queries.right_holders(ctx, right)
