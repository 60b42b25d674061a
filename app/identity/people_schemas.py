"""Commands and views of the people page: who works here, how much each may hold, who may grant a right."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.core.pagination import MAX_LIMIT
from app.core.permissions import RoleName
from app.identity.schemas import AgencyRef, PersonRef, TeamRef
from app.models import Presence

MOST_CAPACITY = 100


class PeopleQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cursor: str | None = Field(None, max_length=200)
    limit: int = Field(100, ge=1, le=MAX_LIMIT)


class PersonView(BaseModel):
    """One person as those see them who look after people."""

    id: int
    name: str
    login_name: str
    role: RoleName
    agency: AgencyRef
    teams: list[TeamRef]
    presence: Presence
    presence_since: datetime
    open_requests: int
    capacity: int
    is_active: bool
    serves: bool
    """Whether requests can be given to this person at all."""


class PeopleList(BaseModel):
    items: list[PersonView]
    next_cursor: str | None


class SetCapacity(BaseModel):
    model_config = ConfigDict(extra="forbid")
    capacity: int = Field(ge=0, le=MOST_CAPACITY)
    """How many unresolved requests a person may hold; 0 takes none."""


class SetActive(BaseModel):
    model_config = ConfigDict(extra="forbid")
    active: bool


class ChangePassword(BaseModel):
    model_config = ConfigDict(extra="forbid")
    current: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=200)


class RightHolders(BaseModel):
    """To whom somebody without a right can turn. Both lists name a few people of the asker's own agency."""

    right: str
    holders: list[PersonRef]
    """Who has the right and can do it."""
    grantors: list[PersonRef]
    """Who may give it."""


class CapacityChanged(BaseModel):
    operator_id: int
    capacity: int


class AccessChanged(BaseModel):
    """Whether a person may log in."""

    operator_id: int
    is_active: bool
