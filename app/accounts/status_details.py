"""What `Account.status_detail` holds: its code, and the adapter's advice or the platform's words."""

from __future__ import annotations

import re

from app.core.errors import PlatformError

_LONGEST = 300
_ADVICE = re.compile(r"(?:(?<=: )|^)[a-z]+(?:_[a-z]+)*$")


def detail_of(error: PlatformError) -> str:
    return f"{error.platform_code or error.kind.value}: {error.message}"[:_LONGEST]


def advice_in(detail: str | None) -> str | None:
    """The adapter's advice within a detail, a code that screens have words for; None when it gave none."""
    found = _ADVICE.search(detail or "")
    return found.group() if found else None
