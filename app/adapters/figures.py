"""Counts and lists that adapters read for profiles and analytics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.inbound import Author, Cursor


@dataclass(frozen=True, slots=True)
class PostMetrics:
    external_id: str
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    reads: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Followers known by id, with a profile where the platform gives one."""

    authors: tuple[Author, ...]
    next_cursor: Cursor | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class DailyFigure:
    """One day of fan analytics. A figure the platform left out is absent from `values`, not zero."""

    date: str
    values: Mapping[str, int]
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class DownloadedMedia:
    content: bytes = field(repr=False)
    mime_type: str
    filename: str | None = None
    url: str | None = None  # where the bytes are, when the platform only names an address
