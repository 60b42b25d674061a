"""REST: people, their capacity, one's own password, who may grant a right."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import OpenUnit, endpoint
from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Permission
from app.identity import people as services
from app.identity import people_queries as queries
from app.identity.people_schemas import (
    ChangePassword,
    PeopleList,
    PeopleQuery,
    PersonView,
    RightHolders,
    SetActive,
    SetCapacity,
)

people = Blueprint("people", __name__)


@endpoint(
    people,
    "GET",
    "/people",
    access=Permission.PEOPLE_READ,
    summary="Who works here, with role, teams, presence and load",
    query=PeopleQuery,
    response=PeopleList,
    errors=("invalid_cursor",),
)
def list_people(ctx: Context, query: PeopleQuery) -> PeopleList:
    return queries.list_people(ctx, query)


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
    errors=("cannot_shut_out_oneself",),
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
