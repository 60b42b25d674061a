"""The lines to browsers, below Socket.IO's `emit`: packets encoded and framed already, and what waits.

`emit` walks a payload and dumps it anew for every browser it is sent to; the websocket frames it anew; and
packets are put on a line that nobody reads without end. This is the one place that knows how python-socketio,
python-engineio and simple-websocket do it inside: all are pinned, and `tests/realtime/test_line.py` and
`test_slow_browser.py` fail when a version does it otherwise.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engineio.packet import MESSAGE, Packet
from socketio.packet import EVENT

from app.core.json_text import json_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

__all__ = [
    "MOST_BYTES",
    "MOST_PACKETS",
    "NAMESPACE",
    "Lines",
    "Packet",
    "PlainSockets",
    "event_packet",
    "send_framed",
]

NAMESPACE = "/"
MOST_PACKETS = 100
MOST_BYTES = 1 << 20
"""What may wait on one browser's line, besides what is being written; with as much as either it is full."""
_UNREAD_MILLISECONDS = 60_000
"""Somebody who takes nothing for so long is gone, although the connection stands."""
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")
_TEXT_FRAME = 0x81  # the whole of a message, in one frame


class PlainSockets:
    """WSGI middleware: frames go out as they are, and whole.

    Browsers offer to have them packed, and simple-websocket takes the offer: each frame would be packed anew
    for every browser, in 0.2 ms and 110 kB a browser, thirty times what sending it costs otherwise. It also
    takes for sent what a full line took a part of, and what came next would be read as the rest of it.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            for name in _SOCKETS:
                if name in environ:
                    environ[name] = _WholeWrites(environ[name])
        return self._inner(environ, start_response)


class _WholeWrites:
    """A socket, as far as a websocket uses one, that writes all it is given before anything else."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._writing = threading.Lock()
        if inner.family in (socket.AF_INET, socket.AF_INET6) and hasattr(socket, "TCP_USER_TIMEOUT"):
            inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS)

    def send(self, data: bytes) -> int:
        with self._writing:
            self._inner.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Framed(str):
    """The text of a packet that goes to many, with the frame it goes in."""

    __slots__ = ("frame",)
    frame: bytes


def event_packet(name: str, payload: str) -> Packet:
    """A packet that any number of lines may carry; `payload` is JSON text."""
    packet = Packet(MESSAGE, f"{EVENT}[{json_text(name)},{payload}]")
    packet.encode_cache = framed = _Framed(packet.encode())
    framed.frame = _frame_of(framed.encode())
    return packet


def _frame_of(text: bytes) -> bytes:
    """A server's frames carry no mask, so one does for all (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        head = struct.pack("!BB", _TEXT_FRAME, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", _TEXT_FRAME, 126, size)
    else:
        head = struct.pack("!BBQ", _TEXT_FRAME, 127, size)
    return head + text


def send_framed(server: Any) -> None:
    """Let the websockets of this Socket.IO server write frames that are made already as they are."""
    driver = server.eio._async
    inner = driver["websocket"]

    class WebSocket(inner):  # type: ignore[misc, valid-type]  # the driver's own
        def send(self, message: Any) -> Any:
            if not isinstance(message, _Framed):
                return super().send(message)
            if not self.ws.connected:
                raise OSError("the connection is closed")
            return self.ws.sock.send(message.frame)

    server.eio._async = {**driver, "websocket": WebSocket}


class Lines:
    """Of one Flask-SocketIO server."""

    def __init__(self, socketio: Any) -> None:
        self._socketio = socketio

    def send(self, sid: str, packet: Packet) -> None:
        """Put it on the browser's line. One that is gone hears nothing, as with `emit`."""
        server = self._socketio.server
        eio_sid = server.manager.eio_sid_from_sid(sid, NAMESPACE)
        if eio_sid is not None:
            server._send_eio_packet(eio_sid, packet)

    def is_full(self, sid: str) -> bool:
        """Whether the browser has not taken so much yet that nothing more may be queued for it."""
        server = self._socketio.server
        line = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, NAMESPACE))
        if line is None or line.queue.empty():
            return False
        waiting = list(line.queue.queue)
        return len(waiting) >= MOST_PACKETS or sum(map(_size, waiting)) >= MOST_BYTES

    def cut(self, sid: str) -> None:
        self._socketio.server.disconnect(sid)


def _size(packet: Packet | None) -> int:
    """Bytes of ours; what the transport says for itself is a few."""
    framed = getattr(packet, "encode_cache", None)
    return len(framed.frame) if isinstance(framed, _Framed) else 0
