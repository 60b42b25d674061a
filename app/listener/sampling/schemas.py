"""Commands and views of reviews of dropped items, and of trials of other filter settings."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.inputs import Cursor, RowId
from app.core.pagination import MAX_LIMIT
from app.listener.chain.settings import FilterSettings
from app.listener.learning.schemas import Intent
from app.listener.ledger.schemas import InboundItemView
from app.listener.monitors.schemas import PreviewExample
from app.longwork.schemas import Beginning, LongWorkView


class DrawCommand(BaseModel):
    """A sample of what was dropped in the last days. The same seed draws the same items."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(7, ge=1, le=90)
    size: int = Field(100, ge=10, le=1000)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    account_ids: list[RowId] = Field(default=[], max_length=200)


class StratumView(BaseModel):
    reason: str
    reason_text: str
    population: int
    drawn: int
    reviewed: int
    wrong: int


class EstimateView(BaseModel):
    """How many of the window's dropped items were dropped wrongly, with a 95 % interval."""

    missed: int
    low: int
    high: int
    share: float
    share_low: float
    share_high: float


class FilterSampleView(BaseModel):
    id: int
    since: datetime
    until: datetime
    seed: int
    population: int
    size: int
    reviewed: int
    created_at: datetime
    strata: list[StratumView]
    estimate: EstimateView | None
    """None until every stratum has been looked at at least once."""


class FilterSampleList(BaseModel):
    items: list[FilterSampleView]


class SampledItemView(BaseModel):
    id: int
    stratum: str
    stratum_text: str
    item: InboundItemView
    is_right: bool | None
    reviewed_at: datetime | None
    reviewed_by: str | None


class SampledItemList(BaseModel):
    items: list[SampledItemView]
    next_cursor: str | None


class SampledItemQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    open: bool | None = None
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class ReviewCommand(BaseModel):
    """`is_right`: dropping it was right. If not, `intent` may say what it was."""

    model_config = ConfigDict(extra="forbid")

    is_right: bool
    intent: Intent | None = None


class SampleReviewed(BaseModel):
    """Somebody looked at an item of the sample, or took back what they had said of it."""

    filter_sample_id: int
    sampled_item_id: int


class TrialCommand(Beginning):
    """Filter settings to try on an account's stored items, or on what a monitor caught."""

    filters: FilterSettings
    account_id: RowId | None = None
    monitor_id: RowId | None = None
    days: int = Field(30, ge=1, le=90)

    @model_validator(mode="after")
    def _names_one(self) -> TrialCommand:
        if (self.account_id is None) == (self.monitor_id is None):
            raise ValueError("give_account_or_monitor")
        return self


class TrialTotals(BaseModel):
    kept: int
    dropped: int


class TrialReason(BaseModel):
    reason: str
    reason_text: str
    before: int
    after: int


class TrialView(BaseModel):
    """Kept and dropped with today's settings and with the ones that are tried, over the same items."""

    work: LongWorkView
    account_id: int | None
    monitor_id: int | None
    filters: FilterSettings
    """The ones that are tried."""
    days: int
    scanned: int
    since: datetime
    """Newer items have been looked at."""
    is_complete: bool
    """False while it goes on, and when it was called off."""
    took_ms: int
    before: TrialTotals
    after: TrialTotals
    newly_kept: int
    newly_dropped: int
    newly_kept_examples: list[PreviewExample]
    newly_dropped_examples: list[PreviewExample]
    by_reason: list[TrialReason]
