"""Entries of notifications. They are one's own: who else finds them is asked in tests/notifications."""

from __future__ import annotations

from tests.architecture.asking import Ask, Entry, Reach, plain

_R = Reach

NOTIFICATIONS: dict[str, Entry] = {
    "notifications.list_notifications": Entry(_R.OWN, 200, plain),
    "notifications.get_settings": Entry(_R.OWN, 200, plain),
    "notifications.set_notifications": Entry(_R.OWN, 200, lambda _stage: Ask(body={"version": 0})),
    "notifications.send_trial": Entry(_R.OWN, 201, plain),
    "notifications.mark_read": Entry(_R.OWN, 200, lambda _stage: Ask(body={"ids": [10**9]})),
}
