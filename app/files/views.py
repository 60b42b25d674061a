"""REST: bringing files, taking them away again, and having them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api.endpoint import OpenUnit, current_runtime, endpoint
from app.api.kept_files import kept_file
from app.core.context import Context
from app.core.permissions import Permission
from app.files.queries import attachment_view, get_attachment
from app.files.receiving import receive
from app.files.schemas import AttachmentView, UploadQuery
from app.files.services import drop_upload, keep_upload, require_room
from app.files.types import LARGEST
from app.media.content_types import SHOWN_INLINE
from app.media.store import file_store
from app.models import StoredFile

files = Blueprint("files", __name__)
_SPARE = 64 * 1024
"""A file that is too large by a little is told so in words, by the limit of its kind."""


@endpoint(
    files,
    "POST",
    "/attachments",
    access=Permission.FILES_UPLOAD,
    summary="Bring a file: the body is its content, as it is; it lies ready for a day until it is used",
    query=UploadQuery,
    response=AttachmentView,
    status=201,
    errors=(
        "file_empty",
        "file_too_large",
        "file_type_not_taken",
        "file_differs_from_name",
        "file_holds_macros",
        "picture_broken",
        "picture_too_large",
        "film_broken",
        "archive_broken",
        "archive_unpacks_too_large",
        "upload_too_slow",
        "too_many_files_ready",
    ),
    manual=True,  # no transaction stays open while it comes
    body_bytes=LARGEST + _SPARE,
    takes_file=True,
)
def upload(open_unit: OpenUnit, query: UploadQuery) -> AttachmentView:
    with open_unit(write=False) as ctx:
        require_room(ctx)
    with file_store(current_runtime()).begin() as incoming:
        received = receive(incoming, request.stream.read, query.name)
        with open_unit(write=True) as ctx:
            attachment = keep_upload(ctx, incoming, received)
            return attachment_view(attachment, ctx.session.get_one(StoredFile, attachment.file_id))


@endpoint(
    files,
    "DELETE",
    "/attachments/<int:attachment_id>",
    access=Permission.FILES_UPLOAD,
    summary="Take away a file of one's own that is not used",
)
def drop(ctx: Context, attachment_id: int) -> None:
    drop_upload(ctx, attachment_id)


@endpoint(
    files,
    "GET",
    "/attachments/<int:attachment_id>",
    access=Permission.SESSION_USE,
    summary="A file that somebody brought, to whoever sees what it hangs on",
)
def get(ctx: Context, attachment_id: int) -> Response:
    attachment = get_attachment(ctx, attachment_id)
    file = attachment.file
    return kept_file(
        file_store(ctx.runtime).path(file.sha256),
        sha256=file.sha256,
        mime_type=file.mime_type,
        name=attachment.name,
        inline=file.mime_type in SHOWN_INLINE,
    )
