"""Commands and views of service requests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.schemas import AccountRefView
from app.conditions.tree import ConditionText
from app.core.inputs import Cursor, Number, OneOfNumbers, RowId, RowIds
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef, TeamRef
from app.models import ChangeKind, Lane, Presence, RequestStatus
from app.models.request_change import MOST_SAID


class SentimentView(BaseModel):
    value: int
    """-1 negative, 0 neutral, 1 positive."""
    score: float
    """Calibrated probability of being positive."""
    unsure: bool


class ReasonView(BaseModel):
    """Words that moved a judgement."""

    kind: str
    """The judgement: intent, service, sentiment or spam."""
    text: str
    weight: float


class ContactRefView(BaseModel):
    id: int
    name: str
    avatar_url: str | None
    verified: bool
    followers_count: int | None
    level: str | None


class PreviewView(BaseModel):
    text: str
    medium: str | None = None
    """Kind of what hangs on the message (see MediaView.kind); with no words it is all there is."""
    direction: str
    at: datetime
    planned_for: datetime | None = None
    """When an answer that was planned for later leaves; it has left, or says why not, once that is past."""


class WindowView(BaseModel):
    """Until when, and how many more times, the platform lets us answer privately."""

    until: datetime | None
    remaining: int | None
    reason: str | None = None


class ServiceRequestView(BaseModel):
    id: int
    number: str
    conversation_id: int
    account: AccountRefView
    lane: Lane
    status: RequestStatus
    type: str
    priority: int
    priority_parts: list[str]
    """What the priority is the sum of, the heaviest first; `chosen` when a person has set it."""
    sentiment: SentimentView
    contact: ContactRefView
    assignee: PersonRef | None
    team: TeamRef | None
    preview: PreviewView
    unread_count: int
    offered_at: datetime | None
    """When the router gave it to its assignee, who has not opened it since."""
    message_count: int
    opened_at: datetime
    last_inbound_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    first_replied_at: datetime | None
    """Until then its time is that of the first answer, from then on that of each further one."""
    policy_id: int | None
    """The service policy that its time is counted by; null: by its priority."""
    resolve_due_at: datetime | None
    """When it is to be resolved by its policy; while that clock stands still, as it stood then."""
    stopped_at: datetime | None
    """Since when the clock to its resolution stands still, if it does."""
    window: WindowView | None
    send_failure: str | None
    """Why the newest answer has not gone (a code of SendErrorView); None while none waits to be made good."""
    merged_into_id: int | None
    """The request that goes on in its place."""
    version: int


RequestType = Literal["complaint", "consult", "lead", "suggestion", "praise", "other"]
View = Literal["mine", "unassigned", "team", "waiting", "all", "resolved"]


class ServiceRequestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    view: View | None = None
    """One's own unless it is said; with a condition, every request that it is about."""
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    account_id: RowId | None = None
    lane: Lane | None = None
    unread: bool = False
    overdue: bool = False
    send_failed: bool = False
    """Only those whose newest answer has not gone."""
    q: str = Field("", max_length=100)
    sort: Literal["urgent", "newest", "oldest"] = "urgent"
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


Place = list[int]
"""Where a request stands in the chosen order: smaller comes first, number by number."""


class MembershipQuery(ServiceRequestQuery):
    """The list's own conditions, asked about some requests only."""

    ids: RowIds
    uncounted: bool = False
    """How many belong to the list is not wanted: of common words that takes longer than all the rest."""


class MemberView(BaseModel):
    id: int
    place: Place


class MembershipView(BaseModel):
    """Those of the requests asked about that belong to the list; the others do not, or are out of reach."""

    items: list[MemberView]
    total: int | None
    """How many belong to the list in all; null if that was not wanted."""


class ServiceRequestList(BaseModel):
    items: list[ServiceRequestView]
    places: list[Place]
    """One for each item."""
    next_cursor: str | None
    total: int
    counted_all: bool
    """Whether `total` is all there are. Requests that hold common words are not counted: there are more."""
    event_seq: int


class ViewCounts(BaseModel):
    mine: int
    unassigned: int
    team: int
    waiting: int
    all: int
    resolved: int


class AccountCount(BaseModel):
    account: AccountRefView
    count: int


