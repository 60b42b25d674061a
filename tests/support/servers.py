"""Fixtures with real servers. Load them with `pytest_plugins = ["tests.support.servers"]`.

`database_url` runs a test twice, on SQLite and on PostgreSQL, each time with a freshly migrated, empty
database of its own; `sqlite_url` and `postgresql_url` are the two alone. `redis_url` is an emptied queue
server. `installation` is everything at once, as `make run` starts it. Servers start when the first test asks
for them and live for the session.
"""

from __future__ import annotations

import itertools
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.ops.layout import ROOT
from tests.support import databases, postgres, queue_server
from tests.support.availability import missing
from tests.support.stack import RunningStack, running_stack

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: runs on SQLite")
    config.addinivalue_line("markers", "postgresql: needs a PostgreSQL server")


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A private folder whose path is short enough for Unix sockets, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="lk-"))
    folder.chmod(0o755)  # PostgreSQL's user has to pass through; each server's folder is private
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def queue_server_url(short_folder: Path) -> Iterator[str]:
    folder = short_folder / "q"
    folder.mkdir(mode=0o700)
    with queue_server.running_queue_server(folder) as address:
        yield address


@pytest.fixture
def redis_url(queue_server_url: str) -> Iterator[str]:
    """The address of a real queue server without keys."""
    queue_server.empty(queue_server_url)
    yield queue_server_url
    queue_server.empty(queue_server_url)


@pytest.fixture(scope="session")
def postgres_cluster(short_folder: Path) -> Iterator[postgres.Cluster]:
    binaries = postgres.find_binaries()
    if binaries is None:
        missing("a PostgreSQL server", "apt-get install postgresql")
    folder = short_folder / "pg"
    folder.mkdir(mode=0o700)
    with postgres.running_cluster(binaries, folder) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgresql_template(postgres_cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database that tests copy."""
    postgres_cluster.create("migrated")
    databases.migrate(postgres_cluster.address("migrated"), data_dir=tmp_path_factory.mktemp("pg-template"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.migrated_sqlite(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite file."""
    return databases.copy_sqlite(sqlite_template, tmp_path / "lingke.db")


@pytest.fixture
def postgresql_url(postgres_cluster: postgres.Cluster, postgresql_template: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    postgres_cluster.create(name, template=postgresql_template)
    yield postgres_cluster.address(name)
    postgres_cluster.drop(name)


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each kind."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's binary, which Playwright takes as `executable_path`."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        missing("Chromium", "apt-get install chromium fonts-noto-cjk")
    return found


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """All processes as `make run` starts them, with the demo organisation and a sandbox that is silent
    until a test plays the customer."""
    if not (ROOT / "app" / "static" / "dist" / ".vite" / "manifest.json").is_file():
        missing("the built front end", "make assets")
    data = tmp_path_factory.mktemp("installation") / "data"
    with running_stack(data, unused_port(), SANDBOX_OPTIONS="--scenario none") as running:
        yield running


@pytest.fixture
def free_port() -> int:
    return unused_port()


def unused_port() -> int:
    """A port that nobody listens on, and neither on the sandbox's port that goes with it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 80))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One running Chromium for all tests that need a browser: Playwright allows one loop a process."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield running
        running.close()
