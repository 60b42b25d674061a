"""Commands and views of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.inputs import Cursor, Number, RowId
from app.core.pagination import MAX_LIMIT
from app.models import MailPace
from app.notifications.kinds import Channel


class NotificationQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    unread: bool = False
    cursor: Cursor | None = None
    limit: int = Field(30, ge=1, le=MAX_LIMIT)


class SubjectView(BaseModel):
    """What a notification is about."""

    kind: str
    id: int


class NotificationView(BaseModel):
    id: int
    kind: str
    title: str
    """In the reader's language."""
    subject: SubjectView
    path: str
    """Where a click leads."""
    count: int
    """How many of its kind about the same it stands for."""
    created_at: datetime
    read_at: datetime | None


class NotificationList(BaseModel):
    items: list[NotificationView]
    next_cursor: str | None
    unread: int
    """How many are unread in all."""


class MarkNotificationsRead(BaseModel):
    """Some by their ids, or all up to one."""

    model_config = ConfigDict(extra="forbid")
    ids: list[RowId] = Field(default_factory=list, max_length=MAX_LIMIT)
    up_to: RowId | None = None

    @model_validator(mode="after")
    def _says_which(self) -> MarkNotificationsRead:
        if bool(self.ids) == (self.up_to is not None):
            raise ValueError("ids_or_up_to")
        return self


class UnreadView(BaseModel):
    unread: int


class NotificationAdded(BaseModel):
    notification: NotificationView
    replaces: int | None
    """The unread one that is folded into it."""
    channels: list[Channel]
    """By which this browser may tell of it besides the bell: sound, desktop."""


class NotificationsMarked(BaseModel):
    """Read here is read everywhere."""

    ids: list[int]
    up_to: int | None
    read_at: datetime
    unread: int


ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`22:00`, by the office's clock."""
KindKey = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
MOST_KINDS = 100


class KindSettingsView(BaseModel):
    """One kind of notification, and by which ways the reader is told of it."""

    key: str
    name: str
    channels: list[Channel]
    default: list[Channel]


class NotificationSettingsView(BaseModel):
    kinds: list[KindSettingsView]
    quiet_from: str | None
    quiet_until: str | None
    """From the one until the other nothing sounds; what comes meanwhile stands in the bell."""
    only_working: bool
    """Nothing sounds outside of working time."""
    is_quiet: bool
    """Whether nothing sounds now."""
    mail_pace: MailPace
    mail_hour: int
    """Of the office's clock, when a daily e-mail leaves."""
    version: int
    """0 while nothing has been set."""


class SetNotifications(BaseModel):
    model_config = ConfigDict(extra="forbid")
    channels: dict[KindKey, Annotated[list[Channel], Field(max_length=len(Channel))]] = Field(
        default_factory=dict, max_length=MOST_KINDS
    )
    """Kind → channels; a kind that is not named has its defaults."""
    quiet_from: ClockTime | None = None
    quiet_until: ClockTime | None = None
    only_working: bool = False
    mail_pace: MailPace = MailPace.AT_ONCE
    mail_hour: int = Field(9, ge=0, le=23)
    version: Number

    @model_validator(mode="after")
    def _has_both_ends(self) -> SetNotifications:
        if (self.quiet_from is None) != (self.quiet_until is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_until
        ):
            raise ValueError("quiet_needs_both")
        return self


class NotificationSettingsChanged(BaseModel):
    version: int
