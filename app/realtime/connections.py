"""The browsers connected to this process, and how far each has heard."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.core.metrics import SOCKETS
from app.core.permissions import Actor
from app.identity.scope import rooms_of
from app.realtime.pace import Allowance, Pace


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
    is_catching_up: bool = False
    paces: dict[Allowance, Pace] = field(default_factory=dict)

    def is_outdated(self, now: datetime) -> bool:
        """Whether something has ended by the clock that its rooms were made of."""
        return any(not granted.holds(now) for granted in self.actor.grants)

    def pace(self, allowance: Allowance, now: datetime) -> Pace:
        return self.paces.setdefault(allowance, Pace(allowance, now))


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


def sids_of_session(connections: Iterable[Connection], session_id: int) -> list[str]:
    return [c.sid for c in connections if c.actor.session_id == session_id]


def eyes_of(actor: Actor) -> int | None:
    """The person through whose eyes somebody looks; None: their own."""
    return actor.operator_id if actor.own is not None else None
