"""The browsers connected to this process, and how far each has heard."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.metrics import SOCKETS
from app.core.permissions import Actor
from app.core.tables import EventLog
from app.identity.scope import rooms_of

WITHDRAWN = "service_request.withdrawn"


@dataclass
class Connection:
    sid: str
    actor: Actor
    token: str
    rooms: frozenset[str]
    position: int | None = None
    """The last event number this browser has; None until it subscribes."""
    watching: dict[int, str] = field(default_factory=dict)
    """Conversations this browser has open, with its operator's name."""


class Connections:
    """Thread-safe registry. The tail and the socket handlers both change positions, under one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._by_sid: dict[str, Connection] = {}

    def add(self, sid: str, actor: Actor, token: str) -> Connection:
        connection = Connection(sid, actor, token, rooms_of(actor))
        with self.lock:
            self._by_sid[sid] = connection
            SOCKETS.set(len(self._by_sid))
        return connection

    def remove(self, sid: str) -> Connection | None:
        with self.lock:
            connection = self._by_sid.pop(sid, None)
            SOCKETS.set(len(self._by_sid))
        return connection

    def get(self, sid: str) -> Connection | None:
        return self._by_sid.get(sid)

    def all(self) -> list[Connection]:
        with self.lock:
            return list(self._by_sid.values())


def heard_by(rooms: frozenset[str], events: Sequence[EventLog]) -> list[dict[str, Any]]:
    """The events as somebody in these rooms may see them: whole, as a withdrawal, or not at all."""
    heard = []
    for event in events:
        view = _view(rooms, event)
        if view is not None:
            heard.append(view)
    return heard


def _view(rooms: frozenset[str], event: EventLog) -> dict[str, Any] | None:
    if not rooms.isdisjoint(event.rooms):
        return {
            "seq": event.seq,
            "name": event.name,
            "occurred_at": event.created_at.isoformat(),
            "payload": event.payload,
        }
    if not rooms.isdisjoint(event.withdraw_rooms):
        return {
            "seq": event.seq,
            "name": WITHDRAWN,
            "occurred_at": event.created_at.isoformat(),
            "payload": {"id": event.payload["service_request"]["id"]},
        }
    return None


def sids_of_session(connections: Iterable[Connection], session_id: int) -> list[str]:
    return [c.sid for c in connections if c.actor.session_id == session_id]
