"""Queries and views of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.schemas import AccountRefView
from app.conditions.tree import ConditionText
from app.core.inputs import Cursor, RowId
from app.core.pagination import MAX_LIMIT
from app.identity.schemas import PersonRef


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    sort: Literal["newest", "oldest"] = "newest"
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)


class AuditEntryView(BaseModel):
    """One act. `action` and `object_type` are codes; the texts are in the reader's language."""

    id: int
    number: int
    """Its place in the chain."""
    at: datetime
    operator: PersonRef | None
    """None for our own processes, and for whoever was refused at the login."""
    actor: str
    """The login name or the process that acted, as it was then."""
    action: str
    action_text: str
    object_type: str | None
    object_text: str
    object_id: str | None
    account: AccountRefView | None
    detail: dict[str, Any]
    address: str


class AuditList(BaseModel):
    items: list[AuditEntryView]
    next_cursor: str | None
