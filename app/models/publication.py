"""What our own accounts publish."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAccount, Unscoped


class PublicationKind(StrEnum):
    POST = "post"
    REPOST = "repost"


class Publication(Entity):
    """A post (or repost) of one of our accounts; its way to the platform is an OutboundMessage."""

    __tablename__ = "publications"
    __seen__ = ByAccount(needs=None, since="created_at")
    __table_args__ = (UniqueConstraint("account_id", "idempotency_key"),)

    account_id: Mapped[int] = fk("accounts.id")
    operator_id: Mapped[int | None] = fk("operators.id")
    kind: Mapped[PublicationKind] = mapped_column(EnumText(PublicationKind))
    text: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(String(64))
    """The headline, where the platform publishes articles."""
    visibility: Mapped[str | None] = mapped_column(String(20))
    """A word of the platform's; None leaves it to the account's habit."""
    repost_of: Mapped[str | None] = mapped_column(String(160))
    """The external id of what is passed on."""
    idempotency_key: Mapped[str] = mapped_column(String(64))
    command_digest: Mapped[str | None] = mapped_column(String(64))
    """Names the command that the key stands for, with its content and who gave it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class PublicationMedia(Entity):
    """A file that goes out with a publication, kept because an attempt may have to be repeated."""

    __tablename__ = "publication_media"
    __seen__ = Unscoped("hangs on a publication, which is scoped")
    __table_args__ = (UniqueConstraint("publication_id", "position"),)

    publication_id: Mapped[int] = fk("publications.id", index=False)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    mime_type: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(120))
    description: Mapped[str | None] = mapped_column(String(500))
    size: Mapped[int]
    """Bytes of `content`: lists tell it without reading the file."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
