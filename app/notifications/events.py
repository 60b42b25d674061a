"""What browsers hear of notifications: only those of the person whose they are."""

from __future__ import annotations

from app.core.events import EVENTS, Audience
from app.models import Notification
from app.notifications.schemas import (
    NotificationAdded,
    NotificationSettingsChanged,
    NotificationsMarked,
)

NOTIFICATION = EVENTS.kind("notification", Notification)
BOX = EVENTS.kind("notification_box")
"""All of one person's, by the person's id."""

NOTIFICATION_ADDED = EVENTS.declare("notification.added", NotificationAdded, NOTIFICATION)
SETTINGS_CHANGED = EVENTS.declare("notification_box.adjusted", NotificationSettingsChanged, BOX)
BOX_MARKED = EVENTS.declare("notification_box.marked", NotificationsMarked, BOX)


def owner_audience(operator_id: int | None) -> Audience:
    """The browsers of one person."""
    return Audience(frozenset({f"operator{operator_id}"}))
