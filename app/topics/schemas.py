"""Commands and views of topics and alerts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.core.inputs import Cursor, Number, RowId
from app.identity.schemas import PersonRef
from app.models import AlertKind, Sensitivity


class TermView(BaseModel):
    word: str
    posts: int


class HourView(BaseModel):
    hour: datetime
    posts: int
    negative: int
    baseline: float | None = None
    """The usual number of posts at this hour of the week; None while too little is known."""


class TopicView(BaseModel):
    id: int
    account: AccountRefView
    label: str
    example: str = Field(description="a sentence of one of its posts that stands for all")
    terms: list[TermView]
    item_count: int
    negative_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    version: int


class TopicPostView(BaseModel):
    id: int
    author_name: str
    text: str
    published_at: datetime
    sentiment: int | None
    service_request_id: int | None


class TopicDetailView(TopicView):
    curve: list[HourView]
    posts: list[TopicPostView]


class TopicQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None
    hours: int = Field(72, ge=1, le=24 * 60)
    cursor: Cursor | None = None
    limit: int = Field(30, ge=1, le=100)


class TopicList(BaseModel):
    items: list[TopicView]
    next_cursor: str | None


class RenameTopic(BaseModel):
    model_config = ConfigDict(extra="forbid")
    label: str = Field(min_length=1, max_length=80)
    version: Number


class AlertView(BaseModel):
    id: int
    account: AccountRefView
    kind: AlertKind
    hour: datetime
    value: float
    baseline: float
    posts: int
    negative: int
    topic: TermTopicRef | None
    raised_at: datetime
    last_seen_at: datetime
    cools_until: datetime
    acknowledged_at: datetime | None
    acknowledged_by: PersonRef | None
    version: int


class TermTopicRef(BaseModel):
    id: int
    label: str


class AlertQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    open: bool = False
    """Only those that nobody has acknowledged."""
    account_id: RowId | None = None
    cursor: Cursor | None = None
    limit: int = Field(30, ge=1, le=100)


class AlertList(BaseModel):
    items: list[AlertView]
    next_cursor: str | None


class AlertRuleView(BaseModel):
    account: AccountRefView
    kind: AlertKind
    sensitivity: Sensitivity
    cool_down_minutes: int
    is_active: bool


class AlertRuleList(BaseModel):
    items: list[AlertRuleView]
    next_cursor: Cursor | None = None


class SetAlertRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId
    kind: AlertKind
    sensitivity: Sensitivity
    cool_down_minutes: int = Field(ge=10, le=24 * 60)
    is_active: bool


class VolumeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None
    hours: int = Field(24, ge=1, le=24 * 14)


class VolumeView(BaseModel):
    items: list[HourView]


class TopicChanged(BaseModel):
    topic: TopicView


class AlertChanged(BaseModel):
    alert: AlertView


AlertView.model_rebuild()
