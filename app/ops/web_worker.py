"""gunicorn's worker for the web process: what is refused unread is not read afterwards.

Between two requests of a connection gunicorn reads what is left of the first one's body, without limit and
in slices of a kilobyte: who announces 300 MB to an address that takes 64 kB, and sends them, would hold the
loop, and with it everybody, for half a minute. Here the connection ends instead, after the answer.

It may also have been forked with the application imported already (app.processes.supervisord).
"""

from __future__ import annotations

import socket
import time
import warnings
from typing import Any

import gevent
from gevent.monkey import MonkeyPatchWarning
from gunicorn.http.body import LengthReader
from gunicorn.workers.ggevent import GeventWorker

from app.ops import late_patching

SLIGHT_BYTES = 64 * 1024
"""Less than this is read to the end, and the connection stays."""
_LINGER_SECONDS = 1.0
_SLICE = 65_536
_PAUSE_SECONDS = 0.005
"""Between slices: what arrives meanwhile is 13 MB at most, and costs next to nothing."""


class WebWorker(GeventWorker):  # type: ignore[misc]  # gunicorn carries no types
    def patch(self) -> None:
        if not late_patching.is_needed():
            super().patch()
            return
        with warnings.catch_warnings():
            # That it is late is known, and seen to.
            warnings.simplefilter("ignore", MonkeyPatchWarning)
            super().patch()
        late_patching.renew()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Raises StopIteration where the connection is to end."""
        super().handle_request(listener_name, req, sock, addr)
        if _much_is_left(req.body):
            _let_the_answer_arrive(sock)
            raise StopIteration


def _much_is_left(body: Any) -> bool:
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


def _let_the_answer_arrive(sock: socket.socket) -> None:
    """Closing at once what still brings something resets it, and the sender never sees why it was refused."""
    ends = time.monotonic() + _LINGER_SECONDS
    try:
        sock.shutdown(socket.SHUT_WR)
        while (left := ends - time.monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(_SLICE):
                return
            gevent.sleep(_PAUSE_SECONDS)
    except OSError:
        return
