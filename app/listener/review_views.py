"""REST: the review queue of dropped items, and trials of other filter settings."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener import reviews as services
from app.listener.review_schemas import (
    DrawCommand,
    ReviewCommand,
    ReviewDrawList,
    ReviewDrawView,
    ReviewItemList,
    ReviewItemQuery,
    ReviewItemView,
    TrialCommand,
    TrialView,
)
from app.listener.trials import try_filters

reviews = Blueprint("reviews", __name__)


@endpoint(
    reviews,
    "GET",
    "/review-draws",
    access=Permission.INBOUND_ITEMS_READ,
    summary="Samples of dropped items and what reviewers found",
    response=ReviewDrawList,
)
def list_draws(ctx: Context) -> ReviewDrawList:
    return services.list_draws(ctx)


@endpoint(
    reviews,
    "POST",
    "/review-draws",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Draw dropped items to review",
    body=DrawCommand,
    response=ReviewDrawView,
    status=201,
    errors=("nothing_to_draw", "invalid"),
)
def draw(ctx: Context, body: DrawCommand) -> ReviewDrawView:
    return services.get_draw(ctx, services.draw_sample(ctx, body).id)


@endpoint(
    reviews,
    "GET",
    "/review-draws/<int:draw_id>",
    access=Permission.INBOUND_ITEMS_READ,
    summary="One sample with its miss estimate",
    response=ReviewDrawView,
)
def get_draw(ctx: Context, draw_id: int) -> ReviewDrawView:
    return services.get_draw(ctx, draw_id)


@endpoint(
    reviews,
    "GET",
    "/review-draws/<int:draw_id>/items",
    access=Permission.INBOUND_ITEMS_READ,
    summary="The drawn items",
    query=ReviewItemQuery,
    response=ReviewItemList,
    errors=("invalid_cursor",),
)
def list_review_items(ctx: Context, draw_id: int, query: ReviewItemQuery) -> ReviewItemList:
    return services.list_review_items(ctx, draw_id, query)


@endpoint(
    reviews,
    "PUT",
    "/review-items/<int:review_item_id>",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Say whether dropping an item was right",
    body=ReviewCommand,
    response=ReviewItemView,
    errors=("already_reviewed",),
)
def review_item(ctx: Context, review_item_id: int, body: ReviewCommand) -> ReviewItemView:
    return services.review_item_views(ctx, [services.review_item(ctx, review_item_id, body)])[0]


@endpoint(
    reviews,
    "POST",
    "/filter-trials",
    access=Permission.MONITORS_READ,
    summary="What other filter settings would keep and drop",
    body=TrialCommand,
    response=TrialView,
    errors=("bad_filter_settings",),
    write=False,
)
def try_filter_settings(ctx: Context, body: TrialCommand) -> TrialView:
    return try_filters(ctx, body)
