"""What goes out to a platform: requests, results, and what is known before asking (windows, lengths)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.lanes import Lane


class SendKind(StrEnum):
    """What a SendRequest makes. COMMENT answers a public item in its thread."""

    COMMENT = "comment"
    PRIVATE_MESSAGE = "private_message"
    POST = "post"
    REPOST = "repost"


class SendState(StrEnum):
    ACCEPTED = "accepted"  # taken by the platform, its id or appearance comes later or never
    DONE = "done"


@dataclass(frozen=True, slots=True)
class OutboundMedia:
    """A file to send. `source_ref` names an upload the platform already holds.

    What lies on the disk is read when it is sent, by `load`, and `size` (bytes) is known without it: many
    files wait their turn, few are in memory.
    """

    kind: str
    content: bytes = field(default=b"", repr=False)
    filename: str = "file"
    mime_type: str = "application/octet-stream"
    source_ref: str | None = None
    description: str | None = None
    load: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)
    size: int | None = None

    def read(self) -> bytes:
        """Its bytes. Raises what `load` raises."""
        return self.content if self.load is None else self.load()

    @property
    def bytes_long(self) -> int:
        return len(self.content) if self.size is None else self.size


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
    # External ids known to be other sends of ours: a read-back must not take one of them for this one.
    known_ids: frozenset[str] = frozenset()
    # What `prepare` made for this act; empty where the platform needs nothing made ready.
    prepared: Mapping[str, Any] = field(default_factory=dict)


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
    field: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
