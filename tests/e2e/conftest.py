"""One installation and one Chromium for all end-to-end tests; a fresh browser profile for each person."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.console import Console, CustomerPage
from tests.e2e.platform import Platform
from tests.support.mail_server import MailServer, running_mail_server
from tests.support.servers import unused_port
from tests.support.stack import RunningStack, running_stack

_numbers = itertools.count(1)
WIDTH, HEIGHT = 1440, 900
# Generous, in milliseconds: a busy machine is slow, and a test that passes does not wait.
SOON = 60_000
expect.set_options(timeout=SOON)
NewContext = Callable[..., BrowserContext]
LogIn = Callable[..., Console]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with running_mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer) -> Iterator[RunningStack]:
    """All processes; nobody writes unless a test says so, and undo time is short but there."""
    folder = tmp_path_factory.mktemp("e2e") / "data"
    environ = {"SANDBOX_OPTIONS": "--scenario none", "UNDO_SECONDS": "2", **mail_server.environ()}
    with running_stack(folder, unused_port(), **environ) as running:
        yield running


@pytest.fixture(scope="session")
def platform(stack: RunningStack) -> Iterator[Platform]:
    found = Platform(stack.sandbox_address)
    yield found
    found.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """Makes browser profiles that know nothing of each other; all end with the test."""
    made: list[BrowserContext] = []

    def make(height: int = HEIGHT) -> BrowserContext:
        context = chromium.new_context(locale="zh-CN", viewport={"width": WIDTH, "height": height})
        context.set_default_timeout(SOON)
        # A page that asks "leave without sending?" would wait for an answer for ever.
        context.on("dialog", lambda dialog: dialog.accept())
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def log_in(stack: RunningStack, new_context: NewContext) -> Iterator[LogIn]:
    """Logs a person in; at the end nobody's browser may have complained, and everybody logs out."""
    consoles: list[Console] = []

    def enter(login_name: str, *, address: str = "", height: int = HEIGHT) -> Console:
        console = Console(new_context(height), address or stack.address).log_in(login_name)
        consoles.append(console)
        return console

    yield enter
    for console in consoles:
        # Away from the application first: a page on its way to the login can keep its profile from closing.
        console.page.goto("about:blank")
        console.api("DELETE", "/session")
        assert console.complaints == []


@pytest.fixture
def customer(stack: RunningStack, new_context: NewContext) -> CustomerPage:
    return CustomerPage(new_context(), stack.sandbox_address)


@pytest.fixture
def name() -> str:
    """A customer's name that no other test uses."""
    return f"测试顾客{next(_numbers)}号"
