"""Commands and views of contracts and grants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.core.grants import Allowed, OpensPast
from app.core.inputs import Moment, Number, RowId
from app.identity.schemas import AgencyRef, PersonRef, TeamRef

MOST_SENT = 1_000_000
Note = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def _planned(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError("moment_out_of_range")
    return day


Day = Annotated[date, AfterValidator(_planned)]


class ContractContent(BaseModel):
    """What a contract says; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    first_day: Day
    last_day: Day | None
    """Its people still work on that day; null: until further notice."""
    calendar_id: RowId | None = None
    """Its people act in these hours; null: in any."""
    daily_cap: Annotated[int, Field(ge=1, le=MOST_SENT)] | None = None
    """So many replies and publications leave on one day; null: any number."""
    note: Note = ""


class NewContract(ContractContent):
    agency_id: RowId


class EditContract(ContractContent):
    version: Number


class HoursRef(BaseModel):
    """A calendar by which somebody acts."""

    id: int
    name: str


class ContractView(BaseModel):
    id: int
    agency: AgencyRef
    first_day: date
    last_day: date | None
    hours: HoursRef | None
    daily_cap: int | None
    sent_today: int
    note: str
    runs: bool
    """Today is one of its days."""
    version: int


class ContractList(BaseModel):
    """Newest first."""

    items: list[ContractView]


class GrantContent(BaseModel):
    """What a grant says; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    team_id: RowId | None = None
    """The agency's team that serves the account; null: those alone who reach their whole agency."""
    begins_at: Moment | None = None
    """Null: at once; of one that has begun: as it is."""
    ends_at: Moment | None = None
    """Null: until further notice, within the contract."""
    allows: Annotated[list[Allowed], Field(min_length=1, max_length=len(Allowed))]
    takes_new: bool = False
    """New requests join the team's queue."""
    calendar_id: RowId | None = None
    """Its people act in these hours; null: in those of the contract."""
    opens_past: OpensPast = OpensPast.ACTIVE
    opens_notes: bool = False
    """Notes from before it began are read too."""
    note: Note = ""


class NewGrant(GrantContent):
    account_id: RowId
    agency_id: RowId


class EditGrant(GrantContent):
    version: Number


class EndGrant(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Number


class GrantedAccount(BaseModel):
    id: int
    name: str
    platform: str
    owner: AgencyRef


class GrantView(BaseModel):
    id: int
    account: GrantedAccount
    agency: AgencyRef
    team: TeamRef | None
    begins_at: datetime
    ends_at: datetime | None
    """As people said."""
    holds_from: datetime
    holds_until: datetime | None
    """Within the contract."""
    holds: bool
    """Now."""
    is_over: bool
    allows: list[Allowed]
    takes_new: bool
    hours: HoursRef | None
    """Of the grant itself, or of the contract."""
    hours_of_contract: bool
    opens_past: OpensPast
    opens_notes: bool
    note: str
    granted_by: PersonRef | None
    can_change: bool
    """Whether whoever asks may change or end it."""
    version: int


class GrantList(BaseModel):
    """By account, the latest beginning first."""

    items: list[GrantView]
    more: bool
    """There are older ones that are not listed."""


class GrantQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    account_id: RowId | None = None


class Watcher(BaseModel):
    """Somebody who sees an account now, and how far."""

    person: PersonRef
    agency: AgencyRef
    by_grant: int | None
    """The grant by which; null: it is their agency's, or they see every account."""
    sees_all: bool
    """Their role reaches every account."""
    listens: bool
    """They read what comes in."""
    answers: bool
    publishes: bool


class WatcherList(BaseModel):
    """The owner's people first."""

    items: list[Watcher]
    count: int
    """Of all; the first of them are named."""
