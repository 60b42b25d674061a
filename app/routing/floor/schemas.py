"""Views of the floor board."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.identity.schemas import TeamRef
from app.models import Lane, Presence
from app.routing.schemas import ServiceRequestView, View


class DoorView(BaseModel):
    """Which list holds exactly the rows that a number counts, within the reader's reach."""

    view: View
    when: str | None = None
    """A condition, as the list takes it."""
    overdue: bool = False
    lane: Lane | None = None


class CountView(BaseModel):
    n: int
    door: DoorView


class WaitingView(BaseModel):
    """What nobody has: of one queue, or of all."""

    waiting: CountView
    private: CountView
    public: CountView
    overdue: CountView
    waits_since: datetime | None
    """When the customer wrote who has been waiting for an answer longest."""
    next_due_at: datetime | None
    """When the next answer is due, or was."""


class FloorQueueView(WaitingView):
    queue_id: int | None
    """Null: what waits in no queue that anybody set up, for a team or for nobody's."""
    team: TeamRef | None
    """Whose people alone get it; null: everybody who serves the account."""
    name: str | None
    """Null: neither queue nor team."""
    online: int
    """How many people of the team are there to be given work."""


class FloorPersonView(BaseModel):
    id: int
    name: str
    presence: Presence
    reason: str
    since: datetime
    until: datetime | None
    """Until when their agency allows it; past: they are over."""
    teams: list[TeamRef]
    load: float
    """What they have in hand weighs, whoever sees it."""
    capacity: int
    held: CountView
    """What they have that the reader sees."""
    overdue: CountView
    last_given_at: datetime | None
    """When a request became theirs last."""


class ArrivalsView(BaseModel):
    """This hour beside the same hour of the same weekday, in the weeks before."""

    since: datetime
    """When the hour began."""
    so_far: CountView
    usual_so_far: float | None
    """The median of the same minutes of the hour; null while there is no earlier week."""
    usual_hour: float | None
    """The median of the whole hour."""
    weeks: int
    """Of how many weeks."""


class RisksView(BaseModel):
    overdue: CountView
    soon: CountView
    """Answers due within `soon_minutes`."""
    soon_minutes: int
    next: list[ServiceRequestView]
    """What will be late next, the earliest first."""
    missed: list[ServiceRequestView]
    """What is late already, the newest first: as many as there is room for beside those."""


class FloorView(BaseModel):
    counted_at: datetime
    all: WaitingView
    queues: list[FloorQueueView]
    people: list[FloorPersonView]
    risks: RisksView
    arrivals: ArrivalsView


class ArrivalHourView(BaseModel):
    since: datetime
    n: int | None
    """Null of an hour that has not begun."""
    usual: float | None
    low: int | None
    high: int | None
    """Between which the weeks before lay."""


class ArrivalHoursView(BaseModel):
    counted_at: datetime
    hours: list[ArrivalHourView]
    weeks: int
