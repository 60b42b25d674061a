"""Telling those who may see a request what happened to it."""

from __future__ import annotations

from app.core.context import Context
from app.identity.scope import request_audience
from app.models import (
    ServiceRequest,
)
from app.routing.queries import load_requests, request_view
from app.routing.schemas import ServiceRequestChanged


def announce(
    ctx: Context, name: str, request: ServiceRequest, before: tuple[int | None, int | None] | None = None
) -> None:
    """Emit an event about a request whose related rows are loaded."""
    ctx.emit(
        name,
        ServiceRequestChanged(service_request=request_view(request)),
        request_audience(request, before=before),
        service_request_id=request.id,
    )


def announce_one(
    ctx: Context, name: str, request_id: int, before: tuple[int | None, int | None] | None = None
) -> ServiceRequest:
    """Load a request afresh, emit the event, and return it."""
    (request,) = load_requests(ctx, [request_id])
    announce(ctx, name, request, before)
    return request
