"""Views of inbound items and their verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.core.pagination import MAX_LIMIT
from app.models import Lane, VerdictOutcome
from app.routing.schemas import SentimentView


class ReasonView(BaseModel):
    kind: str
    text: str
    weight: float


class VerdictView(BaseModel):
    outcome: VerdictOutcome
    step: str
    reason: str
    reason_text: str
    intent: str | None
    intent_score: float | None
    service_score: float | None
    sentiment: SentimentView | None
    spam_score: float | None
    priority: int | None
    reasons: list[ReasonView]
    rescued: bool


class InboundItemView(BaseModel):
    id: int
    account: AccountRefView
    lane: Lane
    kind: str
    author_name: str
    text: str
    external_url: str | None
    published_at: datetime
    received_at: datetime
    verdict: VerdictView | None
    service_request_id: int | None


class InboundItemList(BaseModel):
    items: list[InboundItemView]
    next_cursor: str | None


class InboundItemQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: Literal["kept", "dropped", "pending"] | None = None
    reason: str | None = Field(None, max_length=60)
    account_id: int | None = None
    q: str = Field("", max_length=100)
    cursor: str | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


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
    by_reason: list[ReasonCount]


class InboundItemsJudged(BaseModel):
    """A batch of one account's items has been judged: totals, and the newest item's id."""

    account_id: int
    kept: int
    dropped: int
    needs_review: int
    newest_id: int
    monitor_ids: list[int]
    """Monitors that caught something in it."""
