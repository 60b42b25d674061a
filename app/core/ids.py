"""Request ids: accepted from a caller when they look like one, else made here."""

from __future__ import annotations

import re
import uuid

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def new_request_id(offered: str | None = None) -> str:
    if offered and _REQUEST_ID.match(offered):
        return offered
    return uuid.uuid4().hex
