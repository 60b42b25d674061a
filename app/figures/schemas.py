"""Questions and their answers, and the dictionary of metrics."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.conditions.tree import Condition
from app.core.permissions import RoleName
from app.figures.catalogue import Additivity, Empty, Good, Unit
from app.figures.spans import Comparison, Named

MOST_METRICS = 8
MOST_SPLITS = 3
MOST_DAYS = 400
MOST_CELLS = 5000
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Period(BaseModel):
    """A span of the office's calendar: by its name, or by its first and last day."""

    model_config = ConfigDict(extra="forbid")
    named: Named | None = None
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Period:
        dated = self.first is not None and self.last is not None
        if (self.named is None) != dated or (not dated and (self.first or self.last)):
            raise PydanticCustomError("period_unclear", "Give a named period, or its first and last day")
        return self


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")
    metrics: list[Key] = Field(min_length=1, max_length=MOST_METRICS)
    split: list[Key] = Field(default_factory=list, max_length=MOST_SPLITS)
    """By what, in order: `hour`, `day`, `week`, `month`, or fields that the metrics name."""
    period: Period
    condition: Condition | None = None
    """Which rows only; all metrics are then about the same subject."""
    comparison: Comparison | None = None


class SpanView(BaseModel):
    since: datetime
    until: datetime
    """Belongs to the next. Of a span that goes on, the present."""


class PlaceView(BaseModel):
    """One part of a split."""

    key: str
    """A moment in ISO form, or the field's value as text; empty where the field has none."""
    label: str
    rows: list[Condition] | None
    """What is asked of a row of this part; null where the reader may not ask it."""


class AxisView(BaseModel):
    split: str
    label: str
    places: list[PlaceView]


class CellView(BaseModel):
    at: list[int]
    """Its place on each axis."""
    value: float | None
    """Null where there is nothing to say (a share of no rows)."""
    count: int
    """How many rows are behind it: what the list shows."""
    part: int | None = None
    """Of a share, how many of them count; of load per person, by how many people they are divided."""


class FiguresOfSpan(BaseModel):
    """One metric in one span.

    The rows behind a cell are those that meet all of `rows`, the `rows` of its place on each axis and, where
    no axis is one of time, all of `during`. The whole is all of `rows` and `during`.
    """

    during: list[Condition]
    total: CellView
    axes: list[AxisView]
    cells: list[CellView]
    """Every combination of places, the last axis running first; none where nothing was split."""


class MetricFigures(BaseModel):
    key: str
    title: str
    unit: Unit
    good: Good
    additivity: Additivity
    empty: Empty
    version: int
    subject: str
    """Whose list shows the rows."""
    rows: list[Condition]
    part: list[Condition] | None
    """Of a share: what the rows that count meet besides."""
    now: FiguresOfSpan
    before: FiguresOfSpan | None
    """The span of comparison; null for what stands now."""


class FiguresView(BaseModel):
    question: str
    """Names the question: two screens that show the same name show the same numbers."""
    counted_at: datetime
    zone: str
    """In which days begin."""
    span: SpanView
    compared: SpanView | None
    sentence: str | None
    """The condition read aloud."""
    metrics: list[MetricFigures]


class MetricView(BaseModel):
    """How a metric is worked out, in the reader's language."""

    key: str
    title: str
    formula: str
    apart: str
    """What does not count."""
    empty_text: str
    unit: Unit
    good: Good
    owner: RoleName
    additivity: Additivity
    empty: Empty
    version: int
    subject: str
    rows: str
    """Which rows, read aloud."""
    time: str | None
    """Which moment of a row says when it counts; null for what stands now."""
    grains: list[str]
    splits: list[SplitView]


class SplitView(BaseModel):
    key: str
    label: str


class MetricDictionary(BaseModel):
    zone: str
    freshness: Literal["live"] = "live"
    """Counted from the rows themselves when it is asked."""
    items: list[MetricView]


class ExportQuestion(Question):
    format: Literal["csv", "xlsx"] = "csv"


MetricView.model_rebuild()


def plain(tree: Any) -> Any:
    return tree.model_dump(mode="json")
