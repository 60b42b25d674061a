"""Commands and views of the tree of units."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.inputs import Label, Number, RowId
from app.identity.schemas import AgencyRef, RoleRef
from app.models import AgencyKind, Presence, UnitKind

UnitLabel = Annotated[Label, Field(max_length=80)]


class UnitPerson(BaseModel):
    """Somebody as the tree names them."""

    id: int
    name: str
    roles: list[RoleRef]
    presence: Presence
    is_active: bool
    leads: bool
    """They lead the unit that they belong to."""


class UnitMember(BaseModel):
    """Somebody who serves in a team, wherever they belong."""

    id: int
    name: str


class UnitView(BaseModel):
    id: int
    parent_id: int | None
    """Null: the root, or what is the highest that the asker may know of."""
    kind: UnitKind
    name: str
    level: int
    """How many units lie above it, the root having none."""
    agency: AgencyRef
    """Whose people and teams are in it."""
    team_id: int | None
    """Of kind team: which it is."""
    people: list[UnitPerson]
    """Who belongs to it, who leads it first."""
    members: list[UnitMember]
    """Of a team: who serves in it."""
    people_below: int
    """How many belong to it and to all below it."""
    version: int


class UnitTree(BaseModel):
    """From the root down: a unit stands before those below it."""

    items: list[UnitView]
    deepest: int
    """So many levels there can be below the root."""


class NewUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    parent_id: RowId
    kind: UnitKind
    name: UnitLabel
    agency_kind: AgencyKind | None = None
    """Of a new agency, and only of one: whether it works for others."""


class RenameUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: UnitLabel
    version: Number


class MoveUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    parent_id: RowId
    version: Number


class CloseUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Number


class PlacePerson(BaseModel):
    """Where somebody belongs from now on, and whether they lead there."""

    model_config = ConfigDict(extra="forbid")
    unit_id: RowId
    leads: bool = False


class UnitChanged(BaseModel):
    """What a unit is from now on."""

    unit_id: int
    agency_id: int
    parent_id: int | None
    kind: UnitKind
    name: str


class PersonPlaced(BaseModel):
    operator_id: int
    unit_id: int
    leads: bool
