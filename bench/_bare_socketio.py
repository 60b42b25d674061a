"""A Socket.IO server without anything behind it, by the library that ours stands on: the peer of fan_out.

    gunicorn -k gevent bench._bare_socketio:app

It lets in whoever comes. `GET /burst?first=…&count=…` sends so many events to everybody, as fast as it can,
each in a packet of its own, as the library's `emit` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import socketio

from bench._fan_events import wire_view

server = socketio.Server(async_mode="gevent", cors_allowed_origins="*")


@server.on("events.subscribe")
def _subscribe(_sid: str, _data: Any) -> dict[str, Any]:
    return {"ok": True}


def _burst(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    asked = parse_qs(environ.get("QUERY_STRING", ""))
    first, count = int(asked["first"][0]), int(asked["count"][0])
    server.start_background_task(_send, first, count)
    start("204 No Content", [])
    return [b""]


def _send(first: int, count: int) -> None:
    for number in range(first, first + count):
        server.emit("events", {"events": [wire_view(number)], "seq": number - first + 1})
        server.sleep(0)


app = socketio.WSGIApp(server, _burst)
