"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import Message
from app.workbench.schemas import MessageChanged

MESSAGE = EVENTS.kind("message", Message)

MESSAGE_RECEIVED = EVENTS.declare("message.received", MessageChanged, MESSAGE)
MESSAGE_UPDATED = EVENTS.declare("message.updated", MessageChanged, MESSAGE, newest_wins=True)
"""What hangs on it has changed: a picture has come, …"""
MESSAGE_EDITED = EVENTS.declare("message.edited", MessageChanged, MESSAGE)
"""The customer changed it on the platform: the message carries the new words and the earlier ones."""
MESSAGE_DELETED = EVENTS.declare("message.deleted", MessageChanged, MESSAGE)
"""The customer took it back; its words stay readable, marked."""
NOTE_ADDED = EVENTS.declare("note.added", MessageChanged, MESSAGE)
REPLY_STATE_CHANGED = EVENTS.declare("reply.state_changed", MessageChanged, MESSAGE, newest_wins=True)
"""A reply was written, left, arrived, failed or was taken back: the message carries its state."""

PERSONAL_DATA_CONFIRMED = EVENTS.act("reply.personal_data_confirmed", MESSAGE)
REPLY_OUTCOME_SETTLED = EVENTS.act("reply.outcome_settled", MESSAGE)
REPLY_RELEASED = EVENTS.act("reply.released", MESSAGE)
REPLY_TAKEN_BACK = EVENTS.act("reply.taken_back", MESSAGE)
