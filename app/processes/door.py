"""The door: `python -m app.processes.door`. It keeps the port, and answers pushes.

A push is acknowledged by a process that does nothing else, so that it never waits for frames that are encoded
for browsers. All other connections are handed over, unread, to the web process; so are pushes while all hands
are busy (somebody sends very slowly), and whatever is not plainly a push: the web process answers them too.
"""

from __future__ import annotations

import os
import queue
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from gunicorn.config import Config
from gunicorn.http import get_parser, wsgi
from gunicorn.http.errors import ParseException
from gunicorn.util import write_error

from app.accounts.door import PREFIX, Door
from app.ops.handover import hand_over
from app.ops.layout import WEB_SOCKET
from app.ops.unread import let_the_answer_arrive, much_is_left
from app.processes.composition import start_process

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = structlog.get_logger(__name__)
HANDS = 32
"""Pushes that are read and answered at once."""
IDLE_SECONDS = 30.0
"""A connection that says nothing for so long is closed."""
READ_SECONDS = 10.0
"""Between two parts of a push."""
END_SECONDS = 3.0
"""What is being answered at a stop gets so long."""
SWITCH_SECONDS = 0.001
_BACKLOG = 2048
_BEGINNING = f"POST {PREFIX}".encode()


class Doorkeeper:
    """`listener` is bound already; `web` is where connections are handed over to."""

    def __init__(self, listener: socket.socket, application: WSGIApplication, web: Path) -> None:
        self._listener = listener
        self._application = application
        self._web = web
        self._config = Config()
        self._selector = selectors.DefaultSelector()
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="push")
        self._free = threading.Semaphore(HANDS)
        self._answered: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._woken, self._wake = socket.socketpair()
        self._stopping = False
        self._idle: dict[socket.socket, float] = {}
        """Connections that wait for a request, longest first, with the moment when they are given up."""

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stopping = True
        self._ring()

    def serve(self) -> None:
        """Until it is stopped; pushes that are being answered then are answered."""
        for sock in (self._listener, self._woken, self._wake):
            sock.setblocking(False)
        for sock in (self._listener, self._woken):
            self._selector.register(sock, selectors.EVENT_READ)
        while not self._stopping:
            for key, _ in self._selector.select(1.0):
                self._look_at(key.fileobj)
            self._close_idle(time.monotonic())
        self._listener.close()
        self._let_hands_finish()
        for sock in (*self._idle, self._woken, self._wake):
            sock.close()
        self._selector.close()

    def _look_at(self, sock: Any) -> None:
        if sock is self._listener:
            self._accept()
        elif sock is self._woken:
            self._take_back()
        else:
            self._selector.unregister(sock)
            del self._idle[sock]
            self._decide(sock)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:  # no descriptor is left, say: those that wait are kept by the system
            log.warning("not_accepted", error=repr(error))
            time.sleep(0.01)
            return
        self._wait_for_request(connection)

    def _wait_for_request(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._idle[connection] = time.monotonic() + IDLE_SECONDS
        self._selector.register(connection, selectors.EVENT_READ)

    def _take_back(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        with suppress(queue.Empty):
            while True:
                self._wait_for_request(self._answered.get_nowait())

    def _close_idle(self, now: float) -> None:
        while self._idle:
            connection, until = next(iter(self._idle.items()))
            if until > now:
                return
            del self._idle[connection]
            self._selector.unregister(connection)
            connection.close()

    def _decide(self, connection: socket.socket) -> None:
        """Something has come: whose is it?"""
        try:
            seen = connection.recv(len(_BEGINNING), socket.MSG_PEEK)
            if seen == _BEGINNING and self._free.acquire(blocking=False):
                self._hands.submit(self._answer, connection)
                return
            if seen:
                hand_over(connection, self._web)
        except OSError as error:
            # Nobody is there to serve it: to its other end that is a server that is not there.
            log.info("not_handed_over", error=repr(error))
        connection.close()

    def _answer(self, connection: socket.socket) -> None:
        goes_on = False
        try:
            connection.settimeout(READ_SECONDS)
            goes_on = self._answer_one(connection)
        except OSError as error:
            log.info("push_broken_off", error=repr(error))
        except Exception as error:
            log.error("push_not_answered", exc_info=error)
        finally:
            self._free.release()
            if goes_on and not self._stopping:
                self._answered.put(connection)
                self._ring()
            else:
                connection.close()

    def _answer_one(self, connection: socket.socket) -> bool:
        """Whether the connection may bring another request."""
        parser = get_parser(self._config, connection, connection.getpeername())
        try:
            request = next(parser)
        except StopIteration:
            return False
        except ParseException:
            write_error(connection, 400, "Bad Request", "")
            return False
        response, environ = wsgi.create(
            request, connection, connection.getpeername(), connection.getsockname(), self._config
        )
        environ["wsgi.multithread"] = True
        if self._stopping:
            response.force_close()
        for part in self._application(environ, response.start_response):
            response.write(part)
        response.close()
        if much_is_left(request.body):
            let_the_answer_arrive(connection)
            return False
        may_go_on = parser.finish_body() and not response.should_close()
        # What came too early cannot be unread, and the next request may be somebody else's to answer.
        return may_go_on and not parser.unreader.take_buffered()

    def _let_hands_finish(self) -> None:
        ends = time.monotonic() + END_SECONDS
        for _ in range(HANDS):
            self._free.acquire(timeout=max(0.0, ends - time.monotonic()))
        self._hands.shutdown(wait=False)

    def _ring(self) -> None:
        with suppress(OSError):  # full of rings already
            self._wake.send(b"r")


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by what is accepted
    return listener


def _nothing_here(_environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Length", "0")])
    return []


def main(_arguments: Sequence[str] = ()) -> int:
    web = os.environ.get(WEB_SOCKET)
    if not web:
        raise SystemExit(f"lingke: {WEB_SOCKET} must name the socket at which the web process takes over")
    runtime = start_process("door")
    sys.setswitchinterval(SWITCH_SECONDS)
    listener = listen(runtime.settings.bind_host, runtime.settings.port)
    keeper = Doorkeeper(listener, Door(_nothing_here, runtime), Path(web))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.stop())
    keeper.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
