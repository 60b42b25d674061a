"""Who works when: kinds of shifts, shifts, and shifts that two people exchange."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency

_STANDS = text("removed_at IS NULL")
_OPEN = text("state IN ('asked', 'agreed')")


class SwapState(StrEnum):
    ASKED = "asked"
    """The colleague has not answered yet."""
    AGREED = "agreed"
    """The colleague would; whoever plans has to approve."""
    DECLINED = "declined"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    """A shift that it was about was planned otherwise, or has begun."""


OPEN_SWAPS = (SwapState.ASKED, SwapState.AGREED)


class ShiftTemplate(Entity):
    """A kind of shift of an agency: from when to when, by the office's clock."""

    __tablename__ = "shift_templates"
    __seen__ = ByAgency()
    __table_args__ = (
        Index(
            "uq_shift_templates_name",
            "agency_id",
            "name",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    agency_id: Mapped[int] = fk("agencies.id")
    name: Mapped[str] = mapped_column(String(40))
    start: Mapped[str] = mapped_column(String(5))
    """`09:00`."""
    end: Mapped[str] = mapped_column(String(5))
    """Before `start`: on the next day."""
    tone: Mapped[int]
    """Which colour it has on screen, 1 to 6."""
    removed_at: Mapped[datetime | None]
    """Nobody plans it any more; shifts go on naming it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Shift(Entity):
    """That a person works from one moment to another. Nobody is in two at once (`app/shifts/overlaps.py`)."""

    __tablename__ = "shifts"
    __seen__ = ByAgency()
    __table_args__ = (
        # Whose of them overlap, who is on shift now: of those that stand.
        Index(
            "ix_shifts_by_person", "operator_id", "ends_at", sqlite_where=_STANDS, postgresql_where=_STANDS
        ),
        Index(
            "ix_shifts_by_agency", "agency_id", "begins_at", sqlite_where=_STANDS, postgresql_where=_STANDS
        ),
        Index("ix_shifts_by_begin", "begins_at", sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    agency_id: Mapped[int] = fk("agencies.id", index=False)
    operator_id: Mapped[int] = fk("operators.id", index=False)
    template_id: Mapped[int | None] = fk("shift_templates.id", index=False)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(120), default="")
    reminded_at: Mapped[datetime | None]
    """When its person was told that it is about to begin."""
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ShiftSwap(Entity):
    """That somebody wants a colleague to take a shift of theirs, for one in exchange or for nothing."""

    __tablename__ = "shift_swaps"
    __seen__ = ByAgency()
    __table_args__ = (
        Index(
            "uq_shift_swaps_open",
            "shift_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    agency_id: Mapped[int] = fk("agencies.id")
    shift_id: Mapped[int] = fk("shifts.id", index=False)
    asked_by_id: Mapped[int] = fk("operators.id", index=False)
    other_id: Mapped[int] = fk("operators.id", index=False)
    """The colleague."""
    other_shift_id: Mapped[int | None] = fk("shifts.id", index=False)
    """What they give in exchange; None: nothing."""
    state: Mapped[SwapState] = mapped_column(EnumText(SwapState))
    note: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Of whoever declined or refused."""
    answered_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = fk("operators.id", index=False)
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
