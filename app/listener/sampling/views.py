"""REST: the review queue of dropped items, and trials of other filter settings."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener.sampling import services, trying
from app.listener.sampling.schemas import (
    DrawCommand,
    FilterSampleList,
    FilterSampleView,
    ReviewCommand,
    SampledItemList,
    SampledItemQuery,
    SampledItemView,
    TrialCommand,
    TrialView,
)
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView

reviews = Blueprint("reviews", __name__)


@endpoint(
    reviews,
    "GET",
    "/filter-samples",
    access=Permission.INBOUND_ITEMS_READ,
    summary="Samples of dropped items and what reviewers found",
    response=FilterSampleList,
)
def list_draws(ctx: Context) -> FilterSampleList:
    return services.list_draws(ctx)


@endpoint(
    reviews,
    "POST",
    "/filter-samples",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Draw dropped items to review",
    body=DrawCommand,
    response=FilterSampleView,
    status=201,
    errors=("nothing_to_draw", "invalid"),
)
def draw(ctx: Context, body: DrawCommand) -> FilterSampleView:
    return services.get_draw(ctx, services.draw_sample(ctx, body).id)


@endpoint(
    reviews,
    "GET",
    "/filter-samples/<int:draw_id>",
    access=Permission.INBOUND_ITEMS_READ,
    summary="One sample with its miss estimate",
    response=FilterSampleView,
)
def get_draw(ctx: Context, draw_id: int) -> FilterSampleView:
    return services.get_draw(ctx, draw_id)


@endpoint(
    reviews,
    "GET",
    "/filter-samples/<int:draw_id>/items",
    access=Permission.INBOUND_ITEMS_READ,
    summary="The drawn items",
    query=SampledItemQuery,
    response=SampledItemList,
    errors=("invalid_cursor",),
)
def list_sampled_items(ctx: Context, draw_id: int, query: SampledItemQuery) -> SampledItemList:
    return services.list_sampled_items(ctx, draw_id, query)


@endpoint(
    reviews,
    "PUT",
    "/sampled-items/<int:sampled_item_id>",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Say whether dropping an item was right",
    body=ReviewCommand,
    response=SampledItemView,
    errors=("already_reviewed",),
)
def review_sampled_item(ctx: Context, sampled_item_id: int, body: ReviewCommand) -> SampledItemView:
    return services.sampled_item_views(ctx, [services.review_sampled_item(ctx, sampled_item_id, body)])[0]


@endpoint(
    reviews,
    "DELETE",
    "/sampled-items/<int:sampled_item_id>/finding",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Take back what was said of a drawn item",
    response=SampledItemView,
    errors=("already_a_request",),
)
def take_back_finding(ctx: Context, sampled_item_id: int) -> SampledItemView:
    return services.sampled_item_views(ctx, [services.take_back_finding(ctx, sampled_item_id)])[0]


@endpoint(
    reviews,
    "POST",
    "/filter-trials",
    access=Permission.MONITORS_READ,
    summary="Find out what other filter settings would keep and drop, as long work",
    body=TrialCommand,
    response=LongWorkView,
    status=201,
    errors=("bad_filter_settings", "too_many_long_works", "key_used_otherwise"),
)
def try_filter_settings(ctx: Context, body: TrialCommand) -> LongWorkView:
    return work_view(ctx, trying.begin_trial(ctx, body))


@endpoint(
    reviews,
    "GET",
    "/filter-trials/<int:work_id>",
    access=Permission.MONITORS_READ,
    summary="What a trial of filter settings has found, also while it goes on",
    response=TrialView,
)
def get_trial(ctx: Context, work_id: int) -> TrialView:
    return trying.trial_of(ctx, work_id)
