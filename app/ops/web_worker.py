"""gunicorn's worker for the web process: what is refused unread is not read afterwards, and connections may
come from the door (app.processes.door) instead of the port.

Between two requests of a connection gunicorn reads what is left of the first one's body, without limit and
in slices of a kilobyte: who announces 300 MB to an address that takes 64 kB, and sends them, would hold the
loop, and with it everybody, for half a minute. Here the connection ends instead, after the answer.

It may also have been forked with the application imported already (app.processes.supervisord).
"""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

from gevent import socket
from gevent.monkey import MonkeyPatchWarning
from gunicorn.workers.ggevent import GeventWorker

from app.ops import late_patching
from app.ops.handover import take_over
from app.ops.unread import let_the_answer_arrive, much_is_left


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

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        if listener.family == socket.AF_UNIX:
            self._serve_what_comes_over(client)
        else:
            super().handle(listener, client, addr)

    def _serve_what_comes_over(self, channel: Any) -> None:
        with channel:
            descriptor = take_over(channel)
        if descriptor is None:
            return
        connection = socket.socket(fileno=descriptor)
        try:
            addresses = connection.getsockname(), connection.getpeername()
        except OSError:  # it has gone meanwhile
            connection.close()
            return
        super().handle(SimpleNamespace(getsockname=lambda: addresses[0]), connection, addresses[1])

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Raises StopIteration where the connection is to end."""
        super().handle_request(listener_name, req, sock, addr)
        if much_is_left(req.body):
            let_the_answer_arrive(sock)
            raise StopIteration
