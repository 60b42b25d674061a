"""Fetching addresses that outsiders name."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.core.addresses import is_public
from app.core.guarded_fetch import FetchPolicy, FetchRefused, GuardedFetcher

PNG = b"\x89PNG\r\n" + b"x" * 500


class Site(BaseHTTPRequestHandler):
    """Pictures, traps and redirects."""

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        getattr(self, f"_{name}", self._picture)()

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for header, value in {"content-type": "image/png", **headers}.items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _picture(self) -> None:
        self._answer(200, PNG)

    def _page(self) -> None:
        self._answer(200, b"<html>", content_type="text/html")

    def _missing(self) -> None:
        self._answer(404)

    def _packed(self) -> None:
        self._answer(200, b"\x1f\x8b", content_encoding="gzip")

    def _declared(self) -> None:
        self._answer(200, b"x", content_length="99999999")

    def _endless(self) -> None:
        self._answer(200)
        while True:
            self.wfile.write(b"x" * 65536)

    def _drip(self) -> None:
        self._answer(200)
        for _ in range(1200):
            self.wfile.write(b"x")
            time.sleep(0.1)

    def _silent(self) -> None:
        time.sleep(120)

    def _loop(self) -> None:
        self._answer(302, location="/loop")

    def _inward(self) -> None:
        host = self.headers["Host"].replace("sandbox.test", "127.0.0.1")
        self._answer(302, location=f"http://{host}/picture")

    def _elsewhere(self) -> None:
        self._answer(302, location="/picture")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        del format, args


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Cut connections are what these tests are about."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


def to_loopback(host: str, port: int) -> list[str]:
    del host, port
    return ["127.0.0.1"]


def trusting(port: int, **policy: Any) -> GuardedFetcher:
    """Trusts one made-up host name of the local server, and nothing else."""
    allowed = FetchPolicy(allowed_private=frozenset({f"sandbox.test:{port}"}), **policy)
    return GuardedFetcher(allowed, resolver=to_loopback)


def refusal(fetcher: GuardedFetcher, url: str) -> str:
    with pytest.raises(FetchRefused) as caught:
        fetcher.fetch(url)
    return caught.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2001:0:7f00:1::1", "2001:0:808:808::1", "2001:db8::1",
        "198.18.0.1", "192.0.2.1", "not an address",
        # Case E10.
        "fec0::1", "feff::1", "::127.0.0.1", "::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1::808:808", "192.0.0.1",
        "192.0.0.170", "168.63.129.16", "100.100.100.200", "64:ff9b::a83f:8110", "::ffff:168.63.129.16",
        "2002:a83f:8110::1", "::ffff:0:7f00:1", "100::1", "5f00::1", "3fff::1", "4000::1", "2001:10::1",
        "2620:4f:8000::1", "192.88.99.1", "240.0.0.1", "239.255.255.250", "0.1.2.3", "", "1.2.3", "0x7f.1",
        "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:7f00:1",
    ],
)  # fmt: skip
def test_addresses_of_our_own_world_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "0",
    ],
)
def test_no_spelling_of_loopback_is_fetched(host: str, port: int) -> None:
    fetcher = GuardedFetcher(FetchPolicy(ports=frozenset({port})))
    assert refusal(fetcher, f"http://{host}:{port}/picture") in ("address_not_allowed", "unreachable")


@pytest.mark.parametrize(
    "url",
    [
        "", "picture.png", "file:///etc/passwd", "gopher://a.cn/", "ftp://a.cn/a", "http://", "http://a.cn:99999/",
        "http://user:pw@a.cn/a.png", "http://a.cn/a b", "http://a.cn/\r\nX: y", "http://[::1",
        "javascript:alert(1)", "http://a.cn/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    assert refusal(GuardedFetcher(), url) == "bad_address"


def test_unusual_ports_are_refused() -> None:
    assert refusal(GuardedFetcher(), "http://a.cn:6379/") == "address_not_allowed"


def test_a_trusted_private_host_is_fetched(port: int) -> None:
    got = trusting(port).fetch(f"http://sandbox.test:{port}/picture")
    assert (got.content, got.mime_type) == (PNG, "image/png")


def test_a_redirect_is_followed_only_after_the_same_check(port: int) -> None:
    fetcher = trusting(port)
    assert fetcher.fetch(f"http://sandbox.test:{port}/elsewhere").content == PNG
    assert refusal(fetcher, f"http://sandbox.test:{port}/inward") == "address_not_allowed"
    assert refusal(fetcher, f"http://sandbox.test:{port}/loop") == "too_many_redirects"


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    fetcher = GuardedFetcher(resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    assert refusal(fetcher, "http://a.cn/a.png") == "address_not_allowed"


def test_a_name_is_resolved_once_and_the_checked_address_is_used(port: int) -> None:
    answers: list[str] = []

    def changing(host: str, asked: int) -> list[str]:
        answers.append(host)
        return ["127.0.0.1"] if len(answers) == 1 else ["10.255.255.1"]

    policy = FetchPolicy(allowed_private=frozenset({"sandbox.test"}))
    GuardedFetcher(policy, resolver=changing).fetch(f"http://sandbox.test:{port}/picture")
    assert answers == ["sandbox.test"]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("page", "wrong_content_type"),
        ("packed", "wrong_content_type"),
        ("missing", "http_error"),
        ("declared", "too_large"),
        ("endless", "too_large"),
    ],
)
def test_what_is_no_picture_of_a_fit_size_is_refused(port: int, page: str, code: str) -> None:
    assert refusal(trusting(port, max_bytes=300_000), f"http://sandbox.test:{port}/{page}") == code


@pytest.mark.parametrize("page", ["drip", "silent"])
def test_a_slow_server_is_left_in_time(port: int, page: str) -> None:
    started = time.monotonic()
    assert refusal(trusting(port, total_seconds=0.5), f"http://sandbox.test:{port}/{page}") == "too_slow"
    assert time.monotonic() - started < 60, "both go on for two minutes"
