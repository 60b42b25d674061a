"""Which edition of something a form was filled from, where no row has a version for just that.

A form that is saved as a whole takes back what a colleague saved meanwhile. So the view carries the edition
of what the form shows, the command brings it back, and another edition is a conflict.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import Field

from app.core.errors import Conflict

_LENGTH = 16
Edition = Annotated[str, Field(min_length=_LENGTH, max_length=_LENGTH)]
"""As the view gave it. Left out of a command: whatever stands is replaced."""


def edition_of(*values: Any) -> str:
    """A short name for these values, which JSON can hold; equal values, equal names."""
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:_LENGTH]


def require_edition(standing: str, seen: str | None) -> None:
    """Raises Conflict(`stale_version`) when something else stands than was seen."""
    if seen is not None and seen != standing:
        raise Conflict("stale_version")
