"""Following the event log: each web process reads it and hands events to its own sockets.

The database is the source, so nothing is missed while Redis is away; Redis only shortens the wait.
Several events become one frame, put together once for all who hear the same (app.realtime.frames). Delivering
takes at most a third of the process's time: under load the next look waits twice as long as the last delivery
took, writing included, 100 ms at most, and what came meanwhile shares a frame; what comes alone waits for
nothing. A delivery lets others in between every two milliseconds. A browser whose line is full is told to ask
again from where it is, instead of being queued for without end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.core.db import open_session
from app.core.json_text import json_text
from app.core.metrics import BROWSERS_BEHIND, EVENTS_DELIVERED, LIVE_STEP_SECONDS
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.tables import EventLog
from app.identity.events import SESSION_ENDED
from app.identity.web_session import load_actors
from app.realtime.changed import Changed
from app.realtime.connections import (
    Connection,
    Connections,
    eyes_of,
    sids_of_session,
)
from app.realtime.event_log import newest, out_of_reach, read_after
from app.realtime.frames import Frames, packet_of
from app.realtime.hearing import Heard, heard_again
from app.realtime.line import Lines, event_packet
from app.realtime.pace import session_paces
from app.realtime.publisher import WAKE_NUMBERED

log = structlog.get_logger(__name__)
LOOK_SECONDS = 0.5
RECHECK_SECONDS = 15.0
_LOOK_COSTS = 20
"""Looking, in rows read, even where nothing was missed."""
LONGEST_PAUSE = 0.1
"""Seconds that the next look may wait for more to come."""
PAUSE_RATIO = 2.0
"""That wait, measured by what the delivery before it took."""
SLICE_SECONDS = 0.002
"""So long deliveries go on before others of the process are let in."""
BEHIND = "events.behind"


class Tail:
    """One per web process. `socketio` is the bound server; `connections` its browsers."""

    def __init__(self, runtime: Runtime, socketio: Any, connections: Connections) -> None:
        self._runtime = runtime
        self._socketio = socketio
        self._connections = connections
        self._lines = Lines(socketio)
        self._started = threading.Lock()
        self._running = False
        self.position = 0
        self.on_loss: list[Callable[[Connection], None]] = []
        """Called for a browser that has been told of something it cannot see any more."""
        self._losers: list[Connection] = []

    def ensure_running(self) -> bool:
        """Start following, once; called by each browser that connects. True for the first."""
        with self._started:
            if self._running:
                return False
            self.position = self._read(newest)
            self._running = True
            self._socketio.start_background_task(self._follow)
            self._socketio.start_background_task(self._watch_over_actors)
            return True

    def _read(self, query: Any, *arguments: Any) -> Any:
        session = open_session(self._runtime.sessions, write=False)
        try:
            return query(session, *arguments)
        finally:
            session.close()

    def _follow(self) -> None:
        bell = _Bell(self._runtime)
        while True:
            try:
                bell.wait(self._socketio, LOOK_SECONDS)
                self._deliver_all()
            except Exception as error:
                # A database that is away must not end the tail for every browser.
                log.warning("event_tail_failed", error=repr(error))
                self._socketio.sleep(LOOK_SECONDS)

    def _watch_over_actors(self) -> None:
        """Beside the delivering loop: looking people up must not keep events waiting."""
        while True:
            self._socketio.sleep(RECHECK_SECONDS)
            try:
                self.recheck_actors()
            except Exception as error:
                log.warning("actors_not_rechecked", error=repr(error))

    def _deliver_all(self) -> None:
        began = time.perf_counter()
        while self.step():
            self._socketio.sleep(0)  # the lines are written meanwhile
            took = time.perf_counter() - began
            self._socketio.sleep(min(LONGEST_PAUSE, PAUSE_RATIO * took))
            began = time.perf_counter()

    def step(self) -> bool:
        """Deliver the next batch; False when there is none. A browser that cannot be served loses its own
        connection, and catches up with its next one; nobody else loses anything."""
        events = self._read(read_after, self.position)
        if not events:
            return False
        now, began = self._runtime.clock.now(), time.perf_counter()
        for event in events:
            LIVE_STEP_SECONDS.labels("read").observe((now - event.created_at).total_seconds())
        frames = Frames(events)
        with self._connections.lock:
            self.position = events[-1].seq
            listening = self._connections.all()
        failed = self._deliver_to(listening, frames)
        LIVE_STEP_SECONDS.labels("sent").observe(time.perf_counter() - began)
        for connection in failed:
            self.drop(connection.sid)
        self._tell_of_losses()
        self._end_sessions(events)
        self._follow_changed_people(events)
        return True

    def _deliver_to(self, listening: Iterable[Connection], frames: Frames) -> list[Connection]:
        """Those whom it could not be given. Others of the process work in between: who subscribes meanwhile
        is told the new position, or reads up to it from the log."""
        failed = []
        until = time.perf_counter() + SLICE_SECONDS
        for connection in listening:
            with self._connections.lock:
                is_behind = connection.position is not None and connection.position < self.position
                if is_behind and not self._deliver(connection, frames):
                    failed.append(connection)
            if time.perf_counter() > until:
                self._socketio.sleep(0)
                until = time.perf_counter() + SLICE_SECONDS
        return failed

    def _deliver(self, connection: Connection, frames: Frames) -> bool:
        """Whether it went out, or the browser knows that it has to ask; else it loses its connection."""
        try:
            frame = frames.heard_in(connection.rooms, connection.position or 0)
            if frame is None:
                connection.position = self.position
                return True
            if connection.is_outdated(self._runtime.clock.now()):
                return False  # it comes back as who it is by now
            if frame.has_loss:
                self._losers.append(connection)
            if self._lines.is_full(connection.sid):
                self._leave_behind(connection)
                return True
            self._lines.send(connection.sid, frame.packet)
            EVENTS_DELIVERED.inc(frame.count)
        except Exception as error:
            log.warning("delivery_failed", sid=connection.sid, error=repr(error))
            return False
        connection.position = self.position
        return True

    def _leave_behind(self, connection: Connection) -> None:
        """Nothing more until it asks, which it does once it has read what waits for it."""
        connection.position = None
        BROWSERS_BEHIND.inc()
        log.info("browser_behind", sid=connection.sid, operator=connection.actor.operator_id)
        self._lines.send(connection.sid, event_packet(BEHIND, "{}"))

    def _tell_of_losses(self) -> None:
        losers, self._losers = self._losers, []
        for connection in losers:
            for listener in self.on_loss:
                try:
                    listener(connection)
                except Exception as error:
                    log.warning("loss_not_followed", sid=connection.sid, error=repr(error))

    def _send(self, sid: str, heard: list[Heard], seq: int) -> None:
        self._lines.send(sid, packet_of(heard, seq))
        EVENTS_DELIVERED.inc(len(heard))

    def tell(self, sids: Sequence[str], name: str, message: dict[str, Any]) -> None:
        """Send something that is no event to some browsers, encoded once. Nobody misses it for good: who
        reads too slowly is left out, and a line that breaks costs that browser its connection alone."""
        packet = event_packet(name, json_text(message))
        for sid in sids:
            try:
                if not self._lines.is_full(sid):
                    self._lines.send(sid, packet)
            except Exception as error:
                log.warning("delivery_failed", sid=sid, error=repr(error))
                self.drop(sid)

    def drop(self, sid: str) -> None:
        """Cut one connection. What goes wrong in that must not reach anybody else."""
        try:
            self._lines.cut(sid)
        except Exception as error:
            log.warning("connection_not_cut", sid=sid, error=repr(error))
        finally:
            self._connections.remove(sid)

    def subscribe(self, connection: Connection, after: int | None) -> dict[str, Any]:
        """Send what was missed after `after`, then keep up. Answers {ok, seq, reload}.

        What cannot be told any more, or not without an error, is told by `reload`.
        """
        if after is not None and self._read(out_of_reach, after, self._runtime.settings.event_retention):
            return {"ok": True, "seq": self.position, "reload": True}
        start = self.position if after is None else after
        rows = _LOOK_COSTS + max(0, self.position - start)
        session_paces(self._runtime).take_rows(connection.actor.session_id, rows)
        try:
            return self._catch_up(connection, start)
        except Exception as error:
            log.warning("catching_up_failed", sid=connection.sid, error=repr(error))
            return {"ok": True, "seq": self.position, "reload": True}

    def _catch_up(self, connection: Connection, position: int) -> dict[str, Any]:
        with self._connections.lock:
            connection.position = None  # nothing new before what was missed
        while True:
            seen, heard = self._read(self._missed, connection, position)
            with self._connections.lock:
                if seen is None and self.position <= position:
                    # Nothing lies between `position` and what the tail will deliver next.
                    connection.position = position
                    return {"ok": True, "seq": position, "reload": False}
                if seen is None:
                    continue  # the tail has moved on since we looked
                position = seen
                if heard:
                    self._send(connection.sid, heard, position)
            self._socketio.sleep(0)  # let the others be served between two batches

    def _missed(
        self, session: Session, connection: Connection, position: int
    ) -> tuple[int | None, list[Heard]]:
        """The next batch: its last number (None when there is none), and what this browser may hear of it."""
        missed = read_after(session, position)
        if not missed:
            return None, []
        return missed[-1].seq, heard_again(session, connection.actor, connection.rooms, missed)

    def _end_sessions(self, events: Sequence[EventLog]) -> None:
        for event in events:
            if event.name == SESSION_ENDED:
                for sid in sids_of_session(self._connections.all(), event.payload["session_id"]):
                    self.dismiss(sid)

    def _follow_changed_people(self, events: Sequence[EventLog]) -> None:
        """Whose roles, teams or grants are others from now on is looked up at once, and not when all are."""
        changed = Changed.by(events)
        if changed.anything:
            self._recheck([one for one in self._connections.all() if changed.concerns(one.actor)])

    def recheck_actors(self) -> None:
        """Look all browsers' sessions up again: rights may have changed, a session may have ended."""
        self._recheck(self._connections.all())

    def _recheck(self, connections: Sequence[Connection]) -> None:
        addresses = {connection.token: connection.actor.address for connection in connections}
        actors = load_actors(self._runtime, addresses)
        for connection in connections:
            actor = actors.get(connection.token)
            if actor is None:
                self.dismiss(connection.sid)
            elif actor != connection.actor:
                # What it may hear has changed; what it shows must be loaded anew.
                if eyes_of(actor) != eyes_of(connection.actor):
                    self._tell_turned(connection.sid)
                self.drop(connection.sid)

    def _tell_turned(self, sid: str) -> None:
        """It looks through other eyes from now on: nothing of what it shows is its own any more."""
        try:
            self._lines.send(sid, event_packet("session.turned", "{}"))
        except Exception as error:
            log.warning("delivery_failed", sid=sid, error=repr(error))

    def dismiss(self, sid: str) -> None:
        try:
            self._lines.send(sid, event_packet("session.ended", "{}"))
        except Exception as error:
            log.warning("delivery_failed", sid=sid, error=repr(error))
        self.drop(sid)


class _Bell:
    """Waits for the publisher's ring, or for the time to look by oneself."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._subscription: Any = None

    def wait(self, socketio: Any, seconds: float) -> None:
        """Up to `seconds`."""
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
