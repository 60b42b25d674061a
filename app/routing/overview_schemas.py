"""Views of the overview page."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.accounts.schemas import AccountRefView, ReadingPauseView
from app.identity.schemas import TeamRef
from app.models import AccountStatus, Presence


class WorkFigures(BaseModel):
    active: int
    """Not finished, whoever has it."""
    unassigned: int
    overdue: int
    pending: int
    """Waiting for the customer."""


class TotalFigures(WorkFigures):
    resolved_today: int


class TeamFigures(WorkFigures):
    team: TeamRef
    in_hand: int
    """What the team's people are working on now."""
    load: float
    """What that and what sleeps until its customer writes takes of their capacity."""
    capacity: int
    """What those of them who are online may hold."""
    online: int
    people: int


class AccountFigures(WorkFigures):
    account: AccountRefView
    status: AccountStatus
    status_since: datetime
    reading_pause: ReadingPauseView | None
    """Set while it is not read though it is in use."""
    unreachable_since: datetime | None
    """Since when the platform's server has not answered."""
    push_fault: str | None
    """Why what the platform pushes cannot be read."""


class OverviewView(BaseModel):
    counted_at: datetime
    totals: TotalFigures
    teams: list[TeamFigures]
    accounts: list[AccountFigures]
    presence: dict[Presence, int]
    """How many people who serve are in each state."""
