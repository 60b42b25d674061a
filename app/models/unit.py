"""How those who work here are organised: one tree, in which agencies and teams have their places."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency
from app.models.identity import Agency, Operator, Team


class UnitKind(StrEnum):
    ENTERPRISE = "enterprise"
    """The root."""
    AGENCY = "agency"
    CENTRE = "centre"
    DEPARTMENT = "department"
    TEAM = "team"


OF_AGENCIES = (UnitKind.ENTERPRISE, UnitKind.AGENCY)
"""What an agency is in the tree; whoever belongs to no unit below is directly in it."""


class Unit(Entity):
    """A place in the tree. Those of agencies and teams refer to them and have no name of their own."""

    __tablename__ = "units"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    """Whose people and teams are in it. A unit never leaves its agency."""
    parent_id: Mapped[int | None] = fk("units.id")
    """None: the root."""
    kind: Mapped[UnitKind] = mapped_column(EnumText(UnitKind))
    own_name: Mapped[str] = mapped_column(String(80), default="")
    """Of centres and departments; an agency's and a team's is theirs (`name`)."""
    path: Mapped[str] = mapped_column(String(120), default="")
    """The ids from the root down to this one, each between slashes: `/1/4/9/`. Written by `units` alone."""
    team_id: Mapped[int | None] = fk("teams.id", index=False, unique=True)
    """Of kind team: which it is."""
    closed_at: Mapped[datetime | None]
    """It is in no list any more; what its people did stays below the same units."""
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def name(self) -> str:
        """As people call it; its agency and team are loaded."""
        if self.kind in OF_AGENCIES:
            return self.agency.name
        return self.team.name if self.team is not None else self.own_name

    @property
    def level(self) -> int:
        """How many units lie above it."""
        return self.path.count("/") - 2

    def is_within(self, other: Unit) -> bool:
        """Whether it is the other, or lies below it."""
        return self.path.startswith(other.path)


def is_unit_of(unit: Any, operator: Operator | type[Operator]) -> ColumnElement[bool]:
    """Whether a row of units (`Unit` or an alias) is the one that a person belongs to."""
    directly = and_(unit.agency_id == operator.agency_id, unit.kind.in_(OF_AGENCIES))
    if isinstance(operator, Operator):
        return directly if operator.unit_id is None else unit.id == operator.unit_id
    return or_(unit.id == operator.unit_id, and_(operator.unit_id.is_(None), directly))


def is_in_use(team: type[Team]) -> ColumnElement[bool]:
    """Whether a team of the statement can be given work and people: its unit is not closed."""
    closed = select(Unit.id).where(Unit.team_id == team.id, Unit.closed_at.is_not(None))
    return ~closed.correlate(team).exists()
