"""REST: the audit log."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.auditing import queries
from app.auditing.exporting import ExportActs, export_acts
from app.auditing.schemas import AuditList, AuditQuery
from app.core.context import Context
from app.core.permissions import Permission
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView

auditing = Blueprint("auditing", __name__)


@endpoint(
    auditing,
    "GET",
    "/audit-entries",
    access=Permission.AUDIT_READ,
    summary="Who did what, when",
    query=AuditQuery,
    response=AuditList,
    errors=("invalid_cursor", "saved_view_broken"),
)
def list_acts(ctx: Context, query: AuditQuery) -> AuditList:
    return queries.list_acts(ctx, query)


@endpoint(
    auditing,
    "POST",
    "/audit-entries/exports",
    access=Permission.AUDIT_READ,
    summary="Put what the list of acts holds into a file, as long work",
    body=ExportActs,
    response=LongWorkView,
    status=201,
    errors=("too_many_long_works", "key_used_otherwise", "saved_view_broken"),
)
def export_list(ctx: Context, body: ExportActs) -> LongWorkView:
    return work_view(ctx, export_acts(ctx, body))
