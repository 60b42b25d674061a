"""The lines to browsers, below Socket.IO's `emit`: packets that are encoded already, and what waits on each.

`emit` walks a payload and dumps it anew for every browser it is sent to, and puts packets on a line that
nobody reads without end. This is the one place that knows how python-socketio and python-engineio do it
inside: both are pinned, and `tests/realtime/test_line.py` fails when a version does it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engineio.packet import MESSAGE, Packet
from socketio.packet import EVENT

from app.core.json_text import json_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

__all__ = ["NAMESPACE", "Lines", "Packet", "PlainSockets", "event_packet"]

NAMESPACE = "/"


class PlainSockets:
    """WSGI middleware: frames go out as they are.

    Browsers offer to have them packed, and simple-websocket takes the offer: each frame would be packed anew
    for every browser, in 0.2 ms and 110 kB a browser, thirty times what sending it costs otherwise.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self._inner(environ, start_response)


def event_packet(name: str, payload: str) -> Packet:
    """A packet that any number of lines may carry; `payload` is JSON text."""
    return Packet(MESSAGE, f"{EVENT}[{json_text(name)},{payload}]")


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

    def waiting(self, sid: str) -> int:
        """How many packets the browser has not taken yet."""
        server = self._socketio.server
        line = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, NAMESPACE))
        return 0 if line is None else int(line.queue.qsize())

    def cut(self, sid: str) -> None:
        self._socketio.server.disconnect(sid)
