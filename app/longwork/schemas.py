"""Commands and views of long work."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.core.idempotency import KEY
from app.core.inputs import Cursor
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef
from app.models import LongWorkState


class Beginning(BaseModel):
    """A command that begins a piece of long work."""

    model_config = ConfigDict(extra="forbid")
    idempotency_key: str | None = Field(default=None, pattern=KEY)
    """The same command again under the same key is answered with the work that it began."""


class LongWorkQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    everybody: bool = False
    """Also other people's, for who may manage long work."""
    cursor: Cursor | None = None
    limit: int = Field(30, ge=1, le=MAX_LIMIT)


class LongWorkResult(BaseModel):
    """The file that a piece of work has left."""

    name: str
    size: int
    """Bytes."""
    kept_until: datetime


class LongWorkView(BaseModel):
    id: int
    kind: str
    label: str
    """What its owner knows it by; may be empty."""
    owner: PersonRef | None
    """None for what the installation does by itself."""
    state: LongWorkState
    total: int | None
    """How many rows there are; null while nobody has counted."""
    done: int
    skipped: int
    failed: int
    seconds_left: int | None
    """By what it took so far; null when that says nothing."""
    error: str | None
    error_text: str | None
    """Why it failed as a whole, in its owner's language."""
    result: LongWorkResult | None
    may_retry: bool
    """Whether its failed rows can be tried again."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class LongWorkList(BaseModel):
    items: list[LongWorkView]
    next_cursor: str | None


class LongWorkChanged(BaseModel):
    long_work: LongWorkView


class LongWorkRemoved(BaseModel):
    long_work_id: int
