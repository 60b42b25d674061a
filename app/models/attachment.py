"""Files that people bring: lying ready, or hung on what they go with."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, Id, fk
from app.core.seen import ByRule
from app.models.media import StoredFile


class Attachment(Entity):
    """A file under the name that its bringer gave it.

    It lies ready, seen by its bringer alone, until it is hung on something that carries files (`carrier`, in
    the words of `app.identity.carriers.CARRIERS`); from then on whoever sees that sees it.
    """

    __tablename__ = "attachments"
    __seen__ = ByRule("attachment")
    __table_args__ = (UniqueConstraint("carrier", "carrier_id", "position"),)

    operator_id: Mapped[int] = fk("operators.id")
    """Who brought it."""
    file_id: Mapped[int] = fk("stored_files.id")
    carrier: Mapped[str | None] = mapped_column(String(40))
    """What kind of thing it hangs on (`message`); None while it lies ready."""
    carrier_id: Mapped[int | None] = mapped_column(Id)
    """Which one. No reference: it may be a row of any table."""
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20))
    """image, audio, video or file, by its content"""
    mime_type: Mapped[str] = mapped_column(String(100))
    """What it is as its name and its content agree; `StoredFile.mime_type` knows the content alone."""
    name: Mapped[str] = mapped_column(String(120))
    width: Mapped[int | None]
    height: Mapped[int | None]
    """In pixels, of pictures."""

    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")
