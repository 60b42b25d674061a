"""The Socket.IO wrapper: declared events, each with a permission; connection and subscription."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app, request
from flask_socketio import SocketIO
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import AppError, Forbidden, Invalid
from app.core.ids import new_request_id
from app.core.permissions import ActorKind, Permission
from app.identity.web_session import current_token, load_current_actor
from app.realtime.connections import Connection, Connections
from app.realtime.tail import Tail

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SocketSpec:
    name: str
    permission: Permission
    payload: type[BaseModel]
    handler: Callable[..., Any]


SOCKET_EVENTS: dict[str, SocketSpec] = {}
"""Every event a browser may send, by name."""


def on(
    name: str, *, permission: Permission, payload: type[BaseModel]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what a browser may send. The handler is called as handler(hub, connection, payload)."""

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        SOCKET_EVENTS[name] = SocketSpec(name, permission, payload, handler)
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
        self.socketio.on_error_default(_failed)

    def _connect(self, _auth: Any = None) -> bool:
        actor = load_current_actor()
        token = current_token()
        if actor.kind is ActorKind.ANONYMOUS or token is None:
            return False
        if self.tail.ensure_running():
            for starter in self.on_first_connect:
                starter(self)
        self.connections.add(request.sid, actor, token)  # type: ignore[attr-defined]
        return True

    def _disconnect(self, *_reason: Any) -> None:
        connection = self.connections.remove(request.sid)  # type: ignore[attr-defined]
        if connection is not None:
            for listener in self.on_disconnect:
                listener(self, connection)

    def _handler(self, spec: SocketSpec) -> Callable[..., dict[str, Any]]:
        def handle(data: Any = None, *_more: Any) -> dict[str, Any]:
            structlog.contextvars.bind_contextvars(request_id=new_request_id())
            try:
                return self._call(spec, data)
            except AppError as error:
                return {"ok": False, "error": {"code": error.code}}

        return handle

    def _call(self, spec: SocketSpec, data: Any) -> dict[str, Any]:
        connection = self.connections.get(request.sid)  # type: ignore[attr-defined]
        if connection is None or not connection.actor.may(spec.permission):
            raise Forbidden
        try:
            payload = spec.payload.model_validate(data)
        except ValidationError:
            raise Invalid from None
        answer: dict[str, Any] = spec.handler(self, connection, payload)
        return answer


def _failed(error: Exception) -> dict[str, Any]:
    log.error("socket_event_failed", exc_info=error)
    return {"ok": False, "error": {"code": "internal"}}


class Subscribe(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: int | None = Field(None, ge=0)


@on("events.subscribe", permission=Permission.SESSION_USE, payload=Subscribe)
def subscribe(hub: Hub, connection: Connection, payload: Subscribe) -> dict[str, Any]:
    return hub.tail.subscribe(connection, payload.after)


def current_hub() -> Hub:
    hub: Hub = current_app.extensions["lingke_hub"]
    return hub
