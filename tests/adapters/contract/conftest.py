"""One sandbox for the whole contract suite, a receiver for its pushes, and every account of every adapter."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.adapters import registry
from app.adapters.base import PlatformAdapter, PushReceiver
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Budget, Credentials, Cursor, InboundPost
from app.core.http_client import build_client
from sandbox.testing import SandboxProcess, start_sandbox


@dataclass(frozen=True)
class Delivery:
    """A push as it arrived: account key, query, headers, raw body."""

    key: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class PushCatcher:
    """A callback address that answers every push at once and keeps it."""

    def __init__(self) -> None:
        self._deliveries: queue.Queue[Delivery] = queue.Queue()
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                address = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                platform, key = address.path.split("/")[-2:]
                catcher._deliveries.put(
                    Delivery(key, dict(parse_qsl(address.query)), dict(self.headers.items()), body)
                )
                ack = b"success" if platform == "wechat" else b""
                self.send_response(200)
                self.send_header("content-length", str(len(ack)))
                self.end_headers()
                self.wfile.write(ack)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def next_for(self, key: str) -> Delivery:
        """The next push to `key`; others are dropped. Raises queue.Empty after a minute."""
        while True:
            delivery = self._deliveries.get(timeout=60)
            if delivery.key == key:
                return delivery

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@dataclass
class Party:
    """One account of one adapter, with the sandbox behind it."""

    key: str
    name: str
    adapter: PlatformAdapter
    account: AccountRef
    sandbox: SandboxProcess
    pushes: PushCatcher
    cursors: dict[str, Cursor | None] = field(default_factory=dict)

    def customer(self, act: str, text: str, customer: str = "小周", **more: Any) -> dict[str, Any]:
        body = {"account": self.key, "customer": customer, "text": text, **more}
        return self.sandbox.control("POST", f"/customer/{act}", body)

    def fault(self, match: str, kind: str, **more: Any) -> None:
        self.sandbox.control("POST", "/faults", {"match": match, "kind": kind, **more})

    def polled(self, stream: str, calls: int = 3) -> list[InboundPost]:
        """All that a stream brings from where the last read ended."""
        found: list[InboundPost] = []
        for _ in range(100):
            page = self.adapter.poll(stream, self.account, self.cursors.get(stream), Budget(calls))
            self.cursors[stream] = page.next_cursor
            found += page.items
            if not page.has_more:
                return found
        raise AssertionError("the stream does not come to an end")

    def pushed(self) -> InboundPost:
        """The next push, verified and read as the console would."""
        receiver = cast(PushReceiver, self.adapter)
        delivery = self.pushes.next_for(self.key)
        receiver.verify(delivery.query, delivery.headers, delivery.body, self.account)
        now = self.adapter.services.clock.now()
        (item,) = receiver.parse_push(delivery.body, delivery.query, self.account, now).items
        return item

    def sent(self) -> list[dict[str, Any]]:
        return self.sandbox.sent(self.key)


@pytest.fixture(scope="session")
def pushes() -> Iterator[PushCatcher]:
    catcher = PushCatcher()
    yield catcher
    catcher.close()


@pytest.fixture(scope="session")
def server(pushes: PushCatcher) -> Iterator[SandboxProcess]:
    with start_sandbox(callback_base=pushes.url) as running:
        yield running


ACCOUNT_KEYS = (
    "weibo-care",
    "weibo-broadband",
    "weibo-campus",
    "wechat-main",
    "wechat-hall",
    "wechat-club",
    "mastodon-care",
)


@pytest.fixture(params=ACCOUNT_KEYS)
def party(request: pytest.FixtureRequest, server: SandboxProcess, pushes: PushCatcher) -> Iterator[Party]:
    server.control("DELETE", "/faults")
    described = server.accounts()[request.param]
    account = AccountRef(
        platform=described["platform"],
        external_id=described["external_id"],
        base_urls={name: server.url + path for name, path in described["base_urls"].items()},
        credentials=Credentials(described["credentials"]),
        settings=described["settings"],
    )
    services = AdapterServices(http=build_client(private_hosts=frozenset({"127.0.0.1"})))
    yield Party(
        key=request.param,
        name=described["name"],
        adapter=registry.build(described["platform"], services),
        account=account,
        sandbox=server,
        pushes=pushes,
    )
    services.http.close()
