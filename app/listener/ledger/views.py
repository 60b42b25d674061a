"""REST: the ledger of inbound items."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener.ledger import queries
from app.listener.ledger.exporting import ExportItems, export_items
from app.listener.ledger.schemas import (
    InboundCountsQuery,
    InboundItemCounts,
    InboundItemList,
    InboundItemQuery,
    InboundItemView,
)
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView

listener = Blueprint("listener", __name__)


@endpoint(
    listener,
    "GET",
    "/inbound-items",
    access=Permission.INBOUND_ITEMS_READ,
    summary="What came in, with the filter's verdicts",
    query=InboundItemQuery,
    response=InboundItemList,
    errors=("invalid_cursor",),
)
def list_items(ctx: Context, query: InboundItemQuery) -> InboundItemList:
    return queries.list_items(ctx, query)


@endpoint(
    listener,
    "POST",
    "/inbound-items/exports",
    access=Permission.EXPORTS_CREATE,
    summary="Put what the stream holds into a file, as long work",
    body=ExportItems,
    response=LongWorkView,
    status=201,
    errors=("too_many_long_works", "key_used_otherwise", "saved_view_broken"),
)
def export_list(ctx: Context, body: ExportItems) -> LongWorkView:
    return work_view(ctx, export_items(ctx, body))


@endpoint(
    listener,
    "GET",
    "/inbound-items/counts",
    access=Permission.INBOUND_ITEMS_READ,
    summary="How many were kept and dropped, and why",
    query=InboundCountsQuery,
    response=InboundItemCounts,
)
def count_items(ctx: Context, query: InboundCountsQuery) -> InboundItemCounts:
    return queries.count_items(ctx, query)


@endpoint(
    listener,
    "GET",
    "/inbound-items/<int:item_id>",
    access=Permission.INBOUND_ITEMS_READ,
    summary="One item with its verdict",
    response=InboundItemView,
)
def get_item(ctx: Context, item_id: int) -> InboundItemView:
    return queries.get_item(ctx, item_id)
