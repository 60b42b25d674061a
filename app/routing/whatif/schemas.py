"""Commands and views of what-if."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.inputs import Label, Number, RowId
from app.identity.schemas import PersonRef
from app.longwork.schemas import Beginning
from app.models import LongWorkState
from app.routing.whatif.outcome import Outcome

LONGEST_DAYS = 92
MOST_REQUESTS = 50_000
"""Of a period, those that came first."""
MOST_EARLIER = 5_000
"""Of what was not over when the period began."""


class QueueStrategy(BaseModel):
    model_config = ConfigDict(extra="forbid")
    queue_id: RowId | None = None
    """None: of all that is in no queue."""
    strategy: Annotated[str, Field(min_length=1, max_length=40)]


class StandIns(BaseModel):
    """People who are not there: at work whenever somebody of the team is."""

    model_config = ConfigDict(extra="forbid")
    team_id: RowId
    count: Annotated[int, Field(ge=1, le=20)]


class Tried(BaseModel):
    """What is otherwise than it is set now; empty: nothing."""

    model_config = ConfigDict(extra="forbid")
    rules: Annotated[list[RowId], Field(max_length=200)] | None = None
    """Those that are on, in their order; None: each request waits where it waited then."""
    strategies: Annotated[list[QueueStrategy], Field(max_length=50)] = Field(default_factory=list)
    left_out: Annotated[list[RowId], Field(max_length=200)] = Field(default_factory=list)
    """Who is not there."""
    stand_ins: Annotated[list[StandIns], Field(max_length=20)] = Field(default_factory=list)
    capacity: Annotated[int, Field(ge=1, le=200)] | None = None
    """Of everybody."""


class BeginWhatIf(Beginning):
    name: Label
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    """The period ends with yesterday and is so many days long."""
    tried: Tried
    seed: Number = 1


class Retold(BaseModel):
    """Recorded decisions, asked again with what each of them keeps of the candidates."""

    asked: int
    same: int


class Findings(BaseModel):
    was: Outcome
    """What really happened."""
    replayed: Outcome
    """The same requests, dealt out as everything is set now."""
    tried: Outcome
    retold: Retold
    same_holder: int
    """Of `replayed`: given to whom it was really given."""
    gone: int
    """People who were given work then and serve no more: they are in no replay."""
    is_cut: bool
    """Only the first `MOST_REQUESTS` of the period."""


class WhatIfView(BaseModel):
    id: int
    name: str
    made_by: PersonRef | None
    made_at: datetime
    since: datetime
    until: datetime
    tried: Tried
    said: list[str]
    """What is tried, in words."""
    seed: int
    state: LongWorkState | None
    """Of the work; None when that is put away."""
    findings: Findings | None


class WhatIfList(BaseModel):
    items: list[WhatIfView]
    """The newest first, without findings."""


class WhatIfArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    what_if_id: int
