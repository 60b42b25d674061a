"""Views of when a request is due, and why."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.calendars.schemas import ClosedView, OpeningView
from app.models import ServiceClock


class ResolutionView(BaseModel):
    """Until when a request is to be resolved."""

    allowed_minutes: int
    counted_from: datetime
    due_at: datetime
    stopped_at: datetime | None
    """Since when its clock stands still: we wait for the customer."""
    stopped_minutes: int
    """How much working time it has stood still before."""
    working_seconds_left: int | None
    """Working time until it is due; null once it is overdue."""


class DeadlineView(BaseModel):
    """Why a request is due when it is."""

    calendar: str | None
    """The name of the calendar that its time is counted on; null: around the clock."""
    zone: str
    allowed_minutes: int
    """How much working time an answer may take."""
    counted_from: datetime | None
    """The customer's first unanswered word, or the later one that made it more urgent; null: nobody waits."""
    due_at: datetime | None
    clock: ServiceClock
    """Which answer is wanted now: the first, or a further one."""
    policy: str | None
    """The name of the service policy that says so; null: its priority does."""
    resolution: ResolutionView | None
    """The same of its resolution; null where no policy counts that."""
    working_seconds_left: int | None
    """Working time until it is due; null when nobody waits or it is overdue."""
    closed_between: list[ClosedView]
    """Why no time is counted somewhere from `counted_from` to `due_at`, each reason once."""
    now: OpeningView
