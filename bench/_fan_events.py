"""Events of fan_out: as large as those of a request, findable by the words that the crowd looks for."""

from __future__ import annotations

from typing import Any

from bench._pushes import text_of

_FILLING = "客户说的话和请求的样子都在里面" * 15
"""With the words a kilobyte and a half, as a request's view has."""


def payload(number: int) -> dict[str, Any]:
    return {"text": text_of(number), "filling": _FILLING}


def wire_view(number: int) -> dict[str, Any]:
    """As our own frames carry it."""
    return {
        "seq": number,
        "name": "service_request.opened",
        "about": {"kind": "service_request", "id": str(number)},
        "payload": payload(number),
    }
