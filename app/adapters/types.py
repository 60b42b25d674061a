"""The values that cross the border between the console and a platform.

Frozen dataclasses only: an adapter hands them in and out and never sees a table. Ids of platforms are
strings (Weibo's need 64 bits, Mastodon's and WeChat's are opaque); times are UTC-aware.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
Cursor = dict[str, Any]  # opaque JSON: stored in the transaction of the items it brought, never read outside


class Lane(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class ItemKind(StrEnum):
    MENTION = "mention"
    COMMENT = "comment"
    PRIVATE_MESSAGE = "private_message"
    EVENT = "event"
    REPOST = "repost"
    OWN_POST = "own_post"
    UNKNOWN = "unknown"


class SendKind(StrEnum):
    """What a SendRequest makes. COMMENT answers a public item in its thread."""

    COMMENT = "comment"
    PRIVATE_MESSAGE = "private_message"
    POST = "post"
    REPOST = "repost"


class SendState(StrEnum):
    ACCEPTED = "accepted"  # taken by the platform, its id or appearance comes later or never
    DONE = "done"


class Trigger(StrEnum):
    """What a contact did that opens or closes a reply window (see windows.py)."""

    MESSAGE = "message"
    FOLLOW = "follow"
    MENU_CLICK = "menu_click"
    SCAN = "scan"
    MENTION = "mention"
    UNFOLLOW = "unfollow"


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

    kind: str  # image | voice | video | audio | file | location | link | unknown
    url: str | None = None
    source_ref: str | None = None
    preview_url: str | None = None
    mime_type: str | None = None
    description: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundPost:
    """An inbound item before it is stored.

    `external_id` is unique per account and carries a prefix (`status:`, `comment:`, `message:`, `event:`,
    `unknown:`). `context` is exactly what `SendRequest.target` needs to answer this item. `thread_key` groups
    a public thread (or a private talk) of one account. `reason` says why an item is of kind `unknown`.
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
    deleted: bool = False
    is_cut: bool = False  # the platform gave only the beginning of the text: see LongTextSource
    quoted_text: str | None = None
    reason: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


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


class Credentials(Mapping[str, str]):
    """Secrets of an account. Reads like a dict; never shows a value in repr, str or a traceback."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = {key: str(value) for key, value in (values or {}).items() if value is not None}

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{key}=…' for key in sorted(self._values))})"


@dataclass(frozen=True, slots=True)
class AccountRef:
    """A connected account, as much of it as an adapter may know.

    `external_id` is Weibo's uid, WeChat's gh_ id, Mastodon's account id. `base_urls` overrides an adapter's
    default hosts by name (`api`, …): the demo and the tests point them at the sandbox.
    """

    platform: str
    external_id: str
    base_urls: Mapping[str, str] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=Credentials)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundMedia:
    """A file to send. `source_ref` names an upload the platform already holds."""

    kind: str
    content: bytes = field(default=b"", repr=False)
    filename: str = "file"
    mime_type: str = "application/octet-stream"
    source_ref: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One outbound act. `operation_key` is ours and unique; platforms that honour a key get it.

    `target` is the `context` of the item being answered (empty for a publication). `actor_ip` is the
    operator's address: Weibo's `rip` demands it on every write.
    """

    lane: Lane
    kind: SendKind
    text: str
    operation_key: str
    target: Mapping[str, str] = field(default_factory=dict)
    actor_ip: str | None = None
    media: tuple[OutboundMedia, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendResult:
    """`external_id` carries the same prefix as InboundPost's, or is None where the platform gives no id."""

    external_id: str | None
    state: SendState
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """Whether a private answer is legal now. `remaining` None = not counted; `until` None = no end."""

    is_open: bool
    reason: str
    until: datetime | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class TextMeasure:
    """Length in the platform's own unit: `half_up` characters, bytes or graphemes."""

    units: int
    limit: int
    unit: str

    @property
    def fits(self) -> bool:
        return self.units <= self.limit


@dataclass(frozen=True, slots=True)
class Violation:
    """Why a SendRequest would be refused, found before asking the platform."""

    code: str
    where: str
    details: Mapping[str, Any] = field(default_factory=dict)


class HealthState(StrEnum):
    OK = "ok"
    EXPIRING = "expiring"
    RECONNECT = "reconnect"
    MISCONFIGURED = "misconfigured"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """`advice` is a stable key (`reconnect`, `add_ip_to_whitelist`, …) that screens translate."""

    state: HealthState
    checked_at: datetime
    advice: str | None = None
    detail: str = ""
    expires_at: datetime | None = None
    quota_limit: int | None = None
    quota_remaining: int | None = None
    quota_resets_at: datetime | None = None
    # What the platform told about itself (`max_characters`, `software`): settings worth keeping.
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """What connecting by OAuth brought. `expires_at` None: the token has no end of its own."""

    external_id: str
    name: str
    credentials: Credentials
    expires_at: datetime | None = None


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
