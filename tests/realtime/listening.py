"""What tests of the event stream share: connecting a socket, hearing what came, telling of nothing."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_socketio import SocketIOTestClient

from app.core.context import Context
from app.core.events import Audience, EventName, Subject
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.extensions import socketio
from app.identity.schemas import SessionEnded
from tests.factories.browser import Browser

ACTOR = system_actor("test")
TOLD = EventName("test.told")


def emit(ctx: Context, number: int, *rooms: str) -> None:
    told = SessionEnded(session_id=number, reason="test")
    ctx.emit(TOLD, told, Audience(frozenset(rooms)), about=Subject("test", number))


def tell(runtime: Runtime, number: int, *rooms: str) -> None:
    """Commit an event that rooms may hear (nobody by default)."""
    with open_context(runtime, ACTOR) as ctx:
        emit(ctx, number, *rooms)


def connect(app: Flask, screen: Browser) -> SocketIOTestClient:
    return socketio.test_client(app, flask_test_client=screen.client)


def heard(client: SocketIOTestClient) -> list[dict[str, Any]]:
    frames = [packet["args"][0] for packet in client.get_received() if packet["name"] == "events"]
    return [told for frame in frames for told in frame["events"]]
