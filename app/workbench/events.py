"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import OutboundState
from app.workbench.schemas import MessageChanged

MESSAGE_RECEIVED = EVENTS.declare("message.received", MessageChanged)
NOTE_ADDED = EVENTS.declare("note.added", MessageChanged)
REPLY_EVENTS = {state: EVENTS.declare(f"reply.{state.value}", MessageChanged) for state in OutboundState}
