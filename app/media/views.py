"""REST: copies of what platforms showed or sent."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.media.content_types import SHOWN_INLINE, UNKNOWN
from app.media.copies import ask_for_copy
from app.media.queries import copy_view, visible_copy
from app.media.schemas import MediaView
from app.media.store import file_store

media = Blueprint("media", __name__)
# Whatever the content is, opened by itself it is nobody: no scripts, no forms, no origin.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


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
    path = file_store(ctx.runtime).path(copy.file.sha256)
    if not path.exists():
        raise NotFound
    inline = copy.file.mime_type in SHOWN_INLINE
    response = send_file(
        path,
        mimetype=copy.file.mime_type if inline else UNKNOWN,
        as_attachment=not inline,
        download_name=f"{copy.kind}-{copy.id}{_ENDINGS.get(copy.file.mime_type, '')}",
        conditional=True,
        etag=copy.file.sha256,
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


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
