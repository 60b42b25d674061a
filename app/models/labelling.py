"""What people say about the filter: labels that teach, and reviews that measure what it misses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAccount, ByAgency


class LabelSource(StrEnum):
    CORRECTION = "correction"
    RESCUE = "rescue"
    REVIEW = "review"


class TrainingLabel(Entity):
    """A person's judgement of one item. A later one replaces it for training; none is deleted."""

    __tablename__ = "training_labels"
    __seen__ = ByAccount(since="created_at")
    __table_args__ = (Index("ix_training_labels_inbound_item_id_id", "inbound_item_id", "id"),)

    inbound_item_id: Mapped[int] = fk("inbound_items.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    operator_id: Mapped[int | None] = fk("operators.id")
    source: Mapped[LabelSource] = mapped_column(EnumText(LabelSource))
    old: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the model had said: intent, sentiment, needs_service, and its version."""
    intent: Mapped[str] = mapped_column(String(20))
    sentiment: Mapped[int]
    urgency: Mapped[int] = mapped_column(default=0)
    needs_service: Mapped[bool]
    weight: Mapped[float] = mapped_column(default=1.0)
    is_disagreement: Mapped[bool] = mapped_column(default=True)
    """Whether it differs from what the model had said."""
    model_version: Mapped[str | None] = mapped_column(String(40))
    """The first model that was trained with it."""


class FilterSample(Entity):
    """A reproducible sample of dropped items: the same seed over the same window draws the same items."""

    __tablename__ = "filter_samples"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    requested_by_id: Mapped[int | None] = fk("operators.id")
    since: Mapped[datetime]
    until: Mapped[datetime]
    seed: Mapped[int]
    size: Mapped[int]
    account_ids: Mapped[list[int]] = mapped_column(default=list)
    strata: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Reason → how many dropped items the window held for it."""


class SampledItem(Entity):
    """One drawn item and what the reviewer found."""

    __tablename__ = "sampled_items"
    __seen__ = ByAccount()
    __table_args__ = (
        UniqueConstraint("filter_sample_id", "inbound_item_id"),
        Index("ix_sampled_items_sample_open", "filter_sample_id", "reviewed_at", "id"),
    )

    filter_sample_id: Mapped[int] = fk("filter_samples.id", index=False)
    inbound_item_id: Mapped[int] = fk("inbound_items.id")
    account_id: Mapped[int] = fk("accounts.id", index=False)
    stratum: Mapped[str] = mapped_column(String(60))
    is_right: Mapped[bool | None]
    """Whether dropping it was right; None until somebody has looked."""
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = fk("operators.id")
