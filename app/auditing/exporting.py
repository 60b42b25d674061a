"""Acts in a file: what the list holds, with the columns that conditions know."""

from __future__ import annotations

from app.auditing.fields import ACTS
from app.auditing.queries import filtered_acts
from app.auditing.schemas import AuditQuery
from app.core.context import Context
from app.core.permissions import Permission
from app.longwork.exporting import ExportCommand, begin_export, declare_export
from app.models import LongWork


class ExportActs(ExportCommand):
    query: AuditQuery
    """Of the list; its order and page say nothing here."""


EXPORTED = declare_export("audit_entry.export", ACTS, ExportActs, filtered_acts)


def export_acts(ctx: Context, command: ExportActs) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    ctx.require(Permission.AUDIT_READ)
    return begin_export(ctx, EXPORTED, command)
