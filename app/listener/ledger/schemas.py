"""Views of inbound items and their verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.conditions.tree import ConditionText
from app.core.inputs import Cursor, Moment, RowId
from app.core.pagination import MAX_LIMIT
from app.media.schemas import MediaView, OriginView
from app.models import Lane, SpecialList, VerdictOutcome
from app.routing.schemas import ReasonView, SentimentView


class MonitorRef(BaseModel):
    id: int
    name: str


class AuthorView(BaseModel):
    external_id: str | None
    avatar_url: str | None
    followers: int | None
    verified: bool | None
    verified_reason: str | None
    lists: list[SpecialList]
    """Special lists the author is on."""


class VerdictView(BaseModel):
    outcome: VerdictOutcome
    step: str
    step_label: str
    reason: str
    reason_text: str
    intent: str | None
    intent_score: float | None
    service_score: float | None
    sentiment: SentimentView | None
    spam_score: float | None
    priority: int | None
    """1 the most urgent to 4, from the words alone; a request's priority counts more than words."""
    reasons: list[ReasonView]
    needs_review: bool
    offensive: bool
    corrected: bool
    rescued: bool


class InboundItemView(BaseModel):
    id: int
    account: AccountRefView
    lane: Lane
    kind: str
    author_name: str
    author: AuthorView
    text: str
    media: list[MediaView]
    origin: OriginView | None
    """The post or article that it stands under."""
    raw_body: str | None
    """What the platform sent, for an item that could not be understood."""
    external_url: str | None
    published_at: datetime
    received_at: datetime
    edited_at: datetime | None
    """When its author changed it last; `text` is what it says now."""
    deleted_at: datetime | None
    """When we learnt that its author took it back."""
    verdict: VerdictView | None
    service_request_id: int | None
    monitors: list[MonitorRef]
    """Monitors that caught it, the leading one first."""
    can_rescue: bool
    """Whether it was dropped and somebody may wait for an answer to it."""
    duplicate_of_id: int | None
    duplicate_count: int
    """How many later items repeat this one."""


class InboundItemList(BaseModel):
    items: list[InboundItemView]
    next_cursor: str | None


class InboundItemQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    outcome: Literal["kept", "dropped", "pending"] | None = None
    reason: str | None = Field(None, max_length=60)
    step: str | None = Field(None, max_length=40)
    account_id: RowId | None = None
    monitor_id: RowId | None = None
    review: bool | None = Field(None, description="true: only what a person should look at")
    sentiment: int | None = Field(None, ge=-1, le=1)
    intent: str | None = Field(None, max_length=20)
    since: Moment | None = None
    until: Moment | None = None
    cluster_of: RowId | None = Field(None, description="the repetitions of one item")
    hide_repeats: bool = False
    author: str | None = Field(None, max_length=120, description="the author's id on the platform")
    q: str = Field("", max_length=100)
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class InboundCountsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None
    monitor_id: RowId | None = None
    since: Moment | None = None
    until: Moment | None = None


class ReasonCount(BaseModel):
    outcome: VerdictOutcome
    reason: str
    reason_text: str
    count: int


class InboundItemCounts(BaseModel):
    total: int
    kept: int
    dropped: int
    pending: int
    review: int
    """Those of the dropped that a person should look at."""
    by_reason: list[ReasonCount]
