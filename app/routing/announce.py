"""Telling those who may see a request what happened to it."""

from __future__ import annotations

from app.core.context import Context
from app.core.events import EventName
from app.identity.scope import request_audience
from app.models import ServiceRequest
from app.routing.events import about_request
from app.routing.queries import request_view
from app.routing.schemas import ServiceRequestChanged


def announce(
    ctx: Context,
    name: EventName,
    request: ServiceRequest,
    before: tuple[int | None, int | None] | None = None,
) -> None:
    """Emit an event about a request whose related rows are loaded."""
    ctx.emit(
        name,
        ServiceRequestChanged(service_request=request_view(request)),
        request_audience(request, before=before),
        about=about_request(request),
    )
