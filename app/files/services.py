"""Files that lie ready, and hanging them on what carries them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.files.queries import visible_attachments
from app.files.receiving import Received
from app.media.keeping import keep_file
from app.media.store import Incoming
from app.models import Attachment, StoredFile

READY_FOR = timedelta(days=1)
"""So long a file waits for being used."""
MOST_READY = 60
MOST_READY_BYTES = 400 * 1024 * 1024
"""What one person may have lying ready: nobody fills the disk with what nobody uses."""
_AT_ONCE = 500


def require_room(ctx: Context) -> None:
    """Raises Conflict(`too_many_files_ready`)."""
    ctx.require(Permission.FILES_UPLOAD)
    ready = (
        select(func.count(), func.coalesce(func.sum(StoredFile.size), 0))
        .select_from(Attachment)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(Attachment.carrier.is_(None), Attachment.operator_id == ctx.actor.operator_id)
    )
    count, size = ctx.session.execute(ready).one()
    if count >= MOST_READY or size >= MOST_READY_BYTES:
        raise Conflict("too_many_files_ready")


def keep_upload(ctx: Context, incoming: Incoming, received: Received) -> Attachment:
    """The file lies ready for its bringer."""
    ctx.require(Permission.FILES_UPLOAD)
    attachment = Attachment(
        created_at=ctx.now(),
        operator_id=ctx.actor.operator_id,
        file_id=keep_file(ctx, incoming, received.type.content),
        kind=received.type.kind,
        mime_type=received.type.mime_type,
        name=received.name,
        width=received.width,
        height=received.height,
    )
    ctx.session.add(attachment)
    ctx.session.flush()
    return attachment


def drop_upload(ctx: Context, attachment_id: int) -> None:
    """Take away what lies ready. Raises NotFound for what is used, gone or another's."""
    ctx.require(Permission.FILES_UPLOAD)
    ready = visible_attachments(ctx, [attachment_id]).where(Attachment.carrier.is_(None))
    attachment = ctx.session.scalar(ready.with_for_update())
    if attachment is None:
        raise NotFound
    ctx.session.delete(attachment)
    ctx.session.flush()


def chosen_files(ctx: Context, ids: Sequence[int]) -> list[Attachment]:
    """What somebody names to be hung on something, in that order, with its stored files.

    What lies ready for them, or hangs where they see it: a reply taken back gives its files back.
    Raises Invalid(`attachment_gone`).
    """
    return _at_hand(ctx, ids) if ids else []


def hang_on(ctx: Context, files: Sequence[Attachment], carrier: str, carrier_id: int) -> list[Attachment]:
    """Hang files on a carrier, in this order. What hangs elsewhere stays there: this one gets its own row."""
    hung = [file if file.carrier is None else _again(ctx, file) for file in files]
    for position, attachment in enumerate(hung):
        attachment.carrier, attachment.carrier_id, attachment.position = carrier, carrier_id, position
    ctx.session.add_all(hung)
    ctx.session.flush()
    return hung


def _again(ctx: Context, file: Attachment) -> Attachment:
    return Attachment(
        created_at=ctx.now(),
        operator_id=ctx.actor.operator_id,
        file_id=file.file_id,
        file=file.file,
        kind=file.kind,
        mime_type=file.mime_type,
        name=file.name,
        width=file.width,
        height=file.height,
    )


def _at_hand(ctx: Context, ids: Sequence[int]) -> list[Attachment]:
    rows = visible_attachments(ctx, ids).options(joinedload(Attachment.file)).with_for_update(of=Attachment)
    found = {row.id: row for row in ctx.session.scalars(rows)}
    if len(set(ids)) < len(ids) or set(ids) - set(found):
        raise Invalid("attachment_gone", fields={"attachments": "attachment_gone"})
    return [found[number] for number in ids]


def forget_unused(ctx: Context) -> int:
    """Let go of what nobody has used for a day; how many. The files themselves are collected after it."""
    ctx.require(Permission.LISTENER_INGEST)
    old = (
        select(Attachment.id)
        .where(Attachment.carrier.is_(None), Attachment.created_at < ctx.now() - READY_FOR)
        .order_by(Attachment.id)
        .limit(_AT_ONCE)
    )
    ids = list(ctx.session.scalars(old))
    if ids:
        # Asked again: somebody may hang one on something this very moment.
        unused = (Attachment.id.in_(ids), Attachment.carrier.is_(None))
        ctx.session.execute(delete(Attachment).where(*unused))
    return len(ids)
