"""Inbound items in a file: what the stream holds, with the columns that conditions know."""

from __future__ import annotations

from app.core.context import Context
from app.core.permissions import Permission
from app.listener.ledger.fields import INBOUND_ITEMS
from app.listener.ledger.queries import filtered_items
from app.listener.ledger.schemas import InboundItemQuery
from app.longwork.exporting import ExportCommand, begin_export, declare_export
from app.models import LongWork


class ExportItems(ExportCommand):
    query: InboundItemQuery
    """Of the stream; its page says nothing here."""


ITEMS = declare_export("inbound_item.export", INBOUND_ITEMS, ExportItems, filtered_items)


def export_items(ctx: Context, command: ExportItems) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    return begin_export(ctx, ITEMS, command)
