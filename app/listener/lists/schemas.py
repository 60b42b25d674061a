"""Commands and views of the special lists."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.inputs import Cursor, Moment, Number, RowId
from app.core.pagination import MAX_LIMIT
from app.models import SpecialList


class ListEntryCommand(BaseModel):
    """Name an author by platform and id, or by an item they wrote."""

    model_config = ConfigDict(extra="forbid")

    list: SpecialList
    inbound_item_id: RowId | None = None
    platform: str | None = Field(default=None, max_length=30)
    server: str | None = Field(default=None, max_length=255)
    """Needed where the agency has accounts on several servers of the platform."""
    author_external_id: str | None = Field(default=None, min_length=1, max_length=120)
    author_name: str = Field("", max_length=120)
    note: str = Field("", max_length=300)
    expires_at: Moment | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> ListEntryCommand:
        named = self.platform is not None and self.author_external_id is not None
        if named == (self.inbound_item_id is not None):
            raise ValueError("give_author_or_item")
        return self


class ListEntryEdit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=300)
    expires_at: Moment | None = None
    version: Number


class ListEntryView(BaseModel):
    id: int
    list: SpecialList
    platform: str
    server: str
    author_external_id: str
    author_name: str
    note: str
    expires_at: datetime | None
    is_expired: bool
    created_at: datetime
    created_by: str | None
    version: int


class ListEntryChanged(BaseModel):
    """An author was put on a list, taken off it, or noted anew."""

    special_list_entry_id: int
    list: SpecialList


class ListEntryList(BaseModel):
    items: list[ListEntryView]
    next_cursor: str | None


class ListEntryQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    list: SpecialList | None = None
    q: str = Field("", max_length=100)
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=MAX_LIMIT)
