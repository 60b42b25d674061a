"""Commands and views of roles: what each allows, who has it, who may change it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.inputs import Label, Number, RowId
from app.core.permissions import GIVABLE, AccountReach, MaskedField, Permission, RequestReach, RoleName
from app.identity.people_schemas import MOST_CAPACITY
from app.identity.schemas import AgencyRef, PersonRef

MOST_NAMED = 5
"""Of a role's people; how many there are is told beside."""
RoleLabel = Annotated[Label, Field(max_length=60)]


def _givable(rights: list[Permission]) -> list[Permission]:
    if not GIVABLE.issuperset(rights):
        raise ValueError("right_of_processes")
    return rights


Rights = Annotated[list[Permission], Field(max_length=len(Permission)), AfterValidator(_givable)]


class RoleContent(BaseModel):
    """What a role allows. `session:use` belongs to every role, named or not."""

    model_config = ConfigDict(extra="forbid")
    rights: Rights
    account_reach: AccountReach
    request_reach: RequestReach
    masked: list[MaskedField] = Field(max_length=len(MaskedField))
    capacity: int = Field(ge=0, le=MOST_CAPACITY)
    """How many requests somebody new is given at most; 0 gives none."""


class NewRole(RoleContent):
    name: RoleLabel
    agency_id: RowId | None
    """Whose people may have it; null: everybody's."""


class ChangeRole(RoleContent):
    """What a role is from now on, as a whole."""

    name: RoleLabel | None
    """Null leaves it; a role that the program brings keeps its own."""
    version: Number


class RoleView(BaseModel):
    id: int
    key: RoleName | None
    """Of a role that the program brings; the browser has a word for it."""
    name: str
    """As people called it; empty where there is a key."""
    agency: AgencyRef | None
    """Whose people may have it; null: everybody's."""
    rights: list[Permission]
    account_reach: AccountReach
    request_reach: RequestReach
    masked: list[MaskedField]
    capacity: int
    people_count: int
    """How many of those within reach have it and may log in."""
    people: list[PersonRef]
    """The first few of them."""
    may_give: bool
    """Whether whoever asks may give it: nobody gives more than they have."""
    may_change: bool
    version: int


class RightGroup(BaseModel):
    """A room of the product and its rights, in the order in which they are shown."""

    room: str
    rights: list[Permission]


class RoleList(BaseModel):
    items: list[RoleView]
    groups: list[RightGroup]
    """Every right that a role may have but `session:use`, which all have."""
    next_cursor: str | None = None


class RoleChanged(BaseModel):
    """That a role is new, another or gone; what it allows is asked for by who may know."""

    role_id: int
