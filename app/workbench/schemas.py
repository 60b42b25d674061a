"""Commands and views of conversations and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef
from app.models import Direction, Lane, OutboundState
from app.routing.schemas import ContactRefView, ReasonView, SentimentView, ServiceRequestView, WindowView

IDEMPOTENCY_KEY = r"^[A-Za-z0-9_-]{8,64}$"
MAX_TEXT = 5000


class SendReply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    service_request_id: int
    lane: Literal["public", "private"]
    text: str = Field(max_length=MAX_TEXT)
    idempotency_key: str = Field(pattern=IDEMPOTENCY_KEY)
    in_reply_to: int | None = None
    send_at: AwareDatetime | None = None
    """Not before this moment; until then it can be taken back."""


class WriteNote(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    idempotency_key: str = Field(pattern=IDEMPOTENCY_KEY)


class SettleOutcome(BaseModel):
    """A person looked on the platform whether a message with an unknown outcome is there."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["sent", "not_sent"]


class MarkRead(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = Field(ge=0)


class MessageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    before: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class MediaView(BaseModel):
    kind: str
    url: str | None


class SendErrorView(BaseModel):
    code: str
    detail: str


class MessageView(BaseModel):
    id: int
    conversation_id: int
    number: int
    direction: Direction
    lane: Lane
    kind: str
    author_name: str
    operator: PersonRef | None
    text: str
    media: list[MediaView]
    sentiment: SentimentView | None
    reasons: list[ReasonView]
    external_url: str | None
    occurred_at: datetime
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


class LaneView(BaseModel):
    """Whether and how one may answer in a lane now."""

    allowed: bool
    reason: str | None
    alternatives: list[AlternativeView]
    limit: TextLimitView
    window: WindowView | None
    quota: dict[str, Any] | None = None
    audience: str


class LanesView(BaseModel):
    public: LaneView | None
    private: LaneView | None


class RecentView(BaseModel):
    at: datetime
    kind: str
    text: str
    service_request_id: int | None


class ContactView(ContactRefView):
    external_id: str
    platform: str
    first_seen_at: datetime
    phone_masked: str | None
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
