"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import SavedView
from app.saved_views.schemas import SavedViewChanged

SAVED_VIEW = EVENTS.kind("saved_view", SavedView)

SAVED_VIEW_ADDED = EVENTS.declare("saved_view.added", SavedViewChanged, SAVED_VIEW, audited=True)
SAVED_VIEW_EDITED = EVENTS.declare("saved_view.edited", SavedViewChanged, SAVED_VIEW, audited=True)
SAVED_VIEW_REMOVED = EVENTS.declare("saved_view.removed", SavedViewChanged, SAVED_VIEW, audited=True)
