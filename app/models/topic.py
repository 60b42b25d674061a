"""Bursts: hourly volumes, topics that many posts share, and the alerts they raise."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAccount, Unscoped


class HourlyVolume(Entity):
    """How many posts an account got in one hour, and how many of them were negative."""

    __tablename__ = "hourly_volumes"
    __seen__ = ByAccount(since="hour")
    __table_args__ = (UniqueConstraint("account_id", "hour"),)

    account_id: Mapped[int] = fk("accounts.id")
    hour: Mapped[datetime] = mapped_column(index=True)
    total: Mapped[int] = mapped_column(default=0)
    negative: Mapped[int] = mapped_column(default=0)


class Topic(Entity):
    """Posts of one account that complain about the same thing at about the same time."""

    __tablename__ = "topics"
    __seen__ = ByAccount(since="last_seen_at")
    __table_args__ = (Index("ix_topics_account_id_last_seen_at", "account_id", "last_seen_at"),)

    account_id: Mapped[int] = fk("accounts.id", index=False)
    label: Mapped[str] = mapped_column(String(80))
    example: Mapped[str] = mapped_column(String(200), default="")
    """The sentence of a post that stands for all of them."""
    is_named: Mapped[bool] = mapped_column(default=False)
    """A person named it; the machine leaves the label alone."""
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Word → in how many of its posts."""
    pairs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Character pair → in how many of its posts; what new posts are compared with."""
    item_count: Mapped[int] = mapped_column(default=0)
    negative_count: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class TopicItem(Entity):
    """A post's place in a topic; a post belongs to at most one."""

    __tablename__ = "topic_items"
    __seen__ = Unscoped("hangs on a topic, which is scoped")
    __table_args__ = (UniqueConstraint("inbound_item_id"),)

    topic_id: Mapped[int] = fk("topics.id")
    inbound_item_id: Mapped[int] = fk("inbound_items.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    published_at: Mapped[datetime]


class AlertKind(StrEnum):
    VOLUME = "volume"
    NEGATIVE_SHARE = "negative_share"


class Sensitivity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AlertRule(Entity):
    """When an account's alerts fire; without a row the defaults hold."""

    __tablename__ = "alert_rules"
    __seen__ = Unscoped("settings of an account, read with one that is in reach")
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    account_id: Mapped[int] = fk("accounts.id")
    kind: Mapped[AlertKind] = mapped_column(EnumText(AlertKind))
    sensitivity: Mapped[Sensitivity] = mapped_column(EnumText(Sensitivity), default=Sensitivity.MEDIUM)
    cool_down_minutes: Mapped[int] = mapped_column(default=120)
    is_active: Mapped[bool] = mapped_column(default=True)


class Alert(Entity):
    """An hour that stood out from what is usual at this time of the week."""

    __tablename__ = "alerts"
    __seen__ = ByAccount(since="last_seen_at")

    account_id: Mapped[int] = fk("accounts.id")
    topic_id: Mapped[int | None] = fk("topics.id")
    """The largest topic of the hour, when there is one."""
    kind: Mapped[AlertKind] = mapped_column(EnumText(AlertKind))
    hour: Mapped[datetime]
    value: Mapped[float]
    """Posts in the hour, or the negative share 0…1."""
    baseline: Mapped[float]
    posts: Mapped[int]
    negative: Mapped[int]
    cools_until: Mapped[datetime]
    """No second alert of this kind for the account before."""
    last_seen_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = fk("operators.id")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
