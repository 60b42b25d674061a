"""Commands and views of one's own e-mail address."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.models import MailState

LONGEST_ADDRESS = 254


class MailStanding(StrEnum):
    """How one's address stands."""

    NONE = "none"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    STOPPED = "stopped"
    """Nothing is sent there any more: it refused what came."""


class MailView(BaseModel):
    id: int
    purpose: str
    state: MailState
    reason: str | None
    answer: str | None
    """The mail server's own words."""
    may_be_doubled: bool
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None


class MailboxView(BaseModel):
    is_set_up: bool
    """Whether this installation has a mail server at all."""
    address: str | None
    """None also to whoever looks through somebody's eyes."""
    standing: MailStanding
    code_until: datetime | None
    """Until when the code of the last confirming e-mail counts."""
    mails: list[MailView]
    """The newest first, a few."""


class SetMailAddress(BaseModel):
    model_config = ConfigDict(extra="forbid")
    address: Annotated[str, Field(min_length=3, max_length=LONGEST_ADDRESS)]


class ConfirmMailAddress(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class MailChanged(BaseModel):
    """One of one's e-mails was sent, was not, or waits; or one's address changed."""

    mail: MailView | None
    standing: MailStanding
