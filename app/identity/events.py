"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.schemas import PresenceChanged, SessionEnded

PRESENCE_CHANGED = EVENTS.declare("operator.presence_changed", PresenceChanged)
SESSION_ENDED = EVENTS.declare("session.ended", SessionEnded)
