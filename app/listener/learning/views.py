"""REST: corrections, rescues and explanations of items, and the versions of the model that judges them."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener.learning import rescue
from app.listener.learning import versions as learning
from app.listener.learning.corrections import correct_item, judged_item
from app.listener.learning.explanations import explain_item
from app.listener.learning.labels import list_labels
from app.listener.learning.schemas import CorrectionCommand, ExplanationView, LabelList, ModelsView
from app.listener.ledger import queries
from app.listener.ledger.schemas import InboundItemView

labels = Blueprint("labels", __name__)


@endpoint(
    labels,
    "GET",
    "/inbound-items/<int:item_id>/explanation",
    access=Permission.INBOUND_ITEMS_READ,
    summary="Why an item was kept or dropped",
    response=ExplanationView,
    errors=("item_not_judged",),
)
def explain(ctx: Context, item_id: int) -> ExplanationView:
    return explain_item(ctx, item_id)


@endpoint(
    labels,
    "GET",
    "/inbound-items/<int:item_id>/corrections",
    access=Permission.INBOUND_ITEMS_READ,
    summary="What people said an item really was",
    response=LabelList,
    errors=("item_not_judged",),
)
def list_corrections(ctx: Context, item_id: int) -> LabelList:
    judged_item(ctx, item_id)
    return list_labels(ctx, item_id)


@endpoint(
    labels,
    "POST",
    "/inbound-items/<int:item_id>/corrections",
    access=Permission.INBOUND_ITEMS_CORRECT,
    summary="Say what an item really is",
    body=CorrectionCommand,
    response=InboundItemView,
    errors=("item_not_judged", "invalid"),
)
def correct(ctx: Context, item_id: int, body: CorrectionCommand) -> InboundItemView:
    correct_item(ctx, item_id, body)
    return queries.get_item(ctx, item_id)


@endpoint(
    labels,
    "GET",
    "/models",
    access=Permission.MODELS_READ,
    summary="Versions of the language model with their figures",
    response=ModelsView,
)
def list_models(ctx: Context) -> ModelsView:
    return learning.models_view(ctx)


@endpoint(
    labels,
    "POST",
    "/models/retrain",
    access=Permission.MODELS_MANAGE,
    summary="Learn from the labels now, in the background",
    response=ModelsView,
    status=202,
    errors=("nothing_to_learn_from", "training_running", "too_many_long_works"),
)
def retrain(ctx: Context) -> ModelsView:
    learning.request_training(ctx)
    return learning.models_view(ctx)


@endpoint(
    labels,
    "POST",
    "/models/<name>/promotion",
    access=Permission.MODELS_MANAGE,
    summary="Let a version judge that is not in use, unless it falls on the pinned labels",
    response=ModelsView,
    errors=("no_such_model", "model_is_active", "training_running"),
)
def promote(ctx: Context, name: str) -> ModelsView:
    learning.promote(ctx, name)
    return learning.models_view(ctx)


@endpoint(
    labels,
    "POST",
    "/models/rollback",
    access=Permission.MODELS_MANAGE,
    summary="Return to the model before",
    response=ModelsView,
    errors=("no_model_to_roll_back",),
)
def roll_back(ctx: Context) -> ModelsView:
    learning.roll_back(ctx)
    return learning.models_view(ctx)


@endpoint(
    labels,
    "POST",
    "/inbound-items/<int:item_id>/rescue",
    access=Permission.INBOUND_ITEMS_RESCUE,
    summary="Make a request of a dropped item",
    response=InboundItemView,
    errors=("already_a_request", "item_without_author", "item_asks_nothing"),
)
def rescue_item(ctx: Context, item_id: int) -> InboundItemView:
    rescue.rescue_item(ctx, item_id)
    return queries.get_item(ctx, item_id)
