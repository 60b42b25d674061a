"""A running sandbox for the module, emptied before each test, and a callback address that records pushes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.testing import SandboxProcess, start_sandbox

Json = dict[str, Any]


@dataclass(frozen=True)
class Push:
    """One request that reached the callback address."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str


@dataclass
class Receiver:
    """Answers pushes with `answers` in turn (the last one for ever) and keeps what came."""

    address: str = ""
    received: list[Push] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"success")])

    def take(self, push: Push) -> tuple[int, bytes]:
        self.received.append(push)
        if push.method == "GET":
            return 200, push.query.get("echostr", "").encode()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def wait(self, count: int, seconds: float = 60.0) -> list[Push]:
        """The pushes, once there are `count`; fails the test when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} pushes came"
            time.sleep(0.01)
        return list(self.received)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            push = Push(self.command, address.path, dict(parse_qsl(address.query)), body, kind)
            status, text = receiver.take(push)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: Any) -> None:
            return

    # The base class finds its methods by these names.
    setattr(Handler, "do_GET", Handler._answer)  # noqa: B010
    setattr(Handler, "do_POST", Handler._answer)  # noqa: B010
    return Handler


@pytest.fixture(scope="module")
def listening() -> Iterator[Receiver]:
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def server(listening: Receiver) -> Iterator[SandboxProcess]:
    with start_sandbox(callback_base=listening.address) as running:
        yield running


@pytest.fixture
def sandbox(server: SandboxProcess) -> SandboxProcess:
    server.control("POST", "/reset")
    return server


@pytest.fixture
def receiver(listening: Receiver, sandbox: SandboxProcess) -> Receiver:
    sandbox.control("POST", "/limits", {"values": {"push_retry_seconds": 0.05, "push_timeout_seconds": 30}})
    listening.received.clear()
    listening.answers[:] = [(200, b"success")]
    return listening


@pytest.fixture
def credentials(sandbox: SandboxProcess) -> Callable[[str], dict[str, str]]:
    accounts = sandbox.accounts()

    def of(key: str) -> dict[str, str]:
        found: dict[str, str] = accounts[key]["credentials"]
        return found

    return of


@pytest.fixture
def weibo(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Callable[..., Any]:
    """Call the Weibo API as `weibo-care`: GET, or POST when there is a form."""
    token = credentials("weibo-care")["access_token"]

    def call(path: str, form: Json | None = None, **query: Any) -> Any:
        headers = {"Authorization": f"OAuth2 {token}"}
        if form is None:
            return sandbox.http.get(f"/weibo/2/{path}.json", params=query, headers=headers)
        return sandbox.http.post(f"/weibo/2/{path}.json", data=form, headers=headers)

    return call
