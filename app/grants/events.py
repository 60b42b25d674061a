"""Events of this package. The names stand in `app.identity.events`: sockets follow them from below."""

from __future__ import annotations

from app.identity.events import (
    CONTRACT,
    CONTRACT_ADDED,
    CONTRACT_EDITED,
    GRANT,
    GRANT_ADDED,
    GRANT_BEGUN,
    GRANT_EDITED,
    GRANT_ENDED,
)

MOVES_PEOPLE = (GRANT_ADDED, GRANT_BEGUN, GRANT_EDITED, GRANT_ENDED)
"""After these somebody may reach what they did not, or reach it no longer."""

__all__ = [
    "CONTRACT",
    "CONTRACT_ADDED",
    "CONTRACT_EDITED",
    "GRANT",
    "GRANT_ADDED",
    "GRANT_BEGUN",
    "GRANT_EDITED",
    "GRANT_ENDED",
    "MOVES_PEOPLE",
]
