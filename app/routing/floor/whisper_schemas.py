"""What is whispered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.identity.schemas import PersonRef
from app.models.whisper import MOST_WHISPERED


class WriteWhisper(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_WHISPERED, strip_whitespace=True)]


class WhisperView(BaseModel):
    id: int
    service_request_id: int
    author: PersonRef | None
    holder: PersonRef | None
    """Who had the request then, and heard it."""
    text: str
    at: datetime


class WhisperAdded(BaseModel):
    whisper: WhisperView


class WhisperList(BaseModel):
    items: list[WhisperView]
