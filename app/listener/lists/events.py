"""What the audit log keeps of the special lists."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import SpecialListEntry

SPECIAL_LIST_ENTRY = EVENTS.kind("special_list_entry", SpecialListEntry)

LIST_ENTRY_ADDED = EVENTS.act("special_list.added", SPECIAL_LIST_ENTRY)
LIST_ENTRY_EDITED = EVENTS.act("special_list.edited", SPECIAL_LIST_ENTRY)
LIST_ENTRY_REMOVED = EVENTS.act("special_list.removed", SPECIAL_LIST_ENTRY)
