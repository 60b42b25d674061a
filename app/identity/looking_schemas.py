"""Commands and views of looking through somebody else's eyes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.core.inputs import RowId
from app.identity.schemas import PersonRef

Reason = Annotated[str, StringConstraints(min_length=2, max_length=200, strip_whitespace=True)]
"""Why somebody looks; kept on the audit log."""


class StartLook(BaseModel):
    model_config = ConfigDict(extra="forbid")
    operator_id: RowId
    reason: Reason


class LookChanged(BaseModel):
    """That somebody looks through a person's eyes, or does no more."""

    operator_id: int
    """The person."""
    session_id: int
    """The login that looks."""
    by: PersonRef
    until: datetime | None
    """Null: it is over."""
