"""REST: the tree of units."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity import people_queries
from app.identity import unit_queries as queries
from app.identity import units as services
from app.identity.people_schemas import PersonView
from app.identity.unit_schemas import (
    CloseUnit,
    MoveUnit,
    NewUnit,
    PlacePerson,
    RenameUnit,
    UnitTree,
    UnitView,
)

units = Blueprint("units", __name__)
_NAMES = ("unit_name_taken", "team_name_taken")
_PLACE = ("unit_misplaced", "unit_too_deep", "unit_beyond_own", "unit_of_another_agency")
_STILL_IN_IT = (
    "unit_has_units",
    "unit_has_people",
    "unit_has_accounts",
    "unit_has_grants",
    "unit_has_requests",
    "unit_has_monitors",
)


@endpoint(
    units,
    "GET",
    "/units",
    access=Permission.PEOPLE_READ,
    summary="The organisation as a tree, with who belongs where",
    response=UnitTree,
)
def list_units(ctx: Context) -> UnitTree:
    return queries.list_units(ctx)


@endpoint(
    units,
    "POST",
    "/units",
    access=Permission.OPERATORS_MANAGE,
    summary="A new centre, department, team or agency",
    body=NewUnit,
    response=UnitView,
    status=201,
    errors=(*_NAMES, *_PLACE),
)
def create_unit(ctx: Context, body: NewUnit) -> UnitView:
    return queries.get_unit(ctx, services.create_unit(ctx, body).id)


@endpoint(
    units,
    "PUT",
    "/units/<int:unit_id>",
    access=Permission.OPERATORS_MANAGE,
    summary="Another name for a unit",
    body=RenameUnit,
    response=UnitView,
    errors=(*_NAMES, "stale_version", "unit_beyond_own"),
)
def rename_unit(ctx: Context, unit_id: int, body: RenameUnit) -> UnitView:
    return queries.get_unit(ctx, services.rename_unit(ctx, unit_id, body).id)


@endpoint(
    units,
    "POST",
    "/units/<int:unit_id>/move",
    access=Permission.OPERATORS_MANAGE,
    summary="Below another unit, with all below it",
    body=MoveUnit,
    response=UnitView,
    errors=(*_PLACE, "unit_name_taken", "stale_version", "root_stays", "unit_circle"),
)
def move_unit(ctx: Context, unit_id: int, body: MoveUnit) -> UnitView:
    return queries.get_unit(ctx, services.move_unit(ctx, unit_id, body).id)


@endpoint(
    units,
    "POST",
    "/units/<int:unit_id>/close",
    access=Permission.OPERATORS_MANAGE,
    summary="A unit without people and work leaves the tree",
    body=CloseUnit,
    errors=(*_STILL_IN_IT, "stale_version", "root_stays", "unit_beyond_own"),
)
def close_unit(ctx: Context, unit_id: int, body: CloseUnit) -> None:
    services.close_unit(ctx, unit_id, body)


@endpoint(
    units,
    "PUT",
    "/people/<int:operator_id>/unit",
    access=Permission.OPERATORS_MANAGE,
    summary="Where somebody belongs, and whether they lead there",
    body=PlacePerson,
    response=PersonView,
    errors=("unit_of_another_agency", "unit_beyond_own"),
)
def place_person(ctx: Context, operator_id: int, body: PlacePerson) -> PersonView:
    services.place_person(ctx, operator_id, body)
    return people_queries.get_person(ctx, operator_id)
