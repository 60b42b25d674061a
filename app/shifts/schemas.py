"""Commands and views of shifts and their exchange."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.inputs import Label, Number, OneOfNumbers, RowId
from app.identity.schemas import PersonRef
from app.models import SwapState

MOST_DAYS = 62
"""Of the plan that is read, or written, at once."""
MOST_AT_ONCE = 2000
"""Shifts that one act plans."""
MOST_WEEKS = 8
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
Tone = Annotated[Literal[1, 2, 3, 4, 5, 6], OneOfNumbers]


class TemplateContent(BaseModel):
    """What a kind of shift is. An end before the start is on the next day."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[Label, StringConstraints(max_length=40)]
    start: TimeOfDay
    end: TimeOfDay
    tone: Tone = 1


class CreateShiftTemplate(TemplateContent):
    pass


class EditShiftTemplate(TemplateContent):
    """Shifts that are planned already stay as they are."""

    version: Number


class PlanShifts(BaseModel):
    """A kind of shift for people on days."""

    model_config = ConfigDict(extra="forbid")
    template_id: RowId
    operator_ids: Annotated[list[RowId], Field(min_length=1, max_length=100)]
    days: Annotated[list[Day], Field(min_length=1, max_length=MOST_DAYS)]
    skip_taken: bool = False
    """Leave out who works then already; otherwise nothing is planned and the first is named."""


class CopyShifts(BaseModel):
    """The shifts of a week once more, in the weeks from another on."""

    model_config = ConfigDict(extra="forbid")
    from_day: Day
    """Any day of the week that is copied."""
    to_day: Day
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] = 1
    operator_ids: Annotated[list[RowId], Field(max_length=100)] = Field(default_factory=list)
    """Whose; none named: everybody's."""
    skip_taken: bool = False


class EditShift(BaseModel):
    """Another time, or another person."""

    model_config = ConfigDict(extra="forbid")
    operator_id: RowId
    day: Day
    start: TimeOfDay
    end: TimeOfDay
    note: Note = ""
    version: Number


class ShiftQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    first: Day
    last: Day


class AskSwap(BaseModel):
    """A colleague is to take a shift of one's own."""

    model_config = ConfigDict(extra="forbid")
    shift_id: RowId
    other_id: RowId
    other_shift_id: RowId | None = None
    note: Reason = ""


class AnswerSwap(BaseModel):
    """By the colleague."""

    model_config = ConfigDict(extra="forbid")
    agrees: bool
    reason: Reason = ""
    version: Number


class DecideSwap(BaseModel):
    """By whoever plans."""

    model_config = ConfigDict(extra="forbid")
    approves: bool
    reason: Reason = ""
    version: Number


class ShiftTemplateView(BaseModel):
    id: int
    name: str
    start: str
    end: str
    tone: int
    minutes: int
    """How long it is."""
    version: int


class ShiftView(BaseModel):
    id: int
    operator_id: int
    template_id: int | None
    name: str
    """Of its kind; empty without one."""
    tone: int
    day: date
    """On which it begins, by the office's clock."""
    start: str
    end: str
    begins_at: datetime
    ends_at: datetime
    note: str
    version: int


class SwapView(BaseModel):
    id: int
    state: SwapState
    asked_by: PersonRef
    other: PersonRef
    shift: ShiftView
    other_shift: ShiftView | None
    note: str
    reason: str
    decided_by: PersonRef | None
    created_at: datetime
    may_answer: bool
    may_decide: bool
    may_withdraw: bool
    version: int


class ShiftPerson(BaseModel):
    id: int
    name: str
    teams: list[str]
    minutes: int
    """How long they work in the span, as planned."""


class ShiftPlan(BaseModel):
    """Who of one's agency works when in a span of days."""

    first: date
    last: date
    people: list[ShiftPerson]
    templates: list[ShiftTemplateView]
    shifts: list[ShiftView]
    swaps: list[SwapView]
    """Those that are open, and of one's own those settled within thirty days; the newest first."""


class PlannedShifts(BaseModel):
    """What an act has planned."""

    added: int
    skipped: int
    """Left out because somebody works then already."""


class PlannedFor(BaseModel):
    """What one act of planning means to one person."""

    operator_id: int
    did: Literal["planned", "edited", "removed"]
    count: int
    first: date
    last: date


class ShiftPlanChanged(BaseModel):
    agency_id: int
    first: date
    last: date
    people: list[PlannedFor] = Field(default_factory=list)
    """Whose shifts, of those that are not over."""


class ShiftSwapChanged(BaseModel):
    shift_swap_id: int
    state: SwapState
