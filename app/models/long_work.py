"""Long work: what takes minutes is done step by step by a worker, and its owner watches."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, Id, fk
from app.core.seen import ByRule, Unscoped
from app.models.identity import Operator
from app.models.media import StoredFile


class LongWorkState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    """Somebody has called it off; the step under way is its last."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


UNFINISHED = (LongWorkState.QUEUED, LongWorkState.RUNNING, LongWorkState.CANCELLING)
_UNFINISHED = text("finished_at IS NULL")


class LongWork(Entity):
    """One piece of long work. Its position and counts are committed together with what each step did."""

    __tablename__ = "long_works"
    __seen__ = ByRule("long_work")
    __table_args__ = (
        UniqueConstraint("owner_id", "idempotency_key"),
        Index("ix_long_works_open", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_long_works_about", "kind", "about_id"),
    )

    kind: Mapped[str] = mapped_column(String(60))
    """A key of app.longwork.kinds."""
    owner_id: Mapped[int | None] = fk("operators.id")
    """None for what the installation does by itself."""
    agency_id: Mapped[int | None] = fk("agencies.id")
    about_id: Mapped[int | None] = mapped_column(Id)
    """The object that it is about, where its kind has one (of a backfill the monitor)."""
    label: Mapped[str] = mapped_column(String(200), default="")
    """What its owner knows it by: the monitor's name, the view's."""
    locale: Mapped[str] = mapped_column(String(10))
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As its kind's schema says."""
    reach: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How far its owner reached when a step of it ran last (app.longwork.reach)."""
    state: Mapped[LongWorkState] = mapped_column(EnumText(LongWorkState), default=LongWorkState.QUEUED)
    position: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Where the next step begins; its kind alone reads it."""
    total: Mapped[int | None]
    """How many rows there are; None while nobody has counted."""
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    worked_seconds: Mapped[float] = mapped_column(Float, default=0.0)
    """Spent on its steps, by which the remaining time is told."""
    error: Mapped[str | None] = mapped_column(String(60))
    """Why it failed as a whole: a code of the error family."""
    error_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was taken on since a step of it succeeded."""
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When browsers were told of it last."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    retried_at: Mapped[datetime | None]
    """When its failed rows were given to another piece of work."""
    retry_of_id: Mapped[int | None] = fk("long_works.id", ondelete="SET NULL")
    """The work whose failed rows this one tries again."""
    result_file_id: Mapped[int | None] = fk("stored_files.id")
    result_name: Mapped[str | None] = mapped_column(String(200))
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its kind counts besides (of a backfill: hits, kept)."""
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    """Given with the command that began it: the same one again is this work."""
    command_digest: Mapped[str | None] = mapped_column(String(64))
    """Names that command, with its content and who gave it."""
    version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[Operator | None] = relationship(lazy="raise_on_sql")
    result_file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class LongWorkError(Entity):
    """A row that a piece of long work could not deal with."""

    __tablename__ = "long_work_errors"
    __seen__ = Unscoped("read with the work it belongs to, which is")

    long_work_id: Mapped[int] = fk("long_works.id", ondelete="CASCADE")
    row: Mapped[int] = mapped_column(Id)
    """Its number among the rows, from 1."""
    row_id: Mapped[int | None] = mapped_column(Id)
    """The object, for whoever tries it again."""
    name: Mapped[str] = mapped_column(String(200), default="")
    """What people know the row by."""
    column: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(60))
    """A code of the error family."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
