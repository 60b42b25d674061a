"""Commands and views of requests that belong together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.inputs import Number, RowId
from app.identity.schemas import PersonRef
from app.models import LinkKind
from app.routing.schemas import ClaimConfirmed, ServiceRequestView

MOST_SPLIT = 200
MergeConfirmed = Annotated[list[Literal["claimed_by_other", "two_people"]], Field(max_length=2)]
"""What a person was asked before, and said yes to: a colleague has one of them; they are of two people."""


class MergeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    into_id: RowId
    """The request that goes on; it has to be active."""
    version: Number
    """Of the one that is put into it."""
    confirm: MergeConfirmed = Field(default_factory=list)


class UnmergeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Number


class SplitRequest(BaseModel):
    """Which messages become a request of their own; some of the customer's, and some of them stay."""

    model_config = ConfigDict(extra="forbid")
    message_ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_SPLIT)]
    version: Number
    confirm: ClaimConfirmed = Field(default_factory=list)


class LinkRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    other_id: RowId
    kind: LinkKind
    version: Number


class MergedView(BaseModel):
    """What a merge, or its undoing, made of both."""

    into: ServiceRequestView
    merged: ServiceRequestView
    moved: int
    """How many messages were put under the other; 0 for requests of two conversations."""


class AbsorbedView(BaseModel):
    """A request that was put into this one."""

    request: ServiceRequestView
    at: datetime
    by: PersonRef | None
    moved: int
    undo_until: datetime
    can_undo: bool


class LinkView(BaseModel):
    id: int
    kind: LinkKind
    outgoing: bool
    """Whether it was said of this request; else of the other."""
    request: ServiceRequestView
    at: datetime
    by: PersonRef | None


class RelationsView(BaseModel):
    """What a request has to do with others, as far as the reader sees them."""

    merged_into: ServiceRequestView | None
    undo_until: datetime | None
    """Until when its own merge can be undone; null: it is not merged, or too late."""
    merged: list[AbsorbedView]
    links: list[LinkView]
    others: list[ServiceRequestView]
    """The same person's other requests, what is open first."""
