"""What came in and what was decided about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Entity, EnumText, Id, Json, fk
from app.core.lanes import Lane
from app.core.seen import ByAccount, Unscoped

RAW_KEPT = "raw != '{}'"
"""The condition of an index: a query uses it when it is written the same."""
_REPEATS = text("duplicate_of_id IS NOT NULL")
_TO_REVIEW = text("needs_review")


class InboundItem(Entity):
    """One post, comment, message or event of a platform; unique however often it is delivered."""

    __tablename__ = "inbound_items"
    __seen__ = ByAccount(since="created_at")
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        Index(
            "ix_inbound_items_duplicate_of_id",
            "duplicate_of_id",
            sqlite_where=_REPEATS,
            postgresql_where=_REPEATS,
        ),
        Index(
            "ix_inbound_items_with_raw",
            "id",
            sqlite_where=text(RAW_KEPT),
            postgresql_where=text(RAW_KEPT),
        ),
        Index("ix_inbound_items_author", "account_id", "author_external_id", "published_at"),
    )

    account_id: Mapped[int] = fk("accounts.id")
    stream_id: Mapped[int | None] = fk("streams.id")
    external_id: Mapped[str] = mapped_column(String(160))
    """The platform's id with a prefix for its kind: `status:5123…`, `comment:…`, `msg:…`."""
    kind: Mapped[str] = mapped_column(String(30))
    lane: Mapped[Lane] = mapped_column(EnumText(Lane))
    author_external_id: Mapped[str | None] = mapped_column(String(120))
    author_name: Mapped[str] = mapped_column(String(120), default="")
    author: Mapped[dict[str, Any]] = mapped_column(default=dict)
    text: Mapped[str] = mapped_column(Text)
    media: Mapped[list[Any]] = mapped_column(default=list)
    origin: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The post or article that it stands under, as much of it as came along (app.media.described)."""
    thread_key: Mapped[str | None] = mapped_column(String(160))
    reply_context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the adapter needs to answer this item (ids of status and comment, open id, …)."""
    external_url: Mapped[str | None] = mapped_column(String(500))
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the platform sent, empty once it has been forgotten (`RAW_DAYS`)."""
    published_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    """When the author changed it last, as the platform says; what stood before is an ItemRevision."""
    edit_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was changed, where the platform counts (Weibo tells the count and not always the time)."""
    deleted_at: Mapped[datetime | None]
    """When we learnt that its author took it back. Its words stay: somebody may be answering them."""
    text_hash: Mapped[int] = mapped_column(Id, default=0, index=True)
    simhash: Mapped[int | None] = mapped_column(Id)
    """Similar words give numbers that differ in few bits; None for a text too short to compare."""
    duplicate_of_id: Mapped[int | None] = fk("inbound_items.id", index=False)
    """The first item of the cluster that this one repeats."""
    duplicate_count: Mapped[int] = mapped_column(default=0)
    """How many later items repeat this one."""
    trigger: Mapped[str | None] = mapped_column(String(20))
    """What this opens or closes for private answers (message, follow, …); see app.adapters.window_rules."""
    keep_reason: Mapped[str | None] = mapped_column(String(80))
    """Why an item that could not be understood was kept all the same."""

    verdict: Mapped[Verdict | None] = relationship(back_populates="item", lazy="raise_on_sql", uselist=False)


class ItemRevision(Entity):
    """What an item said before its author changed it."""

    __tablename__ = "item_revisions"
    __seen__ = ByAccount(since="created_at")
    __table_args__ = (UniqueConstraint("inbound_item_id", "number"),)

    inbound_item_id: Mapped[int] = fk("inbound_items.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    number: Mapped[int]
    """1 is what it said at first."""
    text: Mapped[str] = mapped_column(Text)
    media: Mapped[list[Any]] = mapped_column(default=list)
    replaced_at: Mapped[datetime]
    """When it was changed, as the platform says."""


class RereadRound(Entity):
    """How far an account's items behind open requests have been read again for edits and deletions."""

    __tablename__ = "reread_rounds"
    __seen__ = ByAccount()

    account_id: Mapped[int] = fk("accounts.id", index=False, unique=True)
    last_item_id: Mapped[int] = mapped_column(Id, default=0)
    """Items up to this one have had their turn in this round; 0 between two rounds."""
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    finished_at: Mapped[datetime | None]
    """When a round was last at its end."""
    last_error: Mapped[str | None] = mapped_column(String(300))


class WaitingItem(Base):
    """An item that waits for its verdict, by the item's id; the row goes when the verdict comes.

    Apart from the item, whose row is large and stands in many indexes: leases and verdicts leave it alone.
    """

    __tablename__ = "waiting_items"
    __seen__ = Unscoped("the judges' queue; people read the item itself")

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))


class VerdictOutcome(StrEnum):
    KEPT = "kept"
    DROPPED = "dropped"


class Verdict(Entity):
    """The filter's decision about one item, with the step and the reason: exactly one per item."""

    __tablename__ = "verdicts"
    __seen__ = ByAccount(since="created_at")
    __table_args__ = (
        UniqueConstraint("inbound_item_id"),
        Index("ix_verdicts_account_id_outcome_reason_id", "account_id", "outcome", "reason", "id"),
        # Figures of a span, without the rows.
        Index("ix_verdicts_by_time", "created_at", "account_id", "outcome", "rescued_at"),
        Index(
            "ix_verdicts_needs_review",
            "account_id",
            "inbound_item_id",
            sqlite_where=_TO_REVIEW,
            postgresql_where=_TO_REVIEW,
        ),
    )

    inbound_item_id: Mapped[int] = fk("inbound_items.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    service_request_id: Mapped[int | None] = fk("service_requests.id")
    outcome: Mapped[VerdictOutcome] = mapped_column(EnumText(VerdictOutcome))
    step: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    intent: Mapped[str | None] = mapped_column(String(20))
    intent_score: Mapped[float | None]
    service_score: Mapped[float | None]
    sentiment: Mapped[int | None]
    sentiment_score: Mapped[float | None]
    sentiment_unsure: Mapped[bool] = mapped_column(default=False)
    spam_score: Mapped[float | None]
    urgency: Mapped[int | None]
    priority: Mapped[int | None]
    model_version: Mapped[str | None] = mapped_column(String(40))
    needs_review: Mapped[bool] = mapped_column(default=False)
    """The score was too close to the line: a person should look."""
    monitor_id: Mapped[int | None] = fk("monitors.id", index=False)
    """The monitor whose settings and team applied."""
    corrected_at: Mapped[datetime | None]
    corrected_by_id: Mapped[int | None] = fk("operators.id", index=False)
    rescued_at: Mapped[datetime | None]
    rescued_by_id: Mapped[int | None] = fk("operators.id")

    item: Mapped[InboundItem] = relationship(back_populates="verdict", lazy="raise_on_sql")