class ServiceRequestCounts(BaseModel):
    views: ViewCounts
    counted_to: int
    """Requests that are done are counted so far and no further: one more stands for all there may be."""
    unread: int
    unread_by_view: ViewCounts
    in_hand: int
    """What takes the actor's own time: theirs, new or open."""
    load: float
    """What that and what sleeps until its customer writes takes of their capacity."""
    accounts: list[AccountCount]


MOST_HANDED_BACK = 500


Said = Annotated[str, StringConstraints(min_length=1, max_length=MOST_SAID, strip_whitespace=True)]


class SetAssignee(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_id: RowId | None
    version: Number
    reason: Said | None = None
    """Why, in one's own words; needed of who takes over what a colleague has."""


ClaimConfirmed = Annotated[list[Literal["claimed_by_other"]], Field(max_length=1)]
"""What a person was asked before they act upon a colleague's request, and said yes to."""


class SetTeam(BaseModel):
    model_config = ConfigDict(extra="forbid")
    team_id: RowId
    queue_id: RowId | None = None
    """Which of its queues, or a pool that it stays in sight of; null: its first."""
    version: Number
    confirm: ClaimConfirmed = Field(default_factory=list)


class HandBack(BaseModel):
    model_config = ConfigDict(extra="forbid")
    request_ids: list[RowId] | None = Field(None, max_length=MOST_HANDED_BACK)
    """Which of mine; null: all that wait for my answer."""


class HandedBack(BaseModel):
    count: int
    """How many requests went back into the queue."""


class SetStatus(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["open", "pending", "on_hold", "resolved"]
    version: Number
    confirm: ClaimConfirmed = Field(default_factory=list)


class ClassifyRequest(BaseModel):
    """What somebody says a request is; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    type: RequestType | None = None
    priority: Annotated[Literal[1, 2, 3, 4], OneOfNumbers] | None = None
    sentiment: Annotated[Literal[-1, 0, 1], OneOfNumbers] | None = None
    version: Number
    confirm: ClaimConfirmed = Field(default_factory=list)


class CandidateView(BaseModel):
    operator_id: int
    name: str
    open_requests: int
    load: float | None = None
    """What they had in hand weighed; null in decisions older than weights."""
    capacity: int
    presence: Presence
    excluded: str | None
    """Why this person was passed over; None for those who could have been chosen."""
    rank: int | None = None
    """Their place; null for whom the strategy does not want, who is left out, and where people decided."""
    reason: str | None = None
    """Why they have that place: a code of the strategy's."""
    parts: dict[str, float] = Field(default_factory=dict)
    """The numbers that it stands on."""


class OthersView(BaseModel):
    """Of very many who were considered, those who were passed over for one reason."""

    code: str
    """Why they were left out; else `lower` (further down), `not_wanted`, or `by_hand` (a person chose)."""
    count: int
    names: list[str]
    """In their order; empty in a request's history."""


class DecisionView(BaseModel):
    id: int
    strategy: str
    strategy_name: str | None
    """In the reader's language; null where a person decided."""
    queue: str | None
    """In which queue it was decided, by name; null: in none that anybody set up."""
    ring: int
    """How many of the wanted skills had fallen away by waiting."""
    chosen: PersonRef | None
    decided_by: PersonRef | None
    reason: str
    candidates: list[CandidateView]
    others: list[OthersView] = Field(default_factory=list)
    """Where very many were considered, those who are not among `candidates`."""
    decided_at: datetime


class DecisionList(BaseModel):
    items: list[DecisionView]
    next_cursor: str | None = None


class FieldChangeView(BaseModel):
    field: str
    before: str | int | None
    after: str | int | None
    """People and teams by name; moments in ISO form."""


class RequestChangeView(BaseModel):
    id: int
    kind: ChangeKind
    text: str
    at: datetime
    actor: PersonRef | None
    """Who did it; None when it was the customer or one of our own processes."""
    automatic: str | None = None
    """The rule of automation that did it, empty where the reader does not see it; then `actor` is None."""
    reason: str | None
    said: str | None = None
    """Why, in the words of whoever did it."""
    fields: list[FieldChangeView]
    message_id: int | None
    decision: DecisionView | None
    version: int


class RequestChangeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class RequestChangeList(BaseModel):
    items: list[RequestChangeView]
    next_cursor: str | None


class ServiceRequestChanged(BaseModel):
    service_request: ServiceRequestView


class MessagesAppended(BaseModel):
    message_ids: list[int]


class MessagesRevised(BaseModel):
    edited_ids: list[int]
    deleted_ids: list[int]
