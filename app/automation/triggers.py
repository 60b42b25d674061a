"""What sets a rule off: events of a declared list, and moments that a request names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core.events import EventName
from app.models import ChangeKind, RequestChange, ServiceRequest
from app.routing.events import (
    ANSWER_FAILED,
    ASSIGNED,
    CLASSIFIED,
    MISSED,
    OPENED,
    STATUS_CHANGED,
    UPDATED,
    WARNED,
)

_K = ChangeKind
FOLLOWED: tuple[EventName, ...] = (OPENED, ASSIGNED, STATUS_CHANGED, CLASSIFIED, ANSWER_FAILED, UPDATED)
"""Every event that tells of a change of a request; which trigger it is follows from the change itself."""


def _was_changed(change: RequestChange, *columns: str) -> bool:
    """Whether it changed one of these, of a request that was there before."""
    return bool(change.before) and not change.before.keys().isdisjoint(columns)


_EVENTS: Mapping[str, Callable[[RequestChange], bool]] = {
    "request_opened": lambda change: change.kind is _K.OPENED,
    "customer_wrote": lambda change: (
        change.kind in (_K.OPENED, _K.JOINED, _K.REOPENED) and change.message_id is not None
    ),
    "request_assigned": lambda change: _was_changed(change, "assignee_id", "team_id"),
    "status_changed": lambda change: _was_changed(change, "status"),
    "request_classified": lambda change: (
        change.kind is _K.CLASSIFIED or _was_changed(change, "type", "priority", "sentiment")
    ),
    "answer_failed": lambda change: change.kind is _K.ANSWER_FAILED,
}
LEVELS: Mapping[EventName, str] = {WARNED: "level_warned", MISSED: "level_missed"}
"""Events of a request's time, which change nothing of it."""
EVENT_KEYS = (*_EVENTS, *LEVELS.values())


def keys_of(change: RequestChange) -> frozenset[str]:
    """What the change is to rules: one change may be several things at once."""
    return frozenset(key for key, is_it in _EVENTS.items() if is_it(change))


def pairs_of(change: RequestChange) -> dict[str, tuple[Any, Any]]:
    """What it changed, as conditions ask for it; of a request's first change nothing."""
    return {name: (before, change.after.get(name)) for name, before in change.before.items()}


TIMES: Mapping[str, Any] = {
    "opened_at": ServiceRequest.opened_at,
    "last_inbound_at": ServiceRequest.last_inbound_at,
    "waiting_since": ServiceRequest.waiting_since,
    "due_at": ServiceRequest.due_at,
    "window_until": ServiceRequest.window_until,
    "first_replied_at": ServiceRequest.first_replied_at,
    "resolved_at": ServiceRequest.resolved_at,
}
TIME_FIELDS = tuple(TIMES)
