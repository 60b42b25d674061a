"""Commands and views of conversations and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView, QuotaView
from app.conditions.tree import ConditionText
from app.core.idempotency import KEY
from app.core.inputs import Cursor, Moment, Number, RowId, Yes
from app.core.pagination import MAX_LIMIT
from app.files.schemas import MOST_FILES
from app.identity.schemas import PersonRef
from app.media.schemas import MediaView, OriginView
from app.models import Direction, Lane, OutboundState
from app.routing.schemas import (
    ContactRefView,
    PreviewView,
    ReasonView,
    SentimentView,
    ServiceRequestView,
    WindowView,
)

MAX_TEXT = 5000


class ConfirmedPersonalData(BaseModel):
    """A person looked at the personal data in a public reply and answers for it."""

    model_config = ConfigDict(extra="forbid")
    confirmed: Yes
    reason: str = Field(min_length=2, max_length=300)


Confirmation = Literal["claimed_by_other", "second_reply"]


class TakeBackQuery(BaseModel):
    """Of an act without a body."""

    model_config = ConfigDict(extra="forbid")
    confirm: list[Literal["claimed_by_other"]] = Field(default_factory=list, max_length=1)
    """That a colleague's planned reply is taken back, with their request known to be theirs."""


class SendAgainQuery(BaseModel):
    """Of letting a reply go that has stood still."""

    model_config = ConfigDict(extra="forbid")
    confirm: list[Confirmation] = Field(default_factory=list, max_length=2)
    """That it goes although a colleague has the request, or the customer has been answered since."""


class SendReply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    service_request_id: RowId
    lane: Literal["public", "private"]
    text: str = Field(max_length=MAX_TEXT)
    idempotency_key: str = Field(pattern=KEY)
    attachments: list[RowId] = Field(default=[], max_length=MOST_FILES)
    """Files that lie ready, or hang on messages that one sees (of a reply that was taken back)."""
    in_reply_to: RowId | None = None
    personal_data: ConfirmedPersonalData | None = None
    """Why personal data may stand in this public reply; without it such a reply is refused."""
    content_warning: str | None = Field(None, max_length=300)
    """What stands before the text; null keeps the one of the message that is answered, "" leaves it out."""
    visibility: str | None = Field(None, max_length=20)
    """Who may see a public reply, of those that the lane offers; null: as the message that is answered."""
    send_at: Moment | None = None
    """Not before this moment; until then it can be taken back."""
    resolve: bool = False
    """Resolve the request in the same act."""
    confirm: list[Confirmation] = Field(default_factory=list, max_length=2)
    """What the sender was asked and said yes to; no part of what the key stands for."""


class WriteNote(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=MAX_TEXT)
    """May be empty where files say it."""
    idempotency_key: str = Field(pattern=KEY)
    attachments: list[RowId] = Field(default=[], max_length=MOST_FILES)


class ColleagueList(BaseModel):
    """Who may be named in a note: whoever sees the conversation."""

    items: list[PersonRef]


class SettleOutcome(BaseModel):
    """A person looked on the platform whether a message with an unknown outcome is there."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["sent", "not_sent"]
    confirm: list[Literal["claimed_by_other"]] = Field(default_factory=list, max_length=1)
    """That it is said of a colleague's request."""


class MarkRead(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: Number


class MessageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    before: Number | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class SendErrorView(BaseModel):
    code: str
    """The browser has the words: an event reaches readers of several languages."""
    detail: str
    """What the platform said in its own words; empty when it said nothing."""


class SentReplyQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class SentReplyView(BaseModel):
    """A reply, sent or on its way, as a list of many shows it."""

    id: int
    conversation_id: int
    service_request_id: int | None
    request_number: str | None
    account: AccountRefView
    lane: Lane
    state: OutboundState
    author: PersonRef | None
    text: str
    """How it begins."""
    written_at: datetime
    finished_at: datetime | None
    error: SendErrorView | None


class SentReplyList(BaseModel):
    items: list[SentReplyView]
    next_cursor: str | None


class RevisionView(BaseModel):
    """What a message said until its author changed it."""

    number: int
    text: str
    replaced_at: datetime


class MessageView(BaseModel):
    id: int
    conversation_id: int
    service_request_id: int | None
    """The request that it belongs to."""
    number: int
    direction: Direction
    lane: Lane
    kind: str
    author_name: str
    operator: PersonRef | None
    text: str
    media: list[MediaView]
    origin: OriginView | None
    """The post or article that a public message stands under."""
    sentiment: SentimentView | None
    reasons: list[ReasonView]
    external_url: str | None
    occurred_at: datetime
    edited_at: datetime | None
    """When the customer changed it; what stood before is in `revisions`, oldest first."""
    deleted_at: datetime | None
    """When the customer took it back."""
    revisions: list[RevisionView]
    state: OutboundState | None
    error: SendErrorView | None
    undo_until: datetime | None
    version: int


class MessageList(BaseModel):
    items: list[MessageView]
    next_cursor: str | None


class AlternativeView(BaseModel):
    kind: Literal["public", "private", "wait"]
    label: str


class TextLimitView(BaseModel):
    maximum: int
    unit: str


class FileKindView(BaseModel):
    kind: str
    """image, audio, video"""
    most: int
    """On one reply."""
    max_bytes: int
    mime_types: list[str]


class LaneFilesView(BaseModel):
    """Which files a reply in the lane may carry."""

    kinds: list[FileKindView]
    """Empty where the platform takes none; then `reason` says so."""
    with_text: bool
    """Whether words and files go in one reply; else each goes by itself."""
    reason: str | None


class LaneView(BaseModel):
    """Whether and how one may answer in a lane now."""

    allowed: bool
    reason: str | None
    alternatives: list[AlternativeView]
    limit: TextLimitView
    files: LaneFilesView
    window: WindowView | None
    quota: QuotaView | None = None
    audience: str
    content_warning: str | None = None
    """The warning that a reply carries unless told otherwise: that of the message it answers."""
    visibility: str | None = None
    """Who will see a reply unless told otherwise: whoever sees the message it answers."""
    visibilities: list[str] = []
    """What else may be chosen; empty where the platform leaves no choice."""


class LanesView(BaseModel):
    public: LaneView | None
    private: LaneView | None


class RecentView(BaseModel):
    at: datetime
    kind: str
    preview: PreviewView
    service_request_id: int | None


class ContactView(ContactRefView):
    external_id: str
    platform: str
    first_seen_at: datetime
    phone: str | None
    phone_is_masked: bool
    """Whether the middle of it is left out: none of the asker's roles shows it whole."""
    request_count: int
    recent: list[RecentView]


class ViewerView(BaseModel):
    id: int
    name: str
    typing: bool


class ConversationView(BaseModel):
    id: int
    account: AccountRefView
    contact: ContactView
    requests: list[ServiceRequestView]
    lanes: LanesView
    viewers: list[ViewerView]
    version: int


class MessageChanged(BaseModel):
    message: MessageView
    service_request: ServiceRequestView | None
