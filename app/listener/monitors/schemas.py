"""Commands and views of monitors, their previews, figures and backfills."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.schemas import AccountRefView
from app.conditions.tree import ConditionText
from app.core.inputs import Label, Number, RowId
from app.identity.schemas import TeamRef
from app.listener.chain.settings import FilterSettings, StepSetting
from app.listener.matching.compiled import Schedule
from app.listener.matching.rules import MonitorRule
from app.models import LongWorkState

ItemKind = Annotated[str, StringConstraints(max_length=40)]


class MonitorCommand(BaseModel):
    """A whole monitor, as the editor sends it."""

    model_config = ConfigDict(extra="forbid")

    name: Label
    rule: MonitorRule
    account_ids: list[RowId] = Field(
        default=[], max_length=200, description="none: every account of the agency"
    )
    kinds: list[ItemKind] = Field(
        default=[], max_length=10, description="mention, comment, repost, …; none: every"
    )
    schedule: Schedule = Schedule()
    filters: FilterSettings = FilterSettings()
    is_active: bool = True
    is_competitor: bool = False
    priority: int = Field(3, ge=1, le=4)
    team_id: RowId | None = None


class MonitorEdit(MonitorCommand):
    version: Number


class MonitorStateCommand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    is_active: bool
    version: Number


class HitCounts(BaseModel):
    hits: int
    kept: int


class MonitorView(BaseModel):
    id: int
    name: str
    rule: MonitorRule
    account_ids: list[int]
    kinds: list[str]
    schedule: Schedule
    filters: FilterSettings
    is_active: bool
    is_competitor: bool
    priority: int
    team: TeamRef | None
    today: HitCounts
    """Since midnight in China."""
    week: HitCounts
    """The last seven days."""
    updated_at: datetime
    version: int


class MonitorQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    q: str = Field(default="", max_length=100)
    """Words that are looked for in names."""


class MonitorList(BaseModel):
    items: list[MonitorView]
    next_cursor: str | None = None


class MonitorChanged(BaseModel):
    monitor_id: int
    is_active: bool
    is_deleted: bool
    version: int


class DayCount(BaseModel):
    day: date
    hits: int
    kept: int
    negative: int


class ReasonTotal(BaseModel):
    reason: str
    reason_text: str
    count: int


class MonitorFigures(BaseModel):
    days: int
    hits: int
    kept: int
    negative: int
    per_day: list[DayCount]
    reasons: list[ReasonTotal]


class PreviewCommand(BaseModel):
    """A rule to try on stored items; with `monitor_id` the answer says how it differs from the saved one."""

    model_config = ConfigDict(extra="forbid")

    rule: MonitorRule
    account_ids: list[RowId] = Field(default=[], max_length=200)
    kinds: list[ItemKind] = Field(default=[], max_length=10)
    schedule: Schedule = Schedule()
    monitor_id: RowId | None = None
    days: int = Field(30, ge=1, le=90)


class PreviewExample(BaseModel):
    inbound_item_id: int
    account: AccountRefView
    author_name: str
    text: str
    published_at: datetime
    outcome: str | None
    reason_text: str | None
    terms: list[str]
    """Watched words in it, as the rule spells them after folding."""


class PreviewDay(BaseModel):
    day: date
    hits: int
    kept: int


class RulePreviewView(BaseModel):
    """What the rule would have caught. `is_complete` is false when time or the row limit ended it early."""

    days: int
    scanned: int
    since: datetime
    """How far back the look really went."""
    is_complete: bool
    took_ms: int
    hits: int
    kept: int
    per_day: list[PreviewDay]
    examples: list[PreviewExample]
    gained: int
    """Items that the saved monitor does not catch and this rule does; 0 without `monitor_id`."""
    lost: int
    gained_examples: list[PreviewExample]
    lost_examples: list[PreviewExample]


class BackfillCommand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: int = Field(30, ge=1, le=90)


class BackfillView(BaseModel):
    id: int
    monitor_id: int
    state: LongWorkState
    since: datetime
    scanned: int
    hits: int
    kept: int
    progress: float
    """0..1, by items."""
    created_at: datetime
    finished_at: datetime | None


class BackfillList(BaseModel):
    items: list[BackfillView]


class AccountFilterCommand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    filters: FilterSettings
    version: Number | None = Field(default=None, description="of the edited settings; null the first time")


class StepView(StepSetting):
    label: str
    """The step's name in the reader's language."""
    is_optional: bool
    has_threshold: bool


class MonitorFilterView(BaseModel):
    """A monitor's own filter chain; without one (`is_default`) what it catches runs the account's."""

    monitor_id: int
    steps: list[StepView]
    is_default: bool
    version: int
    """Of the monitor."""


class AccountFilterView(BaseModel):
    account_id: int
    steps: list[StepView]
    is_default: bool
    version: int | None
