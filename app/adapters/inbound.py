"""What comes in from a platform: items, their authors and media, pages of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.lanes import Lane

_LONGEST_KEY = 150
Json = dict[str, Any]
Cursor = dict[str, Any]  # opaque JSON: stored in the transaction of the items it brought, never read outside


class ItemKind(StrEnum):
    MENTION = "mention"
    COMMENT = "comment"
    PRIVATE_MESSAGE = "private_message"
    EVENT = "event"
    REPOST = "repost"
    OWN_POST = "own_post"
    UNKNOWN = "unknown"


class Trigger(StrEnum):
    """What a contact did that opens or closes a reply window (see window_rules.py)."""

    MESSAGE = "message"
    FOLLOW = "follow"
    MENU_CLICK = "menu_click"
    SCAN = "scan"
    MENTION = "mention"
    UNFOLLOW = "unfollow"


def bounded(key: str) -> str:
    """`key`, or its beginning and a hash of all of it: a made-up id of any length stays distinct and
    storable."""
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:100]}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, as far as the platform tells: WeChat gives only the id."""

    external_id: str
    name: str | None = None
    handle: str | None = None
    avatar_url: str | None = None
    profile_url: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    verified: bool | None = None
    verified_reason: str | None = None
    gender: str | None = None
    location: str | None = None
    description: str | None = None
    is_follower: bool | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment. `source_ref` is the platform's id where bytes are fetched by id and not by address."""

    kind: str  # image | voice | video | audio | file | location | link | mini_program | unknown
    url: str | None = None
    source_ref: str | None = None
    preview_url: str | None = None
    mime_type: str | None = None
    description: str | None = None
    expires_at: datetime | None = None
    preview_ref: str | None = None  # like source_ref, of the still picture
    name: str | None = None  # a file's
    title: str | None = None  # of a place or a link
    duration_seconds: float | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The post or article that an item stands under, as much of it as came along."""

    kind: str  # post | article
    title: str | None = None
    text: str | None = None
    author_name: str | None = None
    url: str | None = None
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class InboundPost:
    """An inbound item before it is stored.

    `external_id` is unique per account and carries a prefix (`status:`, `comment:`, `message:`, `event:`,
    `unknown:`) and at most 150 characters. `context` is exactly what `SendRequest.target` needs to answer
    this item. `thread_key` groups a public thread (or a private talk) of one account. `reason` says why an
    item is of kind `unknown`.
    """

    external_id: str
    kind: ItemKind
    lane: Lane
    created_at: datetime
    text: str = ""
    author: Author | None = None
    html: str | None = None
    media: tuple[Media, ...] = ()
    reply_to: str | None = None
    root: str | None = None
    thread_key: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    event: str | None = None
    trigger: Trigger | None = None
    url: str | None = None
    edited_at: datetime | None = None
    edit_count: int = 0  # how often it was changed, where the platform counts; 0 also where it does not
    deleted: bool = False
    is_cut: bool = False  # the platform gave only the beginning of the text: see LongTextSource
    quoted_text: str | None = None
    origin: Origin | None = None
    reason: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "external_id", bounded(self.external_id))
        object.__setattr__(self, "thread_key", bounded(self.thread_key))


@dataclass(frozen=True, slots=True)
class Budget:
    """How many platform calls one `poll` may make: `calls` list reads (at least one), and on top of them
    `detail_calls` single reads that complete what a list cut short."""

    calls: int = 1
    detail_calls: int = 20


@dataclass(frozen=True, slots=True)
class Page:
    """What one `poll` brought.

    `cost` counts platform calls. `has_more` asks for another poll soon: a gap is not walked to its end.
    `behind_since` is the creation time just above that gap, which is the lag to show.
    """

    items: tuple[InboundPost, ...]
    next_cursor: Cursor
    has_more: bool = False
    cost: int = 1
    behind_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """What items say now that were read before. Of an id in no list the platform would not tell.

    `gone` were deleted or hidden from us: platforms do not tell the two apart. `unasked` are those for which
    the calls did not suffice.
    """

    posts: tuple[InboundPost, ...] = ()
    gone: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PushAck:
    """What a callback is answered with as soon as its body is stored."""

    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class PushResult:
    """`poll_hints` names streams worth polling now, where a push only says that something happened."""

    items: tuple[InboundPost, ...]
    poll_hints: tuple[str, ...] = ()
    ack_body: str = ""
    ack_content_type: str = "text/plain; charset=utf-8"
