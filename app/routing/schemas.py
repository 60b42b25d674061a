"""Commands and views of service requests."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef, TeamRef
from app.models import Lane, Presence, RequestStatus


class SentimentView(BaseModel):
    value: int
    """-1 negative, 0 neutral, 1 positive."""
    score: float
    """Calibrated probability of being positive."""
    unsure: bool


class ReasonView(BaseModel):
    """Words that moved a judgement."""

    kind: str
    """The judgement: intent, service, sentiment or spam."""
    text: str
    weight: float


class ContactRefView(BaseModel):
    id: int
    name: str
    avatar_url: str | None
    verified: bool
    followers_count: int | None
    level: str | None


class PreviewView(BaseModel):
    text: str
    direction: str
    at: datetime


class WindowView(BaseModel):
    """Until when, and how many more times, the platform lets us answer privately."""

    until: datetime | None
    remaining: int | None
    reason: str | None = None


class ServiceRequestView(BaseModel):
    id: int
    number: str
    conversation_id: int
    account: AccountRefView
    lane: Lane
    status: RequestStatus
    type: str
    priority: int
    priority_reason: str
    sentiment: SentimentView
    contact: ContactRefView
    assignee: PersonRef | None
    team: TeamRef | None
    preview: PreviewView
    unread_count: int
    message_count: int
    opened_at: datetime
    last_inbound_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    window: WindowView | None
    version: int


View = Literal["mine", "unassigned", "team", "waiting", "all", "resolved"]


class ServiceRequestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    view: View = "mine"
    account_id: int | None = None
    lane: Lane | None = None
    unread: bool = False
    q: str = Field("", max_length=100)
    sort: Literal["urgent", "newest", "oldest"] = "urgent"
    cursor: str | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class ServiceRequestList(BaseModel):
    items: list[ServiceRequestView]
    next_cursor: str | None
    total: int
    event_seq: int


class ViewCounts(BaseModel):
    mine: int
    unassigned: int
    team: int
    waiting: int
    all: int
    resolved: int


class AccountCount(BaseModel):
    account_id: int
    count: int


class ServiceRequestCounts(BaseModel):
    views: ViewCounts
    unread: int
    accounts: list[AccountCount]


class SetAssignee(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_id: int | None
    version: int


class SetStatus(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["open", "pending", "on_hold", "resolved"]
    version: int


class CandidateView(BaseModel):
    operator_id: int
    name: str
    open_requests: int
    capacity: int
    presence: Presence
    excluded: str | None
    """Why this person was passed over; None for those who could have been chosen."""


class DecisionView(BaseModel):
    id: int
    strategy: str
    chosen: PersonRef | None
    decided_by: PersonRef | None
    reason: str
    candidates: list[CandidateView]
    decided_at: datetime


class DecisionList(BaseModel):
    items: list[DecisionView]
    next_cursor: str | None = None


class ServiceRequestChanged(BaseModel):
    service_request: ServiceRequestView
