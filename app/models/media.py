"""Files that are kept, and the copies of what platforms showed or sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.seen import Unscoped


class StoredFile(Entity):
    """A file in the store, addressed by its content: equal bytes are kept once, whoever brought them."""

    __tablename__ = "stored_files"
    __seen__ = Unscoped("bytes under their hash, served only by a copy whose item is in reach")

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    mime_type: Mapped[str] = mapped_column(String(100))
    """What the content is, whatever its sender called it."""


class MediaPart(StrEnum):
    """What of an item a copy is."""

    ATTACHMENT = "attachment"
    PREVIEW = "preview"
    ORIGIN = "origin"
    """The picture of the post or article that the item stands under."""


class CopyState(StrEnum):
    """How far the copy of a medium has come."""

    IDLE = "idle"
    """Nobody has asked for it yet."""
    WAITING = "waiting"
    READY = "ready"
    TOO_LARGE = "too_large"
    EXPIRED = "expired"
    """The platform does not hold it any more."""
    FAILED = "failed"


_WAITING = text("state = 'waiting'")


class MediaCopy(Entity):
    """A picture, recording or file on a platform, and our own copy of it: people never load it from there."""

    __tablename__ = "media_copies"
    __seen__ = Unscoped("hangs on an inbound item, which is scoped")
    __table_args__ = (
        UniqueConstraint("inbound_item_id", "part", "position"),
        Index("ix_media_copies_due_at", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    account_id: Mapped[int] = fk("accounts.id", index=False)
    inbound_item_id: Mapped[int] = fk("inbound_items.id", index=False)
    part: Mapped[MediaPart] = mapped_column(EnumText(MediaPart))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20))
    source_url: Mapped[str | None] = mapped_column(Text)
    source_ref: Mapped[str | None] = mapped_column(String(512))
    """The platform's id, where bytes are given by id."""
    expires_at: Mapped[datetime | None]
    """When the platform forgets it."""
    state: Mapped[CopyState] = mapped_column(EnumText(CopyState), default=CopyState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(60))
    """Why there is no copy, or why the last try failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    file_id: Mapped[int | None] = fk("stored_files.id")

    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
