"""What a refused request still sends: little is read to its end, more ends the connection."""

from __future__ import annotations

import socket
import time
from typing import Any

from gunicorn.http.body import LengthReader

SLIGHT_BYTES = 64 * 1024
"""Less than this is read to the end, and the connection stays."""
_LINGER_SECONDS = 1.0
_SLICE = 65_536
_PAUSE_SECONDS = 0.005
"""Between slices: what arrives meanwhile is 13 MB at most, and costs next to nothing."""


def much_is_left(body: Any) -> bool:
    """Whether more of a request's body is unread than is worth reading."""
    if isinstance(body.reader, LengthReader):
        return bool(body.reader.length > SLIGHT_BYTES)
    read = 0
    while read <= SLIGHT_BYTES:
        part = body.read(_SLICE)
        if not part:
            return False
        read += len(part)
    return True


def let_the_answer_arrive(sock: socket.socket) -> None:
    """Closing at once what still brings something resets it, and the sender never sees why it was refused."""
    ends = time.monotonic() + _LINGER_SECONDS
    try:
        sock.shutdown(socket.SHUT_WR)
        while (left := ends - time.monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(_SLICE):
                return
            time.sleep(_PAUSE_SECONDS)
    except OSError:
        return
