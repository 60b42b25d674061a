"""Views that people keep: a condition under a name, for oneself or shared."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByRule
from app.models.identity import Operator


class Sharing(StrEnum):
    """With whom a view is shared."""

    PRIVATE = "private"
    TEAM = "team"
    AGENCY = "agency"


class SavedView(Entity):
    """A condition about one subject that somebody gave a name; the row says who else sees it."""

    __tablename__ = "saved_views"
    __seen__ = ByRule("saved_view")

    subject: Mapped[str] = mapped_column(String(40))
    """What it lists: a subject of app.conditions.catalogue."""
    name: Mapped[str] = mapped_column(String(60))
    condition: Mapped[dict[str, Any]]
    """app.conditions.tree as JSON."""
    sort: Mapped[str | None] = mapped_column(String(20))
    owner_id: Mapped[int] = fk("operators.id")
    agency_id: Mapped[int] = fk("agencies.id")
    sharing: Mapped[Sharing] = mapped_column(EnumText(Sharing), default=Sharing.PRIVATE)
    team_id: Mapped[int | None] = fk("teams.id")
    """The team that it is shared with."""
    version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[Operator] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
