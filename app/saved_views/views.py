"""REST: saved views, and what conditions may ask."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.saved_views import examples, queries, services
from app.saved_views.schemas import (
    CheckCondition,
    ConditionCheck,
    ConditionExamples,
    ConditionSubjectView,
    CreateSavedView,
    EditSavedView,
    ReferenceList,
    ReferenceQuery,
    SavedViewCounts,
    SavedViewList,
    SavedViewQuery,
    SavedViewView,
    SubjectQuery,
)

saved_views = Blueprint("saved_views", __name__)
_USE = Permission.SESSION_USE


@endpoint(
    saved_views,
    "GET",
    "/condition-subjects/<subject>",
    access=_USE,
    summary="What may be asked about a subject",
    query=SubjectQuery,
    response=ConditionSubjectView,
)
def get_subject(ctx: Context, query: SubjectQuery, subject: str) -> ConditionSubjectView:
    return queries.subject_view(ctx, subject, of_events=query.of_events)


@endpoint(
    saved_views,
    "POST",
    "/condition-subjects/<subject>/checks",
    access=_USE,
    summary="A condition read aloud, what is wrong with it, and how many rows match now",
    body=CheckCondition,
    response=ConditionCheck,
    write=False,
)
def check_condition(ctx: Context, subject: str, body: CheckCondition) -> ConditionCheck:
    return queries.check_condition(ctx, subject, body.condition)


@endpoint(
    saved_views,
    "POST",
    "/condition-subjects/<subject>/examples",
    access=_USE,
    summary="A row that a condition takes, one that it just misses, and the leaf that decided",
    body=CheckCondition,
    response=ConditionExamples,
    write=False,
)
def show_examples(ctx: Context, subject: str, body: CheckCondition) -> ConditionExamples:
    return examples.show_examples(ctx, subject, body.condition)


@endpoint(
    saved_views,
    "GET",
    "/condition-subjects/<subject>/references/<kind>",
    access=_USE,
    summary="The rows of a kind that a condition may name",
    query=ReferenceQuery,
    response=ReferenceList,
)
def find_references(ctx: Context, query: ReferenceQuery, subject: str, kind: str) -> ReferenceList:
    return queries.find_references(ctx, subject, kind, query)


@endpoint(
    saved_views,
    "GET",
    "/saved-views",
    access=_USE,
    summary="One's own views, and those that others share",
    query=SavedViewQuery,
    response=SavedViewList,
)
def list_views(ctx: Context, query: SavedViewQuery) -> SavedViewList:
    return queries.list_views(ctx, query.subject)


@endpoint(
    saved_views,
    "GET",
    "/saved-views/counts",
    access=_USE,
    summary="How many rows each view has now",
    query=SavedViewQuery,
    response=SavedViewCounts,
)
def count_views(ctx: Context, query: SavedViewQuery) -> SavedViewCounts:
    return queries.count_views(ctx, query.subject)


@endpoint(
    saved_views,
    "POST",
    "/saved-views",
    access=_USE,
    summary="Keep a condition as a view",
    body=CreateSavedView,
    response=SavedViewView,
    status=201,
    errors=("too_many_saved_views",),
)
def create_view(ctx: Context, body: CreateSavedView) -> SavedViewView:
    return queries.view_of(ctx, services.create_view(ctx, body))


@endpoint(
    saved_views,
    "PUT",
    "/saved-views/<int:view_id>",
    access=_USE,
    summary="Change a view, or with whom it is shared",
    body=EditSavedView,
    response=SavedViewView,
    errors=("stale_version",),
)
def edit_view(ctx: Context, view_id: int, body: EditSavedView) -> SavedViewView:
    return queries.view_of(ctx, services.edit_view(ctx, view_id, body))


@endpoint(
    saved_views,
    "DELETE",
    "/saved-views/<int:view_id>",
    access=_USE,
    summary="Remove a view",
)
def remove_view(ctx: Context, view_id: int) -> None:
    services.remove_view(ctx, view_id)
