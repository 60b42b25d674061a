"""Stable ids for things the platform gave no id: the same bytes always get the same id, so repeats
collapse."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from app.adapters.types import Author, InboundPost, ItemKind, Json, Lane

UNDECRYPTABLE = "undecryptable"
"""How the reason begins of what was encrypted for a key that we have not: the right one opens it later."""
NOT_STORED = "not_stored"
"""How it begins of what could not be made a row: the fault is ours, so a person looks at it in any lane."""
_RAW_TEXT_CHARS = 20_000


def fingerprint(value: Any, length: int = 16) -> str:
    """Hex digits of a hash over the canonical JSON of `value`."""
    canonical = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]


def unknown_item(
    raw: Json, reason: str, received_at: datetime, lane: Lane, text: str = "", sender: str = ""
) -> InboundPost:
    """An item we could not understand, kept with the reason and with its sender, where it names one."""
    return InboundPost(
        external_id=f"unknown:{fingerprint(raw, 32)}",
        kind=ItemKind.UNKNOWN,
        lane=lane,
        created_at=received_at,
        text=text,
        author=Author(external_id=sender) if sender else None,
        thread_key=f"dm:{sender}" if sender and lane is Lane.PRIVATE else "",
        context={"user_id": sender} if sender else {},
        reason=reason,
        raw=raw,
    )


def as_it_came(post: InboundPost, error: Exception, at: datetime) -> InboundPost:
    """What cannot be stored, without all that was read in it."""
    return unknown_item(dict(post.raw), f"{NOT_STORED}: {type(error).__name__}", at, post.lane)


def unreadable_body(raw_body: bytes, reason: str, received_at: datetime) -> InboundPost:
    """A callback body that is no message at all, kept as (shortened) text under the hash of all of it."""
    shown = raw_body[:_RAW_TEXT_CHARS].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return InboundPost(
        external_id=f"unknown:{hashlib.sha256(raw_body).hexdigest()[:32]}",
        kind=ItemKind.UNKNOWN,
        lane=Lane.PRIVATE,
        created_at=received_at,
        reason=reason,
        raw={"body": shown, "bytes": len(raw_body)},
    )
