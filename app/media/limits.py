"""How large a copy may be, how long fetching may take, and when it is tried again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

_MEBIBYTE = 1024 * 1024
MOST_BYTES = {
    "image": 10 * _MEBIBYTE,
    "voice": 8 * _MEBIBYTE,
    "audio": 16 * _MEBIBYTE,
    "video": 48 * _MEBIBYTE,
    "file": 16 * _MEBIBYTE,
}
PREVIEW_BYTES = 2 * _MEBIBYTE
FETCH_SECONDS = 30.0
LEASE = timedelta(seconds=90)
"""Longer than any fetch takes; after it a copy whose worker died is tried by another."""
MOST_ATTEMPTS = 8
"""Of what the platform holds for good; what it forgets is tried until it does."""
HOPELESS = frozenset(
    {"wrong_content_type", "bad_address", "address_not_allowed", "too_many_redirects", "no_address"}
)
"""Whoever is asked again gets the same answer."""
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)


def most_bytes(kind: str, *, preview: bool) -> int:
    return PREVIEW_BYTES if preview else MOST_BYTES.get(kind, MOST_BYTES["file"])


def next_try(now: datetime, attempts: int, expires_at: datetime | None) -> datetime | None:
    """When to try again after so many attempts; None when it is given up."""
    if expires_at is None and attempts >= MOST_ATTEMPTS:
        return None
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts, 12))
    at = now + wait * random.uniform(0.7, 1.0)  # noqa: S311  spreads load, guards nothing
    return at if expires_at is None or at < expires_at else None
