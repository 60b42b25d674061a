"""Places that people send: coordinates that are some, and words for a place without a name."""

from __future__ import annotations

import math
from typing import Any

from app.adapters import lenient
from app.adapters.types import Media


def location(latitude: Any, longitude: Any, label: Any = None) -> Media:
    """The medium for a place; coordinates that are none are left out."""
    found = coordinates(latitude, longitude)
    return Media(
        kind="location",
        title=lenient.text_or_none(label),
        description=in_words(latitude, longitude) or None,
        latitude=found[0] if found else None,
        longitude=found[1] if found else None,
    )


def coordinates(latitude: Any, longitude: Any) -> tuple[float, float] | None:
    """Degrees, given as number or text."""
    try:
        north, east = float(lenient.text(latitude)), float(lenient.text(longitude))
    except ValueError:
        return None
    fits = math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180
    return (north, east) if fits else None


def in_words(latitude: Any, longitude: Any) -> str:
    """`24.88,102.83`; empty without coordinates."""
    found = coordinates(latitude, longitude)
    return f"{found[0]:g},{found[1]:g}" if found else ""
