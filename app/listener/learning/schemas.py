"""Commands and views of corrections, explanations and model versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from app.core.inputs import OneOfNumbers
from app.models import LabelSource

Intent = Literal["complaint", "consult", "lead", "suggestion", "praise", "spam", "other"]


class CorrectionCommand(BaseModel):
    """What the model should have said. What is left out stays as the model said it."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent | None = None
    sentiment: Annotated[Literal[-1, 0, 1], OneOfNumbers] | None = None
    needs_service: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> CorrectionCommand:
        if self.intent is None and self.sentiment is None and self.needs_service is None:
            raise ValueError("give_a_judgement")
        return self


class InboundItemLabelled(BaseModel):
    """Somebody said what an item really was, or made a request of it after all."""

    inbound_item_id: int
    account_id: int


class LabelView(BaseModel):
    id: int
    source: LabelSource
    operator_name: str | None
    created_at: datetime
    old: dict[str, Any]
    intent: str
    sentiment: int
    needs_service: bool
    weight: float
    model_version: str | None
    """The first model that learnt from it."""


class LabelList(BaseModel):
    items: list[LabelView]


class SpanView(BaseModel):
    kind: str
    text: str
    weight: float
    span: tuple[int, int] | None


class MonitorTermsView(BaseModel):
    id: int
    name: str
    terms: list[str]


class NearestView(BaseModel):
    inbound_item_id: int
    text: str
    intent: str
    sentiment: int
    needs_service: bool
    similarity: float
    operator_name: str | None


class ExplanationView(BaseModel):
    """Why an item was kept or dropped: step, words, monitors, and what people said of one like it."""

    step: str
    step_label: str
    reason: str
    reason_text: str
    threshold: float | None
    detail: dict[str, Any]
    reasons: list[SpanView]
    monitors: list[MonitorTermsView]
    nearest: NearestView | None
    model_version: str | None


class ModelVersionView(BaseModel):
    name: str
    state: Literal["candidate", "active", "retired", "refused"]
    created_at: datetime
    figures: dict[str, float]
    fallen: list[str]
    """Figures that fell on the pinned posts, for a version that was refused."""


class LabelTotals(BaseModel):
    total: int
    waiting: int
    """Labels that no model has learnt from yet."""
    needed: int
    """How many must wait before a model is trained by itself."""
    pinned: int
    """Labels that no model learns from: versions are compared on them."""


class ModelsView(BaseModel):
    active: str
    is_shipped_active: bool
    is_training: bool
    labels: LabelTotals
    items: list[ModelVersionView]


class ModelPromoted(BaseModel):
    name: str
    figures: dict[str, float]
