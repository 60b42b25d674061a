"""REST: publications."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity.web_session import client_address
from app.publishing import queries, services
from app.publishing.schemas import (
    MEDIA_BYTES,
    CreatePublication,
    PublicationList,
    PublicationQuery,
    PublicationView,
    SettlePublication,
)

publishing = Blueprint("publishing", __name__)
_READ, _SEND = Permission.PUBLICATIONS_READ, Permission.PUBLICATIONS_SEND


@endpoint(
    publishing,
    "POST",
    "/publications",
    access=_SEND,
    summary="Publish on an account (queued; it can be taken back until undo_until)",
    body=CreatePublication,
    response=PublicationView,
    status=202,
    errors=("account_not_active", "publication_refused", "send_at_too_far"),
    body_bytes=MEDIA_BYTES,
)
def create_publication(ctx: Context, body: CreatePublication) -> PublicationView:
    return services.create_publication(ctx, body, address=client_address())


@endpoint(
    publishing,
    "GET",
    "/publications",
    access=_READ,
    summary="Publications, newest first",
    query=PublicationQuery,
    response=PublicationList,
)
def list_publications(ctx: Context, query: PublicationQuery) -> PublicationList:
    return queries.list_publications(ctx, query)


@endpoint(
    publishing,
    "GET",
    "/publications/<int:publication_id>",
    access=_READ,
    summary="One publication",
    response=PublicationView,
)
def get_publication(ctx: Context, publication_id: int) -> PublicationView:
    return queries.get_publication(ctx, publication_id)


@endpoint(
    publishing,
    "POST",
    "/publications/<int:publication_id>/cancel",
    access=_SEND,
    summary="Take a publication back before it goes",
    response=PublicationView,
    errors=("too_late", "did_not_go", "may_have_gone"),
)
def cancel_publication(ctx: Context, publication_id: int) -> PublicationView:
    return services.cancel_publication(ctx, publication_id)


@endpoint(
    publishing,
    "POST",
    "/publications/<int:publication_id>/release",
    access=_SEND,
    summary="Let a publication go whose author has been shut out",
    response=PublicationView,
    errors=("not_held",),
)
def release_publication(ctx: Context, publication_id: int) -> PublicationView:
    return services.release_publication(ctx, publication_id)


@endpoint(
    publishing,
    "POST",
    "/publications/<int:publication_id>/retry",
    access=_SEND,
    summary="Publish a failed one again",
    response=PublicationView,
    errors=("not_failed",),
)
def retry_publication(ctx: Context, publication_id: int) -> PublicationView:
    return services.retry_publication(ctx, publication_id)


@endpoint(
    publishing,
    "POST",
    "/publications/<int:publication_id>/outcome",
    access=_SEND,
    summary="Say whether a publication with an unknown outcome is there",
    body=SettlePublication,
    response=PublicationView,
    errors=("outcome_known",),
)
def settle_publication(ctx: Context, publication_id: int, body: SettlePublication) -> PublicationView:
    return services.settle_publication(ctx, publication_id, body)
