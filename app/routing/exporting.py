"""Service requests in a file: what a list holds, with the columns that conditions know."""

from __future__ import annotations

from app.core.context import Context
from app.core.permissions import Permission
from app.longwork.exporting import ExportCommand, begin_export, declare_export
from app.models import LongWork
from app.routing.fields import SERVICE_REQUESTS
from app.routing.narrowing import filtered_requests
from app.routing.schemas import ServiceRequestQuery


class ExportRequests(ExportCommand):
    query: ServiceRequestQuery
    """Of the list; its order and page say nothing here."""


REQUESTS = declare_export("service_request.export", SERVICE_REQUESTS, ExportRequests, filtered_requests)


def export_requests(ctx: Context, command: ExportRequests) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    return begin_export(ctx, REQUESTS, command)
