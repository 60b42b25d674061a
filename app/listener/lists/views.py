"""REST: the special lists."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener.lists import services
from app.listener.lists.schemas import (
    ListEntryCommand,
    ListEntryEdit,
    ListEntryList,
    ListEntryQuery,
    ListEntryView,
)

special_lists = Blueprint("special_lists", __name__)


@endpoint(
    special_lists,
    "GET",
    "/special-list-entries",
    access=Permission.INBOUND_ITEMS_READ,
    summary="Who is blocked, cared for, left alone, or one of ours",
    query=ListEntryQuery,
    response=ListEntryList,
    errors=("invalid_cursor",),
)
def list_entries(ctx: Context, query: ListEntryQuery) -> ListEntryList:
    return services.list_entries(ctx, query)


@endpoint(
    special_lists,
    "POST",
    "/special-list-entries",
    access=Permission.MONITORS_MANAGE,
    summary="Put an author on a list",
    body=ListEntryCommand,
    response=ListEntryView,
    status=201,
    errors=("already_listed", "invalid"),
)
def add_entry(ctx: Context, body: ListEntryCommand) -> ListEntryView:
    return services.entry_view(ctx, services.add_entry(ctx, body))


@endpoint(
    special_lists,
    "PUT",
    "/special-list-entries/<int:entry_id>",
    access=Permission.MONITORS_MANAGE,
    summary="Change the note or the end of an entry",
    body=ListEntryEdit,
    response=ListEntryView,
    errors=("stale_version",),
)
def edit_entry(ctx: Context, entry_id: int, body: ListEntryEdit) -> ListEntryView:
    return services.entry_view(ctx, services.edit_entry(ctx, entry_id, body))


@endpoint(
    special_lists,
    "DELETE",
    "/special-list-entries/<int:entry_id>",
    access=Permission.MONITORS_MANAGE,
    summary="Take an author off a list",
)
def remove_entry(ctx: Context, entry_id: int) -> None:
    services.remove_entry(ctx, entry_id)
