"""REST: what requests have to do with each other."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing import queries, relating, relations
from app.routing.relation_schemas import (
    LinkRequest,
    MergedView,
    MergeRequest,
    RelationsView,
    SplitRequest,
    UnmergeRequest,
)
from app.routing.schemas import ServiceRequestView

related_requests = Blueprint("related_requests", __name__)


@endpoint(
    related_requests,
    "GET",
    "/service-requests/<int:request_id>/relations",
    access=Permission.SERVICE_REQUESTS_READ,
    summary="What the request has to do with others: merged, linked, the same person's other ones",
    response=RelationsView,
)
def get_relations(ctx: Context, request_id: int) -> RelationsView:
    return relations.read_relations(ctx, request_id)


@endpoint(
    related_requests,
    "POST",
    "/service-requests/<int:request_id>/merge",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Put the request into another, which goes on for both",
    body=MergeRequest,
    response=MergedView,
    errors=(
        "stale_version",
        "claimed_by_other",
        "merges_two_people",
        "other_agency",
        "request_merged",
        "merge_needs_active",
        "transition_refused",
    ),
)
def merge_request(ctx: Context, request_id: int, body: MergeRequest) -> MergedView:
    return relating.merge_request(ctx, request_id, body)


@endpoint(
    related_requests,
    "POST",
    "/service-requests/<int:request_id>/unmerge",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Take a merged request out again, within a day",
    body=UnmergeRequest,
    response=MergedView,
    errors=("stale_version", "not_merged", "merge_undone", "undo_over", "request_merged", "other_agency"),
)
def unmerge_request(ctx: Context, request_id: int, body: UnmergeRequest) -> MergedView:
    return relating.unmerge_request(ctx, request_id, body)


@endpoint(
    related_requests,
    "POST",
    "/service-requests/<int:request_id>/split",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Make some messages of the request a request of their own",
    body=SplitRequest,
    response=ServiceRequestView,
    status=201,
    errors=("stale_version", "claimed_by_other", "request_merged"),
)
def split_request(ctx: Context, request_id: int, body: SplitRequest) -> ServiceRequestView:
    return queries.request_view(relating.split_request(ctx, request_id, body))


@endpoint(
    related_requests,
    "POST",
    "/service-requests/<int:request_id>/links",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Say that the request has to do with another",
    body=LinkRequest,
    response=RelationsView,
    status=201,
    errors=("stale_version", "other_agency"),
)
def link_request(ctx: Context, request_id: int, body: LinkRequest) -> RelationsView:
    relating.link_request(ctx, request_id, body)
    return relations.read_relations(ctx, request_id)


@endpoint(
    related_requests,
    "DELETE",
    "/service-requests/<int:request_id>/links/<int:link_id>",
    access=Permission.SERVICE_REQUESTS_UPDATE,
    summary="Say that the two have nothing to do with each other",
    errors=("other_agency",),
)
def unlink_request(ctx: Context, request_id: int, link_id: int) -> None:
    relating.unlink_request(ctx, request_id, link_id)
