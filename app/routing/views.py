"""REST: service requests."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing import queries, services
from app.routing.schemas import (
    DecisionList,
    ServiceRequestCounts,
    ServiceRequestList,
    ServiceRequestQuery,
    ServiceRequestView,
    SetAssignee,
    SetStatus,
)

routing = Blueprint("routing", __name__)
_READ = Permission.SERVICE_REQUESTS_READ


@endpoint(
    routing,
    "GET",
    "/service-requests",
    access=_READ,
    summary="Service requests of a view",
    query=ServiceRequestQuery,
    response=ServiceRequestList,
    errors=("invalid_cursor",),
)
def list_requests(ctx: Context, query: ServiceRequestQuery) -> ServiceRequestList:
    return queries.list_requests(ctx, query)


@endpoint(
    routing,
    "GET",
    "/service-requests/counts",
    access=_READ,
    summary="How many requests each view and account has",
    response=ServiceRequestCounts,
)
def count_requests(ctx: Context) -> ServiceRequestCounts:
    return queries.count_requests(ctx)


@endpoint(
    routing,
    "GET",
    "/service-requests/<int:request_id>",
    access=_READ,
    summary="One service request",
    response=ServiceRequestView,
)
def get_request(ctx: Context, request_id: int) -> ServiceRequestView:
    return queries.request_view(queries.get_request(ctx, request_id))


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/assignee",
    access=Permission.SERVICE_REQUESTS_CLAIM,
    summary="Claim, hand over, or return to the queue",
    body=SetAssignee,
    response=ServiceRequestView,
    errors=("stale_version", "already_assigned", "operator_cannot_serve", "request_not_active"),
)
def set_assignee(ctx: Context, request_id: int, body: SetAssignee) -> ServiceRequestView:
    return queries.request_view(services.set_assignee(ctx, request_id, body))


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/status",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Wait for the customer, hold, resolve or reopen",
    body=SetStatus,
    response=ServiceRequestView,
    errors=("stale_version", "newer_request_open", "request_not_active"),
)
def set_status(ctx: Context, request_id: int, body: SetStatus) -> ServiceRequestView:
    return queries.request_view(services.set_status(ctx, request_id, body))


@endpoint(
    routing,
    "GET",
    "/service-requests/<int:request_id>/assignment-decisions",
    access=_READ,
    summary="Why the request went to whom",
    response=DecisionList,
)
def list_decisions(ctx: Context, request_id: int) -> DecisionList:
    return queries.list_decisions(ctx, request_id)
