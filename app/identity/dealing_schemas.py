"""Commands and views of how an agency deals work out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.inputs import Number
from app.identity.schemas import AgencyRef

LONGEST = 24 * 60
Minutes = Annotated[int, Field(ge=1, le=LONGEST)]
Weight = Annotated[float, Field(ge=0.05, le=10)]


Limited = Literal["busy", "break", "training"]


class DealingContent(BaseModel):
    """How much people are given, how fast, and after how long what happens; null: that is not done."""

    model_config = ConfigDict(extra="forbid")
    private_weight: Weight
    """What a private request takes of a capacity."""
    public_weight: Weight
    waiting_weight: Annotated[float, Field(ge=0, le=10)]
    """What one takes that waits for its customer, or is on hold."""
    intake_most: Annotated[int, Field(ge=1, le=100)] | None
    intake_minutes: Minutes | None
    """A person is given `intake_most` requests in so many minutes at most."""
    accept_minutes: Minutes | None
    """What was given and not opened for so long goes back to the queue."""
    away_minutes: Minutes | None
    """Who has touched nothing for so long is away."""
    vanish_minutes: Minutes | None
    """Whose browsers have all been gone for so long is offline, and what waits for them goes back."""
    alone_minutes: Minutes | None
    """What has waited for so long with nobody there is told to whoever leads."""
    only_on_shift: bool = False
    """Only who is on shift is given work."""
    return_days: Annotated[int, Field(ge=1, le=365)] | None
    """What is taken up again goes back to whoever answered it within so many days, if they are free."""
    limits: Annotated[dict[Limited, Minutes], Field(max_length=3)]
    """After so many minutes of it whoever leads is told; what is not named lasts as long as they like."""


class DealingView(DealingContent):
    agency: AgencyRef
    version: int
    """0: nobody has said anything of it; it is as it is for a new agency."""


class DealingList(BaseModel):
    items: list[DealingView]
    next_cursor: str | None = None


class SetDealing(DealingContent):
    version: Annotated[Number, Field(ge=0)]


class DealingChanged(BaseModel):
    agency_id: int
    version: int
