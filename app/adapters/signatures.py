"""The sha1-of-sorted-parts signature that Weibo's fan service and WeChat share, checked in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.adapters import lenient
from app.core.errors import Forbidden


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


def require_fresh(timestamp: str, now: datetime, max_age_seconds: int) -> None:
    """Refuses a recorded request sent again much later; 0 switches the check off.

    Only the past is refused: nobody can sign a future stamp, and clocks differ.
    """
    if max_age_seconds <= 0:
        return
    stamp = lenient.epoch(timestamp)
    if stamp is None or now - stamp > timedelta(seconds=max_age_seconds):
        raise SignatureRejected(reason="stale_timestamp")
