"""What goes out and comes in about files."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

MOST_FILES = 9
"""On one message; platforms take fewer."""


class UploadQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=1000)
    """As its bringer calls it; it is cleaned."""


class AttachmentView(BaseModel):
    id: int
    kind: str
    """image, audio, video or file"""
    mime_type: str
    name: str
    size: int
    """Bytes."""
    width: int | None
    height: int | None
    """In pixels, of pictures."""
    url: str
    """Ours; whoever sees what it hangs on may load it."""
    can_show: bool
    """Whether a browser shows it; else it is offered for saving."""
    created_at: datetime
