"""Reads of files: who may have one, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.files.schemas import AttachmentView
from app.identity.scope import scope
from app.media.content_types import SHOWN_INLINE
from app.models import Attachment, StoredFile


def visible_attachments(ctx: Context, ids: Sequence[int]) -> Select[Attachment]:
    return scope(select(Attachment), ctx.actor, Attachment).where(Attachment.id.in_(ids))


def get_attachment(ctx: Context, attachment_id: int) -> Attachment:
    """With its stored file. Raises NotFound for what lies beyond the actor's reach."""
    found = ctx.session.scalar(visible_attachments(ctx, [attachment_id]).options(joinedload(Attachment.file)))
    if found is None:
        raise NotFound
    return found


def attachment_address(attachment_id: int) -> str:
    return f"/api/v1/attachments/{attachment_id}"


def attachment_view(attachment: Attachment, file: StoredFile) -> AttachmentView:
    return AttachmentView(
        id=attachment.id,
        kind=attachment.kind,
        mime_type=attachment.mime_type,
        name=attachment.name,
        size=file.size,
        width=attachment.width,
        height=attachment.height,
        url=attachment_address(attachment.id),
        can_show=file.mime_type in SHOWN_INLINE,
        created_at=attachment.created_at,
    )


def attachment_json(attachment: Attachment) -> dict[str, Any]:
    """As it is kept with a message that carries it, so that showing messages asks for nothing more."""
    file = attachment.file
    return {
        "attachment_id": attachment.id,
        "kind": attachment.kind,
        "mime_type": attachment.mime_type,
        "name": attachment.name,
        "size": file.size,
        "can_show": file.mime_type in SHOWN_INLINE,
        "url": attachment_address(attachment.id),
    }
