"""REST: customers' pictures."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.customers.avatars import read_avatar

customers = Blueprint("customers", __name__)


@endpoint(
    customers,
    "GET",
    "/avatars/<int:avatar_id>",
    access=Permission.CONTACTS_READ,
    summary="A customer's picture, as copied from the platform",
)
def get_avatar(ctx: Context, avatar_id: int) -> Response:
    avatar = read_avatar(ctx, avatar_id)
    if avatar is None:
        raise NotFound
    response = Response(avatar.content, content_type=avatar.mime_type)
    response.headers["Content-Disposition"] = "attachment; filename=avatar"
    return response
