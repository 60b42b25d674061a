"""Following the event log: each web process reads it and hands events to its own sockets.

The database is the source, so nothing is missed while Redis is away; Redis only shortens the wait.
Several events become one frame per browser.
"""

from __future__ import annotations

import threading
from typing import Any

import structlog

from app.core.db import open_session
from app.core.metrics import EVENTS_DELIVERED
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.tables import EventLog
from app.identity.events import SESSION_ENDED
from app.identity.web_session import load_actor
from app.realtime.connections import Connection, Connections, heard_by, sids_of_session
from app.realtime.event_log import newest, out_of_reach, read_after
from app.realtime.publisher import WAKE_NUMBERED

log = structlog.get_logger(__name__)
LOOK_SECONDS = 0.5
RECHECK_SECONDS = 15.0


class Tail:
    """One per web process. `socketio` is the bound server; `connections` its browsers."""

    def __init__(self, runtime: Runtime, socketio: Any, connections: Connections) -> None:
        self._runtime = runtime
        self._socketio = socketio
        self._connections = connections
        self._started = threading.Lock()
        self._running = False
        self.position = 0

    def ensure_running(self) -> bool:
        """Start following, once; called by each browser that connects. True for the first."""
        with self._started:
            if self._running:
                return False
            self.position = self._read(newest)
            self._running = True
            self._socketio.start_background_task(self._follow)
            return True

    def _read(self, query: Any, *arguments: Any) -> Any:
        session = open_session(self._runtime.sessions, write=False)
        try:
            return query(session, *arguments)
        finally:
            session.close()

    def _follow(self) -> None:
        bell = _Bell(self._runtime)
        waited = 0.0
        while True:
            try:
                waited += bell.wait(self._socketio, LOOK_SECONDS)
                while self.step():
                    pass
                if waited >= RECHECK_SECONDS:
                    waited = 0.0
                    self.recheck_actors()
            except Exception as error:
                # A database that is away must not end the tail for every browser.
                log.warning("event_tail_failed", error=repr(error))
                self._socketio.sleep(LOOK_SECONDS)

    def step(self) -> bool:
        """Deliver the next batch; False when there is none."""
        events = self._read(read_after, self.position)
        if not events:
            return False
        with self._connections.lock:
            self.position = events[-1].seq
            for connection in self._connections.all():
                if connection.position is not None and connection.position < self.position:
                    self._deliver(connection, [e for e in events if e.seq > connection.position])
        self._end_sessions(events)
        return True

    def _deliver(self, connection: Connection, events: list[EventLog]) -> None:
        heard = heard_by(connection.rooms, events)
        connection.position = events[-1].seq
        if heard:
            EVENTS_DELIVERED.inc(len(heard))
            self._socketio.emit("events", {"events": heard, "seq": connection.position}, to=connection.sid)

    def subscribe(self, connection: Connection, after: int | None) -> dict[str, Any]:
        """Send what was missed after `after`, then keep up. Answers {ok, seq, reload}."""
        if after is not None and self._read(out_of_reach, after, self._runtime.settings.event_retention):
            return {"ok": True, "seq": self.position, "reload": True}
        position = self.position if after is None else after
        while True:
            missed = self._read(read_after, position)
            with self._connections.lock:
                if not missed and self.position <= position:
                    # Nothing lies between `position` and what the tail will deliver next.
                    connection.position = position
                    return {"ok": True, "seq": position, "reload": False}
                if not missed:
                    continue  # the tail has moved on since we looked
                position = missed[-1].seq
                heard = heard_by(connection.rooms, missed)
                if heard:
                    self._socketio.emit("events", {"events": heard, "seq": position}, to=connection.sid)

    def _end_sessions(self, events: list[EventLog]) -> None:
        for event in events:
            if event.name == SESSION_ENDED:
                for sid in sids_of_session(self._connections.all(), event.payload["session_id"]):
                    self.dismiss(sid)

    def recheck_actors(self) -> None:
        """Look each browser's session up again: rights may have changed, the session may have ended."""
        for connection in self._connections.all():
            actor = load_actor(self._runtime, connection.token, connection.actor.address)
            if actor is None:
                self.dismiss(connection.sid)
            elif actor != connection.actor:
                # What it may hear has changed; what it shows must be loaded anew.
                self._connections.remove(connection.sid)
                self._socketio.server.disconnect(connection.sid)

    def dismiss(self, sid: str) -> None:
        self._connections.remove(sid)
        self._socketio.emit("session.ended", {}, to=sid)
        self._socketio.server.disconnect(sid)


class _Bell:
    """Waits for the publisher's ring, or for the time to look by oneself."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._subscription: Any = None

    def wait(self, socketio: Any, seconds: float) -> float:
        """Up to `seconds`; how long is counted as waited."""
        try:
            if self._subscription is None:
                subscription: Any = self._runtime.redis.pubsub(  # type: ignore[no-untyped-call]
                    ignore_subscribe_messages=True
                )
                subscription.subscribe(self._runtime.redis_key(*WAKE_NUMBERED))
                self._subscription = subscription
            message = self._subscription.get_message(timeout=seconds)
            while message is not None and self._subscription.get_message(timeout=0) is not None:
                pass  # one look serves all rings
        except QUEUE_AWAY:
            # Look at the database by the clock instead.
            self._subscription = None
            socketio.sleep(seconds)
        return seconds
