"""What we use of python-socketio and python-engineio below `emit` does what `emit` does, as pinned."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from engineio.socket import Socket
from flask import Flask
from socketio import Server
from werkzeug.serving import make_server
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import TextMessage

from app.core.json_text import json_text
from app.realtime.line import MOST_BYTES, MOST_PACKETS, NAMESPACE, Lines, event_packet

PINNED = Path(__file__).resolve().parents[2] / "requirements.in"
FRAME = {"events": [{"name": "message.appended", "payload": {"text": "宽带断了 \u2028 \"'<"}}], "seq": 7}


class Browser:
    """A socket of the real server without a network; what would be written is on its queue."""

    def __init__(self, server: Server) -> None:
        eio_sid = server.eio.generate_id()
        self.socket = Socket(server.eio, eio_sid)
        server.eio.sockets[eio_sid] = self.socket
        server._handle_eio_connect(eio_sid, {})
        server._handle_eio_message(eio_sid, "0")
        self.sid: str = server.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        self.written()

    def written(self) -> list[str]:
        packets = [self.socket.queue.get() for _ in range(self.socket.queue.qsize())]
        return [packet.encode() for packet in packets]


@pytest.fixture
def server() -> Server:
    server = Server(async_mode="threading")
    server.on("connect", lambda *_: True)
    return server


@pytest.fixture
def lines(server: Server) -> Lines:
    return Lines(SimpleNamespace(server=server))


def decoded(server: Server, packet: str) -> tuple[int, str | None, object]:
    read = server.packet_class(encoded_packet=packet[1:])
    return read.packet_type, read.namespace, read.data


def test_an_encoded_packet_arrives_as_an_emitted_one(server: Server, lines: Lines) -> None:
    browser = Browser(server)
    server.emit("events", FRAME, to=browser.sid)
    lines.send(browser.sid, event_packet("events", json_text(FRAME)))
    emitted, sent = browser.written()
    assert emitted[:2] == sent[:2] == "42"
    assert decoded(server, sent) == decoded(server, emitted)


def test_it_goes_to_one_browser_only_and_may_go_to_several(server: Server, lines: Lines) -> None:
    first, second, third = (Browser(server) for _ in range(3))
    packet = event_packet("events", "{}")
    lines.send(first.sid, packet)
    lines.send(second.sid, packet)
    assert first.written() == second.written() == ['42["events",{}]']
    assert third.written() == []


def test_a_line_is_full_of_many_packets(server: Server, lines: Lines) -> None:
    browser = Browser(server)
    assert not lines.is_full(browser.sid)
    for _ in range(MOST_PACKETS):
        assert not lines.is_full(browser.sid)
        lines.send(browser.sid, event_packet("events", "{}"))
    assert lines.is_full(browser.sid)
    browser.written()
    assert not lines.is_full(browser.sid)


def test_a_line_is_full_of_many_bytes(server: Server, lines: Lines) -> None:
    """Of frames, as they are written: characters of ours take three each."""
    browser = Browser(server)
    lines.send(browser.sid, event_packet("events", json_text("宽" * (MOST_BYTES // 3))))
    assert lines.is_full(browser.sid)


@pytest.mark.parametrize("size", [0, 100, 200, 70_000])
def test_a_frame_made_for_many_is_what_the_websocket_would_make(size: int) -> None:
    packet = event_packet("events", json_text("宽" * size))
    theirs = Connection(ConnectionType.SERVER).send(TextMessage(data=str(packet.encode())))
    assert packet.encode().frame == theirs


def test_a_browser_that_is_gone_hears_nothing(server: Server, lines: Lines) -> None:
    browser = Browser(server)
    lines.cut(browser.sid)
    browser.written()
    lines.send(browser.sid, event_packet("events", "{}"))
    assert browser.written() == []
    assert not lines.is_full(browser.sid)


@pytest.mark.parametrize("library", ["python-socketio", "python-engineio"])
def test_the_libraries_are_pinned_to_what_these_tests_ran_with(library: str) -> None:
    pinned = re.search(rf"^{library}==(\d+\.\d+\.\d+)$", PINNED.read_text(), re.MULTILINE)
    assert pinned, f"{library} must be pinned exactly: app/realtime/line.py reaches below its public face"
    assert pinned[1] == version(library)


@pytest.fixture
def served(app: Flask) -> Iterator[int]:
    """The application's port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.mark.parametrize("empty_database", ["renewed_sqlite"], indirect=True)
def test_no_frame_is_packed_for_each_browser_although_browsers_offer_it(served: int) -> None:
    """It would cost more than all else that is done for a browser."""
    with socket.create_connection(("127.0.0.1", served), timeout=60) as browser:
        browser.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{served}\r\n"
            f"Origin: http://127.0.0.1:{served}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n".encode()
        )
        answer = browser.recv(4096).decode("latin-1").lower()
    assert "101 switching protocols" in answer
    assert "sec-websocket-extensions" not in answer
