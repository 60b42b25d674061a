"""The sha1-of-sorted-parts signature that Weibo's fan service and WeChat share, checked in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.adapters import lenient
from app.core.errors import Forbidden

# Short enough that no block of ciphertext could hide in it.
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_CLOCKS_DIFFER = timedelta(minutes=5)


class SignatureRejected(Forbidden):
    """A callback does not come from the platform. `details["reason"]` says what did not fit, never a
    secret."""

    default_code = "signature_rejected"


def sign(*parts: str) -> str:
    """Hex sha1 over the parts, sorted as text and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()  # noqa: S324 -- the platforms' protocol


def require(claimed: str, *parts: str) -> None:
    """Raises SignatureRejected unless `claimed` signs `parts`."""
    if not hmac.compare_digest(claimed.encode("utf-8", "replace"), sign(*parts).encode()):
        raise SignatureRejected(reason="wrong_signature")


def require_fields(query: Mapping[str, str], *names: str) -> list[str]:
    """The query's values. Raises SignatureRejected when one is missing or beyond any honest length."""
    values = [query.get(name, "") for name in names]
    if not all(values) or any(len(value) > 512 for value in values):
        raise SignatureRejected(reason="missing_parameters")
    return values


def require_moment(
    timestamp: str, nonce: str, now: datetime, max_age_seconds: int, digits: tuple[int, ...] = (10,)
) -> None:
    """Refuses a recorded request sent again much later, and fields whose border has been moved.

    The parts are signed joined together, so that a digit of the nonce could become one of the timestamp,
    which is then years ahead under the same signature: hence exactly so many digits, and no future beyond
    what clocks differ by. `max_age_seconds` 0 switches off the look into the past alone.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) in digits):
        raise SignatureRejected(reason="bad_timestamp")
    if not _NONCE.fullmatch(nonce):
        raise SignatureRejected(reason="bad_nonce")
    stamp = lenient.epoch(timestamp)
    if stamp is None or stamp - now > _CLOCKS_DIFFER:
        raise SignatureRejected(reason="future_timestamp")
    if max_age_seconds > 0 and now - stamp > timedelta(seconds=max_age_seconds):
        raise SignatureRejected(reason="stale_timestamp")
