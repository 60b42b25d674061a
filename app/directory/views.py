"""REST: people as a list; people and accounts as files."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.directory import exporting, queries
from app.directory.exporting import ExportAccounts, ExportPeople
from app.identity.people_schemas import PeopleList, PeopleQuery
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView

directory = Blueprint("directory", __name__)
_ERRORS = ("too_many_long_works", "key_used_otherwise", "saved_view_broken")


@endpoint(
    directory,
    "GET",
    "/people",
    access=Permission.PEOPLE_READ,
    summary="Who works here, with role, teams, unit, presence and load",
    query=PeopleQuery,
    response=PeopleList,
    errors=("invalid_cursor", "saved_view_broken"),
)
def list_people(ctx: Context, query: PeopleQuery) -> PeopleList:
    return queries.list_people(ctx, query)


@endpoint(
    directory,
    "POST",
    "/people/exports",
    access=Permission.EXPORTS_CREATE,
    summary="Put what the list of people holds into a file, as long work",
    body=ExportPeople,
    response=LongWorkView,
    status=201,
    errors=_ERRORS,
)
def export_people(ctx: Context, body: ExportPeople) -> LongWorkView:
    return work_view(ctx, exporting.export_people(ctx, body))


@endpoint(
    directory,
    "POST",
    "/accounts/exports",
    access=Permission.EXPORTS_CREATE,
    summary="Put what the list of accounts holds into a file, as long work",
    body=ExportAccounts,
    response=LongWorkView,
    status=201,
    errors=_ERRORS,
)
def export_accounts(ctx: Context, body: ExportAccounts) -> LongWorkView:
    return work_view(ctx, exporting.export_accounts(ctx, body))
