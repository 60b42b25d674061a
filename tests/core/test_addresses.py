"""Calling what an administrator configured: never a way into our own network (case E9)."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import httpx
import pytest

from app.accounts.platforms import Platforms
from app.adapters.health import health_of_error
from app.adapters.transport import AdapterServices, Call, Transport
from app.adapters.types import AccountRef, Credentials
from app.core.clock import SystemClock
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.http_client import build_client
from app.core.runtime import Runtime

SECRET = "the inside of somebody else's service"


class _Inside(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'{{"error": 1, "note": "{SECRET}"}}'.encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def inside() -> Iterator[int]:
    """A service of our own network; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Inside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def _call(client: httpx.Client, url: str) -> PlatformError:
    account = AccountRef("weibo", "1", {}, Credentials({}), {})
    transport = Transport("weibo", AdapterServices(http=client))
    call = Call("check", "GET", url)
    try:
        return transport.unreadable(call, transport.perform(account, call))
    except PlatformError as error:
        return error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1"])
def test_a_base_address_in_our_own_network_is_not_called(inside: int, host: str) -> None:
    with build_client() as client:
        error = _call(client, f"http://{host}:{inside}/")
    assert (error.kind, error.message) == (PlatformErrorKind.CONFIG, "address_not_allowed")


def test_a_name_of_which_one_address_is_private_is_not_called(inside: int) -> None:
    with build_client(resolver=lambda _host, _port: ["8.8.8.8", "127.0.0.1"]) as client:
        assert _call(client, f"http://platform.test:{inside}/").message == "address_not_allowed"


def test_what_a_setting_names_is_called_and_its_body_is_shown_to_nobody(inside: int) -> None:
    with build_client(private_hosts=frozenset({f"127.0.0.1:{inside}"})) as client:
        error = _call(client, f"http://127.0.0.1:{inside}/")
    assert error.platform_code == "http_500"
    assert SECRET not in health_of_error(error, SystemClock().now()).detail


def test_only_settings_open_the_way(runtime: Runtime, inside: int) -> None:
    runtime.settings.private_platform_hosts = f"other.test, 127.0.0.1:{inside}"
    opened = Platforms(runtime)
    runtime.settings.private_platform_hosts = ""
    runtime.settings.sandbox_url = ""
    closed = Platforms(runtime)
    url = f"http://127.0.0.1:{inside}/"
    assert _call(opened._services.http, url).message != "address_not_allowed"
    assert _call(closed._services.http, url).message == "address_not_allowed"
