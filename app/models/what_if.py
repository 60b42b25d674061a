"""A past period dealt out again: what was asked, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, fk
from app.core.seen import ByAgency


class WhatIf(Entity):
    """Kept until somebody removes it. Its numbers are those within `reach`: who reaches less reads none."""

    __tablename__ = "what_ifs"
    __seen__ = ByAgency()
    __table_args__ = (Index("ix_what_ifs_agency_id_id", "agency_id", "id"),)

    agency_id: Mapped[int] = fk("agencies.id", index=False)
    made_by_id: Mapped[int] = fk("operators.id")
    name: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]
    until: Mapped[datetime]
    scenario: Mapped[dict[str, Any]]
    """What is tried: `Tried` of app/routing/whatif/schemas.py."""
    seed: Mapped[int]
    """Of what has to be drawn: the same seed, the same result."""
    reach: Mapped[dict[str, Any]]
    """How far its maker reached (app.longwork.reach)."""
    long_work_id: Mapped[int | None] = fk("long_works.id", ondelete="SET NULL")
    result: Mapped[dict[str, Any] | None]
    """`Findings`, once it is done."""
    finished_at: Mapped[datetime | None]
