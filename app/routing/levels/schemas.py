"""Commands and views of service policies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.conditions.tree import Condition
from app.core.inputs import Label, Number, RowId
from app.models import ServiceClock

LONGEST = 60 * 24 * 90
"""Minutes of working time."""
MOST_STEPS = 6
MOST_PEOPLE = 20
Minutes = Annotated[int, Field(ge=1, le=LONGEST)]


class PolicyStep(BaseModel):
    """Who is told at the warning, when the time is over, or so much working time after that."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: Literal["warning", "missed"]
    after_minutes: Annotated[int, Field(ge=0, le=LONGEST)] = 0
    holder: bool = False
    """Whoever has the request then."""
    leads: bool = False
    """Who hands out work in its team; of what nobody has they are told once for all of a queue."""
    people: Annotated[list[RowId], Field(max_length=MOST_PEOPLE)] = Field(default_factory=list)

    @property
    def key(self) -> str:
        """Names it within its policy: of two at the same time there is no need."""
        return self.at if self.after_minutes == 0 else f"{self.at}+{self.after_minutes}"


class PolicyContent(BaseModel):
    """What a policy is; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    name: Label
    condition: Condition
    first_minutes: Minutes
    next_minutes: Minutes
    resolve_minutes: Minutes | None = None
    warn_share: Annotated[int, Field(ge=1, le=99)] = 75
    """After so many per cent of the time people are warned."""
    steps: Annotated[list[PolicyStep], Field(max_length=MOST_STEPS)]


class CreatePolicy(PolicyContent):
    pass


class EditPolicy(PolicyContent):
    version: Number


class SwitchPolicy(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_on: bool
    version: Number


class OrderPolicies(BaseModel):
    """All policies of one's agency, in the order in which they are to be asked."""

    model_config = ConfigDict(extra="forbid")
    ids: Annotated[list[RowId], Field(min_length=1, max_length=100)]


class CheckPolicyCondition(BaseModel):
    """A condition as the editor of a policy holds it."""

    model_config = ConfigDict(extra="forbid")
    condition: Condition
    policy_id: RowId | None = None
    """The policy that it is to be the condition of; None for a new one, which comes last."""


class PolicyConditionCheck(BaseModel):
    sentence: str
    faults: dict[str, str]
    never: str | None
    """Why no request can come under it, in the reader's language; null where one may."""


class TryPolicy(BaseModel):
    """A policy that is tried as it is being edited."""

    model_config = ConfigDict(extra="forbid")
    content: PolicyContent
    policy_id: RowId | None = None


class PolicyTrial(BaseModel):
    """What it would have made of the requests of the last thirty days."""

    opened: int
    """How many were opened."""
    matched: int
    """How many of them come under it, and under none before it."""
    looked_at: int
    """The newest of these, so many, were counted out."""
    first_late: int
    """Of those looked at: first answered too late, or still unanswered too long."""
    resolve_late: int | None
    """Of those looked at: resolved too late, or still open too long; null where it counts no resolution."""


class NamedPerson(BaseModel):
    id: int
    name: str | None
    """Null for somebody who is gone, or can log in no more."""


class PolicyStepView(BaseModel):
    at: Literal["warning", "missed"]
    after_minutes: int
    holder: bool
    leads: bool
    people: list[NamedPerson]


class PolicyView(BaseModel):
    id: int
    name: str
    condition: Condition
    sentence: str
    """The condition read aloud in the reader's language."""
    first_minutes: int
    next_minutes: int
    resolve_minutes: int | None
    warn_share: int
    steps: list[PolicyStepView]
    is_on: bool
    faults: dict[str, str]
    """What is broken, in words, by its path. With a broken condition it is passed over."""
    open_requests: int
    """How many requests that the reader sees are counted by it now."""
    version: int


class PolicyList(BaseModel):
    items: list[PolicyView]
    """In the order in which they are asked."""
    condition_fields: list[str]
    """What conditions of policies may ask: what a request is, not what becomes of it."""
    is_recounting: bool
    """Requests are being counted anew because a policy or a calendar was changed."""


class ServicePolicyChanged(BaseModel):
    service_policy_id: int


class ServiceLevelMarked(BaseModel):
    """A request's time is nearly over, or over."""

    service_request_id: int
    clock: ServiceClock
    due_at: datetime
