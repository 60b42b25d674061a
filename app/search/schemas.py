"""Queries and views of search."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SearchQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    q: str = Field(min_length=1, max_length=100)
    kind: Literal["all", "requests", "items", "messages", "contacts"] = "all"
    limit: int = Field(20, ge=1, le=100)


class SearchHit(BaseModel):
    kind: Literal["request", "item", "message", "contact"]
    id: int
    account_id: int
    account_name: str
    platform: str
    title: str
    """Who wrote it, or the contact's name."""
    contact_id: int | None
    contact_name: str
    """Whose conversation it stands in, as the card calls them; empty where there is none."""
    text: str
    at: datetime
    conversation_id: int | None
    service_request_id: int | None


class SearchResult(BaseModel):
    requests: list[SearchHit]
    """By number."""
    contacts: list[SearchHit]
    messages: list[SearchHit]
    items: list[SearchHit]
