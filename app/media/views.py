"""REST: copies of what platforms showed or sent."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api.endpoint import endpoint
from app.api.kept_files import kept_file
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.media.content_types import SHOWN_INLINE
from app.media.copies import ask_for_copy
from app.media.queries import copy_view, visible_copy
from app.media.schemas import MediaView
from app.media.store import file_store

media = Blueprint("media", __name__)


@endpoint(
    media,
    "GET",
    "/media/<int:copy_id>",
    access=Permission.CONVERSATIONS_READ,
    summary="A picture, recording or file, as copied from the platform",
)
def get_medium(ctx: Context, copy_id: int) -> Response:
    copy = visible_copy(ctx, copy_id)
    if copy is None or copy.file is None:
        raise NotFound
    file = copy.file
    return kept_file(
        file_store(ctx.runtime).path(file.sha256),
        sha256=file.sha256,
        mime_type=file.mime_type,
        name=f"{copy.kind}-{copy.id}{_ENDINGS.get(file.mime_type, '')}",
        inline=file.mime_type in SHOWN_INLINE,
    )


@endpoint(
    media,
    "POST",
    "/media/<int:copy_id>/copy",
    access=Permission.CONVERSATIONS_READ,
    summary="Copy a medium that nobody has asked for yet, or try again",
    response=MediaView,
)
def copy_medium(ctx: Context, copy_id: int) -> MediaView:
    return copy_view(ask_for_copy(ctx, copy_id))


_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "audio/silk": ".silk",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
}
