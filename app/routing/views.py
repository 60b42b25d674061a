"""REST: service requests."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView
from app.routing import (
    counts,
    history,
    holders,
    moving,
    overview,
    queries,
    services,
    timing,
)
from app.routing.deadline_schemas import DeadlineView
from app.routing.exporting import ExportRequests, export_requests
from app.routing.long_work import BulkAct, begin_bulk
from app.routing.overview_schemas import OverviewView
from app.routing.schemas import (
    ClassifyRequest,
    DecisionList,
    HandBack,
    HandedBack,
    MembershipQuery,
    MembershipView,
    RequestChangeList,
    RequestChangeQuery,
    ServiceRequestCounts,
    ServiceRequestList,
    ServiceRequestQuery,
    ServiceRequestView,
    SetAssignee,
    SetStatus,
    SetTeam,
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
    "POST",
    "/service-requests/exports",
    access=Permission.EXPORTS_CREATE,
    summary="Put the requests of a list into a file, as long work",
    body=ExportRequests,
    response=LongWorkView,
    status=201,
    errors=("too_many_long_works", "key_used_otherwise", "saved_view_broken"),
)
def export_list(ctx: Context, body: ExportRequests) -> LongWorkView:
    return work_view(ctx, export_requests(ctx, body))


@endpoint(
    routing,
    "POST",
    "/service-requests/bulk-acts",
    access=Permission.SERVICE_REQUESTS_ASSIGN,
    summary="Do one thing to many requests, as long work",
    body=BulkAct,
    response=LongWorkView,
    status=201,
    errors=("too_many_long_works", "key_used_otherwise", "saved_view_broken"),
)
def act_upon_many(ctx: Context, body: BulkAct) -> LongWorkView:
    return work_view(ctx, begin_bulk(ctx, body))


@endpoint(
    routing,
    "GET",
    "/service-requests/membership",
    access=_READ,
    summary="Which of some requests belong to a view, and where",
    query=MembershipQuery,
    response=MembershipView,
)
def list_members(ctx: Context, query: MembershipQuery) -> MembershipView:
    return queries.membership(ctx, query)


@endpoint(
    routing,
    "GET",
    "/service-requests/counts",
    access=_READ,
    summary="How many requests each view and account has",
    response=ServiceRequestCounts,
)
def count_requests(ctx: Context) -> ServiceRequestCounts:
    return counts.count_requests(ctx)


@endpoint(
    routing,
    "GET",
    "/overview",
    access=Permission.OVERVIEW_READ,
    summary="How work stands: in all, by team, by account",
    response=OverviewView,
)
def get_overview(ctx: Context) -> OverviewView:
    return overview.overview(ctx)


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
    "GET",
    "/service-requests/<int:request_id>/deadline",
    access=_READ,
    summary="Why a request is due when it is: its calendar, and what is closed until then",
    response=DeadlineView,
)
def get_deadline(ctx: Context, request_id: int) -> DeadlineView:
    return timing.deadline_of(ctx, request_id)


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/assignee",
    access=Permission.SERVICE_REQUESTS_CLAIM,
    summary="Claim, hand over, or return to the queue",
    body=SetAssignee,
    response=ServiceRequestView,
    errors=(
        "stale_version",
        "already_assigned",
        "handed_out_by_lead",
        "operator_cannot_serve",
        "reason_needed",
        "request_not_active",
    ),
)
def set_assignee(ctx: Context, request_id: int, body: SetAssignee) -> ServiceRequestView:
    return queries.request_view(services.set_assignee(ctx, request_id, body))


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/team",
    access=Permission.SERVICE_REQUESTS_ASSIGN,
    summary="Move into another team's queue",
    body=SetTeam,
    response=ServiceRequestView,
    errors=("stale_version", "claimed_by_other", "team_cannot_serve", "request_not_active"),
)
def set_team(ctx: Context, request_id: int, body: SetTeam) -> ServiceRequestView:
    return queries.request_view(moving.set_team(ctx, request_id, body))


@endpoint(
    routing,
    "POST",
    "/service-requests/hand-back",
    access=Permission.SERVICE_REQUESTS_CLAIM,
    summary="Give back what waits for oneself, or what one chooses, on leaving",
    body=HandBack,
    response=HandedBack,
)
def hand_back(ctx: Context, body: HandBack) -> HandedBack:
    return HandedBack(count=holders.hand_back(ctx, body.request_ids))


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/status",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Wait for the customer, hold, resolve or reopen",
    body=SetStatus,
    response=ServiceRequestView,
    errors=(
        "stale_version",
        "newer_request_open",
        "request_not_active",
        "transition_refused",
        "claimed_by_other",
    ),
)
def set_status(ctx: Context, request_id: int, body: SetStatus) -> ServiceRequestView:
    return queries.request_view(services.set_status(ctx, request_id, body))


@endpoint(
    routing,
    "PUT",
    "/service-requests/<int:request_id>/classification",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Say what a request really is: type, priority, mood",
    body=ClassifyRequest,
    response=ServiceRequestView,
    errors=("stale_version", "claimed_by_other"),
)
def classify_request(ctx: Context, request_id: int, body: ClassifyRequest) -> ServiceRequestView:
    return queries.request_view(services.classify_request(ctx, request_id, body))


@endpoint(
    routing,
    "GET",
    "/service-requests/<int:request_id>/changes",
    access=_READ,
    summary="Who did what to the request, the newest first",
    query=RequestChangeQuery,
    response=RequestChangeList,
    errors=("invalid_cursor",),
)
def list_changes(ctx: Context, request_id: int, query: RequestChangeQuery) -> RequestChangeList:
    return history.list_changes(ctx, request_id, query)


@endpoint(
    routing,
    "GET",
    "/service-requests/<int:request_id>/assignment-decisions",
    access=_READ,
    summary="Why the request went to whom",
    response=DecisionList,
)
def list_decisions(ctx: Context, request_id: int) -> DecisionList:
    return history.list_decisions(ctx, request_id)
