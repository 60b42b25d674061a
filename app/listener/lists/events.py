"""What changes of the special lists tell browsers, and what the audit log keeps of them."""

from __future__ import annotations

from app.core.events import EVENTS
from app.listener.lists.schemas import ListEntryChanged
from app.models import SpecialListEntry

SPECIAL_LIST_ENTRY = EVENTS.kind("special_list_entry", SpecialListEntry)

LIST_ENTRY_ADDED = EVENTS.declare("special_list.added", ListEntryChanged, SPECIAL_LIST_ENTRY, audited=True)
LIST_ENTRY_EDITED = EVENTS.declare("special_list.edited", ListEntryChanged, SPECIAL_LIST_ENTRY, audited=True)
LIST_ENTRY_REMOVED = EVENTS.declare(
    "special_list.removed", ListEntryChanged, SPECIAL_LIST_ENTRY, audited=True
)
