"""The Socket.IO wrapper: declared events, each with a permission; connection and subscription."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import request
from flask_socketio import SocketIO
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import AppError, Forbidden, Invalid, RateLimited
from app.core.field_errors import field_problems
from app.core.ids import new_request_id
from app.core.inputs import Sequence
from app.core.own_eyes import require_own_eyes
from app.core.permissions import ActorKind, Permission
from app.core.wire import parse_command
from app.identity.web_session import current_token, load_current_actor
from app.realtime.connections import Connection, Connections
from app.realtime.pace import REFUSALS_UNTIL_CUT, SUBSCRIPTIONS, Allowance
from app.realtime.pace import SOCKET_EVENTS as SOCKET_PACE
from app.realtime.tail import Tail

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SocketSpec:
    name: str
    permission: Permission
    payload: type[BaseModel]
    handler: Callable[..., Any]
    write: bool = True


SOCKET_EVENTS: dict[str, SocketSpec] = {}
"""Every event a browser may send, by name."""


def on(
    name: str, *, permission: Permission, payload: type[BaseModel], write: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what a browser may send. The handler is called as handler(hub, connection, payload).

    What does not only ask (`write`) is refused to whoever looks through somebody else's eyes: colleagues
    would be shown somebody who is not there.
    """

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        SOCKET_EVENTS[name] = SocketSpec(name, permission, payload, handler, write)
        return handler

    return decorate


class Hub:
    """The sockets of one web process."""

    def __init__(self, runtime: Any, socketio: SocketIO) -> None:
        self.runtime = runtime
        self.socketio = socketio
        self.connections = Connections()
        self.tail = Tail(runtime, socketio, self.connections)
        self.on_disconnect: list[Callable[[Hub, Connection], None]] = []
        self.on_first_connect: list[Callable[[Hub], None]] = []

    def bind(self) -> None:
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event("disconnect", self._disconnect)
        for spec in SOCKET_EVENTS.values():
            self.socketio.on_event(spec.name, self._handler(spec))
        self.socketio.on_event("*", self._unknown)
        self.socketio.on_error_default(_failed)

    def _connect(self, _auth: Any = None) -> Any:
        sid = request.sid  # type: ignore[attr-defined]
        if self.connections.get(sid) is not None:
            return self._cut_off(sid, "connect")
        actor = load_current_actor()
        token = current_token()
        if actor.kind is ActorKind.ANONYMOUS or token is None:
            return False
        if self.tail.ensure_running():
            for starter in self.on_first_connect:
                starter(self)
        self.connections.add(sid, actor, token)
        return True

    def _disconnect(self, *_reason: Any) -> Any:
        sid = request.sid  # type: ignore[attr-defined]
        if self.socketio.server.manager.is_connected(sid, "/"):
            return self._cut_off(sid, "disconnect")
        connection = self.connections.remove(sid)
        if connection is not None:
            for listener in self.on_disconnect:
                listener(self, connection)
        return None

    def _cut_off(self, sid: str, name: str) -> dict[str, Any]:
        """A browser sent an event named like one of the transport's own: no browser of ours does."""
        log.warning("reserved_event_refused", sid=sid, name=name)
        self.tail.drop(sid)
        return _refusal(Forbidden())

    def _unknown(self, name: str, *_data: Any) -> dict[str, Any]:
        """Whatever else a browser sends, names that only we send among them."""
        connection = self.connections.get(request.sid)  # type: ignore[attr-defined]
        try:
            if connection is not None:
                self._slow_down(connection)
            raise Invalid("unknown_event")
        except AppError as error:
            return _refusal(error)

    def _handler(self, spec: SocketSpec) -> Callable[..., dict[str, Any]]:
        def handle(data: Any = None, *_more: Any) -> dict[str, Any]:
            structlog.contextvars.bind_contextvars(request_id=new_request_id())
            try:
                return self._call(spec, data)
            except AppError as error:
                return _refusal(error)

        return handle

    def _call(self, spec: SocketSpec, data: Any) -> dict[str, Any]:
        connection = self.connections.get(request.sid)  # type: ignore[attr-defined]
        if connection is None:
            raise Forbidden
        self._slow_down(connection)
        if not connection.actor.may(spec.permission):
            raise Forbidden
        if spec.write:
            require_own_eyes(connection.actor)
        try:
            payload = parse_command(spec.payload, json.dumps(data))
        except ValidationError as error:
            raise Invalid(fields=field_problems(error, connection.actor.locale)) from None
        except (TypeError, ValueError, RecursionError):  # bytes, and what is no JSON
            raise Invalid from None
        answer: dict[str, Any] = spec.handler(self, connection, payload)
        return answer

    def _slow_down(self, connection: Connection, allowance: Allowance = SOCKET_PACE) -> None:
        """Raises RateLimited for what comes too fast; who goes on all the same is cut off."""
        now = self.runtime.clock.now()
        pace = connection.pace(allowance, now)
        try:
            pace.take(now)
        except RateLimited:
            if pace.refused >= REFUSALS_UNTIL_CUT:
                log.warning("socket_too_fast", sid=connection.sid, operator=connection.actor.operator_id)
                self.tail.drop(connection.sid)
            raise

    def catch_up(self, connection: Connection, after: int | None) -> dict[str, Any]:
        """One at a time for each socket, and not too often."""
        self._slow_down(connection, SUBSCRIPTIONS)
        with self.connections.lock:
            if connection.is_catching_up:
                raise RateLimited(retry_after=1)
            connection.is_catching_up = True
        try:
            return self.tail.subscribe(connection, after)
        finally:
            connection.is_catching_up = False


def _refusal(error: AppError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code}
    if "retry_after" in error.details:
        told["retry_after"] = error.details["retry_after"]
    if "fields" in error.details:
        told["fields"] = error.details["fields"]
    return {"ok": False, "error": told}


def _failed(error: Exception) -> dict[str, Any]:
    log.error("socket_event_failed", exc_info=error)
    return {"ok": False, "error": {"code": "internal"}}


class Subscribe(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: Sequence | None = None


@on("events.subscribe", permission=Permission.SESSION_USE, payload=Subscribe, write=False)
def subscribe(hub: Hub, connection: Connection, payload: Subscribe) -> dict[str, Any]:
    return hub.catch_up(connection, payload.after)
