"""People who are treated differently: blocked, cared for, left alone, or our own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency


class SpecialList(StrEnum):
    BLOCKED = "blocked"
    """Nothing they post becomes a request."""
    DO_NOT_SERVE = "do_not_serve"
    """What they post is kept and opens requests, which nobody is given: people take them by hand."""
    VIP = "vip"
    """What they say to us is always kept, and counts for priority."""
    DO_NOT_DISTURB = "do_not_disturb"
    """They are answered when they turn to us, and never approached."""
    STAFF = "staff"
    """Colleagues: what they post in public is not a customer's."""


class SpecialListEntry(Entity):
    """One author on one of an agency's lists. Who put whom on it, and took off, is in the audit log."""

    __tablename__ = "special_list_entries"
    __seen__ = ByAgency()
    __table_args__ = (
        UniqueConstraint(
            "agency_id",
            "list",
            "platform",
            "server",
            "author_external_id",
            name="uq_special_list_entries_author",
        ),
        Index("ix_special_list_entries_author", "platform", "author_external_id"),
    )

    agency_id: Mapped[int] = fk("agencies.id", index=False)
    list: Mapped[SpecialList] = mapped_column(EnumText(SpecialList))
    platform: Mapped[str] = mapped_column(String(30))
    server: Mapped[str] = mapped_column(String(255), default="", server_default="")
    """As an Account's: whose id it is."""
    author_external_id: Mapped[str] = mapped_column(String(120))
    author_name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    expires_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = fk("operators.id")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
