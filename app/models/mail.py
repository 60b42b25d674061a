"""E-mail to our own people: where each wants it, and a row for every one that is to be sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import Unscoped

_WAITING = text("state IN ('queued', 'sending')")
_OPEN = text("state = 'queued' AND purpose = 'notices'")


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Twice nobody could say whether the server had taken it: not sent a third time."""
    DROPPED = "dropped"
    """Nothing was left to say, or there is nowhere to say it."""


class MailAddress(Entity):
    """Where one person wants e-mail. It counts once they have shown that it is theirs, until it is dead."""

    __tablename__ = "mail_addresses"
    __seen__ = Unscoped("a person's own address, read by the person's id alone")

    operator_id: Mapped[int] = fk("operators.id", index=False, unique=True)
    address: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    code: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the confirming e-mail says, until it has been typed or its time is over."""
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    """E-mails that were refused, one after another."""
    stopped_at: Mapped[datetime | None]
    """Since when nothing is sent there any more."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Mail(Entity):
    """One e-mail to one person. Its words and its address are found when it is sent, and kept nowhere."""

    __tablename__ = "mails"
    __seen__ = Unscoped("a person's own e-mails, read by the person's id alone")
    __table_args__ = (
        Index("ix_mails_due", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        # What a person is to be told waits in one e-mail, however long it waits.
        Index("uq_mails_open", "operator_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_mails_operator_id_id", "operator_id", "id"),
        Index("ix_mails_created_at", "created_at"),
    )

    operator_id: Mapped[int] = fk("operators.id", index=False)
    purpose: Mapped[str] = mapped_column(String(20))
    """A key of app.mail.contents."""
    state: Mapped[MailState] = mapped_column(EnumText(MailState), default=MailState.QUEUED)
    due_at: Mapped[datetime]
    """When it is to be sent; while it is being sent, until when that may take."""
    attempts: Mapped[int] = mapped_column(default=0)
    may_be_doubled: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was sent again although nobody could say whether the server had taken it."""
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """The same in every attempt: what sorts letters may know a double by it."""
    reason: Mapped[str | None] = mapped_column(String(40))
    """A code of ours for how it ended, or why it waits longer."""
    answer: Mapped[str | None] = mapped_column(String(300))
    """The mail server's own words, the last ones."""
    ended_at: Mapped[datetime | None]
