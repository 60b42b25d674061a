"""Commands and views of automation: triggers, actions, rules and their runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.automation.triggers import EVENT_KEYS, TIME_FIELDS
from app.conditions.tree import Condition
from app.core.inputs import Cursor, Label, Number, OneOfNumbers, RowId
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef
from app.longwork.schemas import LongWorkView
from app.models import RunState, SpecialList, Standing
from app.routing.schemas import RequestType

MOST_ACTIONS = 10
LONGEST_WAIT = 60 * 24 * 90
"""Minutes before or after a moment."""
MOST_AN_HOUR = 2_000
USUAL_AN_HOUR = 100
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=500)]


class EventTrigger(BaseModel):
    """Something happens to a request."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["event"]
    event: Literal[EVENT_KEYS]  # type: ignore[valid-type]


class TimeTrigger(BaseModel):
    """So many minutes before or after a moment that the request names."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["time"]
    field: Literal[TIME_FIELDS]  # type: ignore[valid-type]
    side: Literal["before", "after"]
    minutes: Annotated[int, Field(ge=0, le=LONGEST_WAIT)]
    working: bool = False
    """Whether minutes of the account's working time are counted, not of the clock."""


Trigger = Annotated[EventTrigger | TimeTrigger, Field(discriminator="kind")]


class AssignAction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["assign"]
    operator_id: RowId | None = None
    """None puts it back into the queue."""


class TeamAction(BaseModel):
    """Into the queue of this team."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["move_to_team"]
    team_id: RowId


class PriorityAction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["set_priority"]
    priority: Annotated[Literal[1, 2, 3, 4], OneOfNumbers]


class TypeAction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["set_type"]
    type: RequestType


class StatusAction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["set_status"]
    status: Literal["open", "pending", "on_hold", "resolved"]


class NoteAction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["add_note"]
    text: Text


class ReplyAction(BaseModel):
    """Its text may hold `{customer}` and `{number}`."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["send_reply"]
    text: Text


class ListAction(BaseModel):
    """The customer joins one of the special lists of the owner's agency."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["add_to_list"]
    list: SpecialList
    note: Annotated[str, Field(max_length=300)] = ""


class NotifyAction(BaseModel):
    """Somebody is told that the rule met the request; what it says is the rule's name."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["notify"]
    operator_id: RowId | None = None
    """None: whoever has the request then."""
    leads: bool = False
    """Instead of one person: whoever hands out work in the request's team."""

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.leads and self.operator_id is not None:
            raise ValueError("leads or a person")
        return self


class HookAction(BaseModel):
    """Tell a program elsewhere: a signed POST that is sent at most once."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["call_hook"]
    url: Address


_Changing = AssignAction | TeamAction | PriorityAction | TypeAction | StatusAction
Action = Annotated[
    _Changing | NoteAction | ReplyAction | ListAction | NotifyAction | HookAction,
    Field(discriminator="kind"),
]


class RuleContent(BaseModel):
    """What a rule is; the whole of it, also when it is changed."""

    model_config = ConfigDict(extra="forbid")
    name: Label
    trigger: Trigger
    condition: Condition
    actions: Annotated[list[Action], Field(min_length=1, max_length=MOST_ACTIONS)]
    hourly_limit: Annotated[int, Field(ge=1, le=MOST_AN_HOUR)] = USUAL_AN_HOUR


class CreateRule(RuleContent):
    pass


class EditRule(RuleContent):
    version: Number


class SwitchRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_on: bool
    version: Number


class CheckRuleCondition(BaseModel):
    """A condition as a rule's editor holds it; `of_events` where the rule waits for an event."""

    model_config = ConfigDict(extra="forbid")
    condition: Condition
    of_events: bool


class RuleConditionCheck(BaseModel):
    sentence: str
    faults: dict[str, str]


class DryRunSample(BaseModel):
    """A request that the rule would have acted upon."""

    service_request_id: int
    number: str
    at: datetime
    title: str


class DryRunView(BaseModel):
    looked_at: int
    """How many moments of the last thirty days the rule's trigger names."""
    matched: int
    requests: int
    """Upon how many requests."""
    per_hour: int
    """How often it would have acted within the busiest hour."""
    samples: list[DryRunSample]
    """The newest of those that the reader may see."""
    at: datetime
    is_current: bool
    """Whether it is about the rule as it stands; if not, it has to be run again before switching on."""


class RuleView(BaseModel):
    id: int
    name: str
    owner: PersonRef
    trigger: Trigger
    condition: Condition
    actions: list[Action]
    hourly_limit: int
    sentence: str
    """When, on which condition, and what is done, read aloud in the reader's language."""
    is_on: bool
    on_since: datetime | None
    standing: Standing
    faults: dict[str, str]
    """What is broken, in words, by the path of the leaf or the action."""
    dry_run: DryRunView | None
    dry_run_work: LongWorkView | None
    """The dry run that is under way, or how the last one ended."""
    hook_secret: str | None
    """What its calls are signed with, for those who may manage it; null without such an action."""
    last_run_at: datetime | None
    runs_today: int
    version: int


class RuleList(BaseModel):
    items: list[RuleView]


class OfferedAction(BaseModel):
    """An action as an editor offers it."""

    key: str
    label: str
    parameters: dict[str, Any]
    """JSON schema of what it takes."""
    is_allowed: bool
    """Whether the asker has the right that it needs."""


class OfferedChoice(BaseModel):
    key: str
    label: str


class ReadyMade(BaseModel):
    """A rule to begin with; it is nobody's, and does nothing, until somebody keeps it and switches it on."""

    key: str
    about: str
    content: RuleContent


class AutomationOffer(BaseModel):
    """What rules can be made of."""

    events: list[OfferedChoice]
    times: list[OfferedChoice]
    actions: list[OfferedAction]
    ready_made: list[ReadyMade]


class MatchedView(BaseModel):
    """A leaf that decided, and what the request had there, both in words."""

    sentence: str
    value: str


class ActionResultView(BaseModel):
    action: str
    """What was to be done, in words."""
    state: Literal["done", "refused", "unknown", "waiting"]
    code: str | None
    text: str | None
    """Why it was refused, in the reader's language."""
    at: datetime | None


class RunView(BaseModel):
    id: int
    rule_id: int
    rule_name: str
    rule_version: int
    cause: str
    """What set it off, in words."""
    round: int
    caused_by_id: int | None
    service_request_id: int
    conversation_id: int
    number: str
    state: RunState
    reason: str | None
    reason_text: str | None
    matched: list[MatchedView]
    results: list[ActionResultView]
    created_at: datetime
    done_at: datetime | None


class RunQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rule_id: RowId | None = None
    state: RunState | None = None
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class RunList(BaseModel):
    items: list[RunView]
    next_cursor: str | None


class RuleChanged(BaseModel):
    automation_rule_id: int
