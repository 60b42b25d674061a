"""Commands and views of the people page: who works here, how much each may hold, who may grant a right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.conditions.tree import ConditionText
from app.core.edition import Edition
from app.core.inputs import Label, RowId
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import AgencyRef, PersonRef, RoleRef, TeamRef
from app.models import Presence

MOST_CAPACITY = 100


class PeopleQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    q: str = Field(default="", max_length=100)
    """Words that are looked for in names, login names and names of teams."""
    cursor: str | None = Field(None, max_length=200)
    limit: int = Field(100, ge=1, le=MAX_LIMIT)


LaneLimit = Annotated[int, Field(ge=0, le=MOST_CAPACITY)]


class LaneLimits(BaseModel):
    """So many requests of a lane somebody is working on at most; null: as many as their capacity takes."""

    model_config = ConfigDict(extra="forbid")
    private: LaneLimit | None = None
    public: LaneLimit | None = None


class PersonView(BaseModel):
    """One person as those see them who look after people."""

    id: int
    name: str
    login_name: str
    roles: list[RoleRef]
    agency: AgencyRef
    teams: list[TeamRef]
    unit_id: int | None
    """Where in their agency they belong; null: directly in it."""
    unit_name: str | None
    """What that unit is called."""
    presence: Presence
    presence_since: datetime
    presence_reason: str
    presence_until: datetime | None
    shift_ends_at: datetime | None = None
    """When the shift ends in which they are, or ended lately; told by the list alone."""
    """Until when their agency allows it; null: for as long as they like."""
    open_requests: int
    load: float
    """What they have weighs; it may lie above the capacity."""
    capacity: int
    lanes: LaneLimits
    is_active: bool
    serves: bool
    """Whether requests can be given to this person at all."""
    edition: str
    """Of name, roles and teams."""


class PeopleList(BaseModel):
    items: list[PersonView]
    next_cursor: str | None


class SetCapacity(BaseModel):
    model_config = ConfigDict(extra="forbid")
    capacity: int = Field(ge=0, le=MOST_CAPACITY)
    """How much a person may hold, by weight: a private request is one. 0 takes none."""
    lanes: LaneLimits | None = None
    """Left out: as it was."""


class SetActive(BaseModel):
    model_config = ConfigDict(extra="forbid")
    active: bool


LoginName = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""What can be typed on every keyboard; upper and lower case are the same."""
PersonName = Annotated[Label, Field(max_length=60)]
MOST_TEAMS = 20
MOST_ROLES = 10
RoleIds = Annotated[list[RowId], Field(min_length=1, max_length=MOST_ROLES)]


class NewPerson(BaseModel):
    """Somebody who is to work here. Their first password is made by the server and told once."""

    model_config = ConfigDict(extra="forbid")
    login_name: LoginName
    name: PersonName
    role_ids: RoleIds
    agency_id: RowId
    team_ids: list[RowId] = Field([], max_length=MOST_TEAMS)


class ChangePerson(BaseModel):
    """What somebody is from now on, as a whole."""

    model_config = ConfigDict(extra="forbid")
    name: PersonName
    role_ids: RoleIds
    team_ids: list[RowId] = Field(max_length=MOST_TEAMS)
    edition: Edition | None = None


class NewTeam(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agency_id: RowId
    name: Label


class RenameTeam(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Label


class GivenPassword(BaseModel):
    """Told once, to whoever asked for it; what is kept is its hash."""

    password: str


class CreatedPerson(BaseModel):
    person: PersonView
    password: str


class ChangePassword(BaseModel):
    model_config = ConfigDict(extra="forbid")
    current: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=200)


class RightHolders(BaseModel):
    """To whom somebody without a right can turn. Both lists name a few people whom the asker may know of."""

    right: str
    holders: list[PersonRef]
    """Who has the right and can do it."""
    grantors: list[PersonRef]
    """Who may give it."""
    granted_elsewhere: bool
    """Nobody whom the asker may know of can give it, but somebody of the brand can."""


class CapacityChanged(BaseModel):
    operator_id: int
    capacity: int
    lanes: LaneLimits


class PersonChanged(BaseModel):
    """What somebody is from now on."""

    operator_id: int
    name: str
    role_ids: list[int]
    team_ids: list[int]


class TeamChanged(BaseModel):
    team_id: int
    agency_id: int
    name: str


class AccessChanged(BaseModel):
    """Whether a person may log in."""

    operator_id: int
    is_active: bool
