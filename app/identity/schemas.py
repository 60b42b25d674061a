"""Commands and views of login, session and operators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.inputs import RowId
from app.core.permissions import Permission, RoleName
from app.models import AgencyKind, Presence


class LogIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    login_name: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=200)


class SetPresence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    presence: Presence
    reason: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)] = ""
    """What colleagues may know of it."""


class SetLocale(BaseModel):
    model_config = ConfigDict(extra="forbid")
    locale: Literal["zh-CN", "en"]


class PersonRef(BaseModel):
    id: int
    name: str


class RoleRef(BaseModel):
    id: int
    key: RoleName | None
    """Of a role that the program brings; the browser has a word for it."""
    name: str
    """As people called it; empty where there is a key."""


class TeamRef(BaseModel):
    id: int
    name: str


class AgencyRef(BaseModel):
    id: int
    name: str
    kind: AgencyKind


class AgencyView(AgencyRef):
    """An agency with what accounts can be given to: its teams and its active people."""

    teams: list[TeamRef]
    people: list[PersonRef]


class AgencyList(BaseModel):
    items: list[AgencyView]
    next_cursor: str | None = None


class OperatorView(BaseModel):
    id: int
    login_name: str
    name: str
    roles: list[RoleRef]
    agency: AgencyRef
    teams: list[TeamRef]


class CapacityView(BaseModel):
    open: int
    """What takes their time now."""
    load: float
    """What that and what sleeps until its customer writes weighs together; it may lie above the maximum."""
    maximum: int


class LookingView(BaseModel):
    """That somebody looks through the eyes of the person of the session, and changes nothing."""

    by: PersonRef
    until: datetime


class SessionView(BaseModel):
    authenticated: bool
    csrf_token: str
    locale: str
    server_time: datetime
    demo: bool = False
    operator: OperatorView | None = None
    permissions: list[Permission] = []
    capacity: CapacityView | None = None
    presence: Presence | None = None
    presence_since: datetime | None = None
    presence_reason: str = ""
    presence_until: datetime | None = None
    """Until when their agency allows it; null: for as long as they like."""
    tells_touches: bool = False
    """The browser tells when it is touched (`POST /session/touch`)."""
    password_is_given: bool = False
    """Somebody else made the password: it is time to choose one's own."""
    event_seq: int = 0
    looking: LookingView | None = None
    """Null for who looks through their own eyes."""


class AssignableOperatorView(BaseModel):
    """Somebody work can be given to."""

    id: int
    name: str
    presence: Presence
    open_requests: int
    load: float
    capacity: int
    teams: list[TeamRef]
    unit_name: str | None
    """Where in their agency they belong; null: directly in it, or nobody whom the asker may know of."""


class AssignableOperatorList(BaseModel):
    items: list[AssignableOperatorView]
    next_cursor: str | None = None


class OperatorQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None


class PresenceChanged(BaseModel):
    operator_id: int
    presence: Presence
    reason: str
    since: datetime
    until: datetime | None


class SessionEnded(BaseModel):
    session_id: int
    reason: str
