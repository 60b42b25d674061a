"""Views of media and of what an item stands under."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from app.models import CopyState


class MediaView(BaseModel):
    """A medium as people see it. Addresses are our own; only `link` leads outside, and only when clicked."""

    id: int | None
    """The copy's; None where there is nothing to copy (a place, a link, a file of ours)."""
    attachment_id: int | None = None
    """Of a file that one of us brought."""
    kind: str
    """image, voice, audio, video, file, location, link, mini_program or unknown"""
    state: CopyState | None
    """How far our copy has come; None where there is nothing to copy."""
    reason: str | None
    """Why there is no copy, or why the last try failed while others follow; a code of the copier."""
    can_ask: bool
    """Whether asking for the copy can help: nobody has, or the last try failed of something that passes."""
    url: str | None
    """Our copy, once it is ready."""
    can_show: bool
    """Whether a browser shows the copy itself; else it is offered as a file."""
    preview_url: str | None
    """Our copy of a small or still picture, once it is ready."""
    mime_type: str | None
    size: int | None
    name: str | None
    title: str | None
    description: str | None
    """What the sender says is to be seen."""
    duration_seconds: float | None
    latitude: float | None
    longitude: float | None
    link: str | None
    """Where a link leads, or the original on the platform when we have no copy."""


class OriginView(BaseModel):
    """The post or article that an item stands under."""

    kind: Literal["post", "article"]
    title: str | None
    text: str | None
    author_name: str | None
    link: str | None
    picture: MediaView | None


class MediaCopied(BaseModel):
    inbound_item_ids: list[int]
