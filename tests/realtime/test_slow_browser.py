"""A browser that does not read: little is kept for it, it is told so, and by asking it gets all it missed."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.core.events import Audience, Subject
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.schemas import SessionEnded
from app.models import Operator
from app.realtime.line import MOST_BYTES, PlainSockets
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from tests.factories.browser import Browser
from tests.realtime.listening import ACTOR, TOLD

SMALL_BUFFER = 8192
LONG = 400_000
"""Characters of an event: a few of them are more than a line may hold."""
MOST_EVENTS = 5 * MOST_BYTES // LONG


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The application's, whose lines hold little in the system's own buffers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


class Line:
    """Engine.IO over a websocket by hand, which reads only when it is told to."""

    def __init__(self, port: int, cookie: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self.socket.settimeout(120)
        self.socket.connect(("127.0.0.1", port))
        self._bytes = self.socket.makefile("rb")
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        while self._bytes.readline() != b"\r\n":
            pass
        self.say("40")
        self.ask(None)

    def close(self) -> None:
        self._bytes.close()
        self.socket.close()

    def say(self, text: str) -> None:
        """A short masked text frame; a mask of zeros changes nothing."""
        self.socket.sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text.encode())

    def ask(self, after: int | None) -> list[tuple[str, Any]]:
        """Subscribe; what came before the answer."""
        self.say(f'420["events.subscribe",{{"after":{json.dumps(after)}}}]')
        return self.read_until(lambda name, told: name == "answer" and told["ok"])

    def read_until(self, is_last: Callable[[str, Any], bool]) -> list[tuple[str, Any]]:
        """Messages in turn, each with its name, up to and with the one named."""
        read = []
        while True:
            message = self._message()
            if message == "2":
                self.say("3")
            elif message.startswith("430"):
                read.append(("answer", json.loads(message[3:])[0]))
            elif message.startswith("42"):
                name, told = json.loads(message[2:])
                read.append((name, told))
            else:
                continue
            if read and is_last(*read[-1]):
                return read

    def _message(self) -> str:
        first, size = self._bytes.read(2)
        assert first == 0x81, "a whole text frame begins here"
        if size == 126:
            (size,) = struct.unpack("!H", self._bytes.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._bytes.read(8))
        return self._bytes.read(size).decode()


def numbers(read: list[tuple[str, Any]]) -> list[int]:
    return [event["seq"] for name, told in read if name == "events" for event in told["events"]]


@pytest.mark.parametrize("empty_database", ["renewed_sqlite"], indirect=True)
def test_who_does_not_read_is_told_to_ask_and_misses_nothing(
    app: Flask,
    hub: Hub,
    port: int,
    operator: Operator,
    open_browser: Callable[[Operator | None], Browser],
    runtime: Runtime,
) -> None:
    cookie = open_browser(operator).client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with closing(Line(port, f"{cookie.key}={cookie.value}")) as line:
        (connection,) = hub.connections.all()
        published = 0
        while connection.position is not None:
            assert published < MOST_EVENTS, "it is never left behind"
            tell_at_length(runtime, operator)
            published += publish_new(runtime)
            assert hub.tail.step()
        read = line.read_until(lambda name, _told: name == "events.behind")
        heard = numbers(read)
        assert heard == list(range(1, len(heard) + 1))
        assert len(heard) < published
        rest = numbers(line.ask(heard[-1] if heard else 0))
        assert heard + rest == list(range(1, published + 1))


def tell_at_length(runtime: Runtime, operator: Operator) -> None:
    with open_context(runtime, ACTOR) as ctx:
        told = SessionEnded(session_id=0, reason="x" * LONG)
        ctx.emit(TOLD, told, Audience(frozenset({f"operator{operator.id}"})), about=Subject("test", 1))


def test_what_a_full_line_takes_a_part_of_is_written_to_the_end() -> None:
    """As under gevent: a socket that never blocks inside, and another that writes at the same time."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
    ours.settimeout(120)
    environ: dict[str, Any] = {"HTTP_UPGRADE": "websocket", "gunicorn.socket": ours}
    PlainSockets(lambda *_: [])(environ, lambda *_: lambda _: None)
    frames = [bytes([letter]) * LONG for letter in b"ab"]
    writers = [threading.Thread(target=environ["gunicorn.socket"].send, args=(frame,)) for frame in frames]
    with ours, theirs, theirs.makefile("rb") as read:
        for writer in writers:
            writer.start()
        came = [read.read(LONG), read.read(LONG)]
        for writer in writers:
            writer.join()
    assert sorted(came) == frames
