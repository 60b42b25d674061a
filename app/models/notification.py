"""Notifications: what a person should look at, and by which ways each wants to be told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, Id, fk
from app.core.seen import ByRule, Unscoped

_UNREAD = text("read_at IS NULL")


class Notification(Entity):
    """That one person should know of one cause. It holds codes and ids alone: its words are made for whoever
    reads it, of what its subject is at that moment."""

    __tablename__ = "notifications"
    __seen__ = ByRule("notification")
    __table_args__ = (
        # A cause that comes twice makes no second row.
        UniqueConstraint("operator_id", "cause"),
        Index(
            "ix_notifications_unread",
            "operator_id",
            "id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index("ix_notifications_operator_id_id", "operator_id", "id"),
        Index("ix_notifications_subject_id_kind", "subject_id", "kind", "operator_id", "created_at"),
        Index("ix_notifications_created_at", "created_at"),
    )

    operator_id: Mapped[int] = fk("operators.id", index=False)
    kind: Mapped[str] = mapped_column(String(40))
    """A key of app.notifications.kinds."""
    cause: Mapped[str] = mapped_column(String(120))
    """Names what it comes of for ever: the event's number, the deadline that is near."""
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(Id)
    """What it is about. No reference: it may be a row of any table that stands in app.identity.scope."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Codes and ids that its words need; nothing that a customer has said."""
    count: Mapped[int] = mapped_column(default=1)
    """How many of its kind about its subject it stands for, with those that were unread when it came."""
    is_shown: Mapped[bool] = mapped_column(default=True)
    """Whether the bell shows it, as its person had set when it came."""
    is_folded: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A later one stands for it as well."""
    mail_id: Mapped[int | None] = fk("mails.id", ondelete="SET NULL")
    """The e-mail that tells of it."""
    read_at: Mapped[datetime | None]
    """None while it counts as unread; what is not shown, or has been folded, is read from then on."""


class MailPace(StrEnum):
    """How often a person gets what has gathered."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


class NotificationSettings(Entity):
    """By which ways one person is told of what, and when not; without a row the defaults hold."""

    __tablename__ = "notification_settings"
    __seen__ = Unscoped("a person's own settings, read by the person's id alone")

    operator_id: Mapped[int] = fk("operators.id", index=False, unique=True)
    channels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Kind → the channels that the person has chosen; a kind that is not named has its defaults."""
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    """`22:00`, by the office's clock; from then until `quiet_until` nothing sounds."""
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    only_working: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nothing sounds outside the working time of the person's agency either."""
    mail_pace: Mapped[MailPace] = mapped_column(
        EnumText(MailPace), default=MailPace.AT_ONCE, server_default=MailPace.AT_ONCE.value
    )
    mail_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    """Of the office's clock: when a daily e-mail leaves."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
