"""Copies of customers' pictures: fetched once through the guarded client, served to whoever may see them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from app.core.guarded_fetch import FetchPolicy, GuardedFetcher
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.customers import avatars
from app.customers.jobs import fetch_avatar
from app.listener.jobs import LISTENER
from app.models import Avatar, ContactIdentity, Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
OpenBrowser = Callable[[Operator | None], Browser]


class Pictures:
    """A picture host: answers by path, and counts."""

    def __init__(self) -> None:
        self.answers = {
            "/a.png": ("image/png", PNG),
            "/b.png": ("image/png", PNG + b"b"),
            "/page": ("text/html", b"<script>"),
            "/disguised.png": ("image/png", b"<svg onload='alert(1)'/>"),
            "/drawing.svg": ("image/svg+xml", b"<svg/>"),
            "/huge.png": ("image/png", bytes(avatars.MAX_BYTES + 1)),
        }
        self.asked: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                kind, body = host.answers[self.path]
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    host = Pictures()
    yield host
    host.close()


@pytest.fixture
def trusted(runtime: Runtime, pictures: Pictures) -> None:
    """This host may be fetched from although it is private, as an administrator can say."""
    runtime.settings.private_fetch_hosts = f"127.0.0.1:{pictures.port}"


def show(desk: Desk, url: str) -> int:
    """The customer's profile names this picture; the identity's id."""
    with open_context(desk.runtime, LISTENER) as ctx:
        identity = ctx.session.scalars(select(ContactIdentity).order_by(ContactIdentity.id)).first()
        assert identity is not None
        identity.avatar_url = url
        return identity.id


def stored(desk: Desk) -> list[tuple[str, bytes]]:
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        return [(row.mime_type, row.content) for row in ctx.session.scalars(select(Avatar))]


def avatar_id(desk: Desk, identity_id: int) -> int | None:
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        return ctx.session.get_one(ContactIdentity, identity_id).avatar_id


@pytest.mark.usefixtures("trusted")
def test_a_picture_is_copied_once_and_served_from_here(
    desk: Desk, pictures: Pictures, open_browser: OpenBrowser
) -> None:
    identity = show(desk, pictures.url("/a.png"))
    fetch_avatar(desk.runtime, identity)
    fetch_avatar(desk.runtime, identity)
    assert (stored(desk), pictures.asked) == ([("image/png", PNG)], ["/a.png"])
    answer = open_browser(desk.operator).get(f"/avatars/{avatar_id(desk, identity)}")
    assert (answer.get_data(), answer.content_type) == (PNG, "image/png")
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.usefixtures("trusted")
def test_another_picture_takes_its_place(desk: Desk, pictures: Pictures) -> None:
    fetch_avatar(desk.runtime, show(desk, pictures.url("/a.png")))
    identity = show(desk, pictures.url("/b.png"))
    fetch_avatar(desk.runtime, identity)
    assert stored(desk) == [("image/png", PNG + b"b")]
    assert avatar_id(desk, identity) is not None


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("path", ["/page", "/disguised.png", "/drawing.svg", "/huge.png"])
def test_what_is_no_small_bitmap_is_not_stored(desk: Desk, pictures: Pictures, path: str) -> None:
    identity = show(desk, pictures.url(path))
    fetch_avatar(desk.runtime, identity)
    assert (stored(desk), avatar_id(desk, identity)) == ([], None)


def test_an_address_inside_our_network_is_not_asked(desk: Desk, pictures: Pictures) -> None:
    fetch_avatar(desk.runtime, show(desk, pictures.url("/a.png")))
    assert (stored(desk), pictures.asked) == ([], [])


def test_who_has_no_picture_costs_no_call(desk: Desk, runtime: Runtime) -> None:
    runtime.parts["avatar_fetcher"] = GuardedFetcher(FetchPolicy(total_seconds=0.1))
    fetch_avatar(desk.runtime, show(desk, ""))
    fetch_avatar(desk.runtime, 999_999)
    assert stored(desk) == []


@pytest.mark.usefixtures("trusted")
def test_another_agency_does_not_see_the_picture(
    desk: Desk, pictures: Pictures, open_browser: OpenBrowser
) -> None:
    identity = show(desk, pictures.url("/a.png"))
    fetch_avatar(desk.runtime, identity)
    stranger = desk.make.agency()
    browser = open_browser(desk.make.operator(stranger, desk.make.team(stranger)))
    assert browser.get(f"/avatars/{avatar_id(desk, identity)}").status_code == 404
