"""Commands and views of queues, rules and skills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.conditions.tree import Condition
from app.core.inputs import Label, Number, OneOfNumbers, RowId
from app.identity.schemas import PersonRef, TeamRef
from app.models import SpecialList
from app.routing.schemas import CandidateView, RequestType

MOST_SKILLS = 100
MOST_WANTED = 5
MOST_QUEUES = 100
MOST_RULES = 100
LONGEST_WAIT = 7 * 24 * 60
"""Working minutes until a skill falls away, or until a request moves on."""
Level = Annotated[int, Field(ge=1, le=5)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_WAIT)]


class SkillLevel(BaseModel):
    """A skill with how well it is had, or has to be had at least."""

    model_config = ConfigDict(extra="forbid")
    skill_id: RowId
    level: Level


class CreateSkill(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Label


class EditSkill(CreateSkill):
    version: Number


class SetSkills(BaseModel):
    """All that a person can do; what is left out they cannot."""

    model_config = ConfigDict(extra="forbid")
    skills: Annotated[list[SkillLevel], Field(max_length=MOST_SKILLS)]
    seen: Annotated[list[SkillLevel], Field(max_length=MOST_SKILLS)] | None = None
    """What stood when the form was filled; None: whatever stands is replaced."""


class QueueContent(BaseModel):
    """What a queue is; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    name: Label
    team_id: RowId | None = None
    """Whose people alone get its requests; without one it is everybody's who serves the account."""
    strategy: Annotated[str, Field(max_length=40)]
    settings: Annotated[dict[str, Any], Field(max_length=20)] = Field(default_factory=dict)
    """Of the strategy."""
    ring_minutes: Minutes | None = None
    overflow_queue_id: RowId | None = None
    overflow_minutes: Minutes | None = None
    calendar_id: RowId | None = None
    """On which time is counted here; without one, on the account's."""
    nobody_text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    """What a customer is told, once, who writes outside the hours of the calendar."""


class CreateQueue(QueueContent):
    pass


class EditQueue(QueueContent):
    version: Number


class RuleContent(BaseModel):
    """What a rule is; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    name: Label
    condition: Condition
    queue_id: RowId | None = None
    skills: Annotated[list[SkillLevel], Field(max_length=MOST_WANTED)] = Field(default_factory=list)
    """The most important first: the last falls away first."""
    priority: Annotated[Literal[1, 2, 3, 4], OneOfNumbers] | None = None


class CreateRoutingRule(RuleContent):
    pass


class EditRoutingRule(RuleContent):
    version: Number


class SwitchRoutingRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_on: bool
    version: Number


class MoveInOrder(BaseModel):
    """To which place, counted from 0; the others make room."""

    model_config = ConfigDict(extra="forbid")
    position: Annotated[int, Field(ge=0, le=MOST_RULES)]
    version: Number


class CheckRoutingCondition(BaseModel):
    """A condition as a rule's editor holds it."""

    model_config = ConfigDict(extra="forbid")
    condition: Condition


class RoutingConditionCheck(BaseModel):
    sentence: str
    faults: dict[str, str]
    can_match: bool
    """False where what it demands excludes itself: it would never hold."""
    opened: int | None
    """How many of the requests opened in the last thirty days are such now; null while it is faulty."""
    opened_counted_to: int
    """They are counted so far and no further."""


class TriedText(BaseModel):
    """A post that nobody has sent: its words, and what it is taken for."""

    model_config = ConfigDict(extra="forbid")
    account_id: RowId
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    lane: Literal["public", "private"] = "public"
    type: RequestType = "other"
    sentiment: Annotated[Literal[-1, 0, 1], OneOfNumbers] = 0
    followers: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None
    level: Annotated[str, Field(max_length=20)] | None = None
    special_list: SpecialList | None = None
    """On which its author stands."""


class TryRouting(BaseModel):
    """What would become of a request that is stored, or of a text; one of the two."""

    model_config = ConfigDict(extra="forbid")
    service_request_id: RowId | None = None
    text: TriedText | None = None


class TriedRule(BaseModel):
    """A rule on the way, in the order in which they are asked."""

    id: int
    name: str
    """Empty for one of another agency."""
    verdict: Literal["holds", "fails", "broken", "not_asked"]
    decided: list[str]
    """The parts of its condition that decided."""


class TriedCandidate(CandidateView):
    said: str | None
    """Why they have their rank, in words; null for who has none."""


class RoutingTrial(BaseModel):
    """Which way a request would go now; nothing is written."""

    withheld: str | None
    """Why nobody is given it whatever the rules say, in words: its customer is on a special list."""
    opens_none: bool
    """Whether what people on that list write does not even open a request."""
    rules: list[TriedRule]
    queue_id: int | None
    queue: str | None
    """Its name; null: the ordinary way."""
    team: str | None
    wanted: list[SkillLevel]
    priority_before: int
    priority: int
    strategy: str
    """Its name in the reader's language."""
    reason: str
    chosen: PersonRef | None
    candidates: list[TriedCandidate]
    milliseconds: float
    """How long rules and decision took, without reading the rows."""


class SkillView(BaseModel):
    id: int
    name: str
    people: int
    """How many have it."""
    version: int


class OperatorSkillsView(BaseModel):
    operator_id: int
    name: str
    skills: list[SkillLevel]


class QueueView(BaseModel):
    id: int
    name: str
    team: TeamRef | None
    strategy: str
    settings: dict[str, Any]
    ring_minutes: int | None
    overflow_queue_id: int | None
    overflow_minutes: int | None
    calendar_id: int | None
    calendar: str | None
    """Its name."""
    is_open: bool | None
    """Whether its hours hold now; null without a calendar of its own."""
    opens_at: datetime | None
    """When they hold again, where they do not now."""
    nobody_text: str | None
    waiting: int
    """How many requests nobody has yet, of those that the asker may see."""
    fault: str | None
    """Why it takes nothing: its team is closed, or its strategy is not installed."""
    version: int


class RoutingRuleView(BaseModel):
    id: int
    name: str
    condition: Condition
    sentence: str
    queue_id: int | None
    skills: list[SkillLevel]
    priority: int | None
    is_on: bool
    is_broken: bool
    """It is passed over until somebody mends it."""
    faults: dict[str, str]
    routed: int
    """How many requests of the last seven days it sent where they are, of those that the asker may see."""
    version: int


class OfferedStrategy(BaseModel):
    key: str
    label: str
    hint: str
    settings: dict[str, Any]
    """The JSON schema of its settings."""


class CalendarChoice(BaseModel):
    """A calendar that a queue may count on."""

    id: int
    name: str


class RoutingSetup(BaseModel):
    """All that one's agency has set up, in its order."""

    queues: list[QueueView]
    rules: list[RoutingRuleView]
    skills: list[SkillView]
    people: list[OperatorSkillsView]
    """Who works in the agency, with what they can do."""
    strategies: list[OfferedStrategy]
    calendars: list[CalendarChoice]
    """Of the agency and everybody's, by name."""
    fields: list[str]
    """What may be asked of a request that is being opened."""


class RoutingQueueChanged(BaseModel):
    routing_queue_id: int


class RoutingRuleChanged(BaseModel):
    routing_rule_id: int


class SkillChanged(BaseModel):
    skill_id: int


class OperatorSkilled(BaseModel):
    operator_id: int
