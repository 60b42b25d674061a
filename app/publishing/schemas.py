"""Commands and views of publications."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.core.idempotency import KEY
from app.core.inputs import Cursor, Moment, RowId
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef
from app.models import OutboundState, PublicationKind

MAX_TEXT = 20_000
MOST_MEDIA = 9
MEDIA_BYTES = 8 * 1024 * 1024
"""Of a command with its files, which are written in base64."""


class MediaFile(BaseModel):
    """A file to publish; `content` is base64."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["image", "video", "audio", "voice"]
    mime_type: str = Field(max_length=60, pattern=r"^[a-z]+/[a-z0-9.+-]+$")
    filename: str = Field(min_length=1, max_length=120)
    description: str | None = Field(None, max_length=500)
    content: Base64Bytes = Field(min_length=1)


class CreatePublication(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId
    kind: PublicationKind = PublicationKind.POST
    text: str = Field("", max_length=MAX_TEXT)
    title: str | None = Field(None, min_length=1, max_length=64)
    """The headline of an article; without one it is the text's first line."""
    visibility: str | None = Field(None, max_length=20)
    """One of the account's `visibilities`; only where the platform has them."""
    repost_of: str | None = Field(None, min_length=3, max_length=160)
    """The external id of what is passed on (`status:12`)."""
    media: list[MediaFile] = Field(default=[], max_length=MOST_MEDIA)
    send_at: Moment | None = None
    """Not before this moment; until then it can be taken back."""
    idempotency_key: str = Field(pattern=KEY)


class SettlePublication(BaseModel):
    """A person looked on the platform whether a publication with an unknown outcome is there."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["sent", "not_sent"]


class PublicationQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None
    state: OutboundState | None = None
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class PublicationMediaView(BaseModel):
    kind: str
    mime_type: str
    filename: str
    description: str | None
    size: int


class PublicationErrorView(BaseModel):
    code: str
    """The browser has the words: an event reaches readers of several languages."""
    detail: str


class PublicationView(BaseModel):
    id: int
    account: AccountRefView
    operator: PersonRef | None
    kind: PublicationKind
    text: str
    title: str | None
    visibility: str | None
    repost_of: str | None
    media: list[PublicationMediaView]
    created_at: datetime
    leaves_at: datetime
    """When it goes, or next goes; only a moment in the past once it has gone."""
    state: OutboundState
    is_accepted: bool
    """The platform has taken it and has not told its end yet."""
    error: PublicationErrorView | None
    undo_until: datetime | None
    external_id: str | None
    finished_at: datetime | None
    version: int


class PublicationList(BaseModel):
    items: list[PublicationView]
    next_cursor: str | None


class PublicationChanged(BaseModel):
    publication: PublicationView
