"""What every test of the application stands on: real databases and queue, a clock that is told the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app.config import Settings, load_settings
from app.core import db
from app.core.clock import ManualClock
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.extensions import socketio
from app.identity.built_in_roles import keep_built_in_roles
from app.jobs import questions
from app.models import Operator
from app.ops.layout import ROOT
from app.processes import all_jobs
from app.processes.web import create_app
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.model import FakeModel
from tests.fakes.platforms import FakePlatforms, Remote
from tests.support import answering
from tests.support.answering import AnsweringQueue
from tests.support.databases import copy_sqlite, filled_tables
from tests.support.engines import kept_engine
from tests.support.one_owner import watch, written_elsewhere
from tests.support.postgres import Cluster
from tests.support.request_changes import unrecorded
from tests.workbench.desk import Desk

assert all_jobs.JOB_MODULES  # loaded: a test does jobs as a worker would

pytest_plugins = ["tests.support.servers"]

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
# Tables in any order, foreign keys unchecked meanwhile; a table without rows costs next to nothing.
EMPTY_ALL = """DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY[{tables}] LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$"""
CREDENTIAL_KEY = Fernet.generate_key().decode()
LONGEST_FILES = (
    "tests/accounts/test_a_simulated_week.py",
    "tests/ops/test_launcher.py",
    "tests/e2e/test_every_page.py",
    "tests/e2e/test_first_look.py",
    "tests/e2e/test_connection.py",
    "tests/e2e/test_chaos.py",
    "tests/listener/test_corrections.py",
    "tests/guards/test_no_request_stalls.py",
    "tests/nlp/test_commands.py",
    "tests/nlp/test_train.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end one process would work on it alone while the others are idle.

    The rest goes by how many tests a file has. `make test` gives whole files to its processes, in this order.
    """
    sizes = Counter(item.path for item in items)
    ranks = {ROOT / name: rank for rank, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: (ranks.get(item.path, len(ranks)), -sizes[item.path]))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="session")
def shared_postgresql(postgres_cluster: Cluster, postgresql_template: str) -> str:
    """One migrated database for the session: emptying it takes milliseconds, copying one most of a second."""
    postgres_cluster.create("shared", template=postgresql_template)
    return postgres_cluster.address("shared")


@pytest.fixture
def emptied_postgresql(shared_postgresql: str) -> Iterator[str]:
    yield shared_postgresql
    tables = ", ".join(f"'{name}'" for name in filled_tables())
    with psycopg.connect(shared_postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(EMPTY_ALL.format(tables=tables))


@pytest.fixture
def renewed_sqlite(sqlite_template: Path, sqlite_place: Path) -> str:
    """A migrated, empty file, always in the same place, so that its engine can stay."""
    for suffix in ("", "-wal", "-shm"):  # a new file, not new contents: somebody may have the old one open
        sqlite_place.with_name(sqlite_place.name + suffix).unlink(missing_ok=True)
    return copy_sqlite(sqlite_template, sqlite_place)


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sqlite") / "lingke.db"


@pytest.fixture(
    params=[
        pytest.param("renewed_sqlite", marks=pytest.mark.sqlite, id="sqlite"),
        pytest.param("emptied_postgresql", marks=pytest.mark.postgresql, id="postgresql"),
    ]
)
def empty_database(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database without rows; a test runs once on each kind."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
def settings(empty_database: str, redis_url: str, tmp_path: Path) -> Settings:
    return load_settings(
        _env_file=None,
        lingke_env="test",
        data_dir=tmp_path,
        database_url=empty_database,
        redis_url=redis_url,
        secret_key="a-secret-for-tests-only-and-long-enough",
        credential_keys=CREDENTIAL_KEY,
        installation="test",
    )


@pytest.fixture
def app(settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The web application. Its endless loops do not run: a test takes their steps (`hub.tail.step()`)."""
    monkeypatch.setattr(socketio, "start_background_task", lambda *_target, **_options: None)
    for module, name in ((questions, "PATIENCE_SECONDS"), (db, "LOCK_SECONDS")):
        monkeypatch.setattr(module, name, answering.PATIENCE_SECONDS)  # a busy machine is no fault
    with monkeypatch.context() as building:
        building.setattr("app.core.runtime.make_engine", kept_engine)
        application = create_app(settings, clock=clock, async_mode="threading")
    runtime: Runtime = application.extensions["lingke"]
    with open_context(runtime, system_actor("prepare")) as ctx:  # what every installation begins with
        keep_built_in_roles(ctx.session, ctx.now())
    platforms = FakePlatforms(runtime, Remote())
    runtime.parts["platforms"] = platforms
    runtime.parts["classifier"] = FakeModel()
    runtime.queue = queue = AnsweringQueue(runtime)
    yield application
    for asked in (queue, runtime.queue):  # a test may have put its own in the place
        if isinstance(asked, AnsweringQueue):
            asked.finish()
    platforms.close()
    runtime.redis.close()
    runtime.engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _requests_are_watched() -> None:
    watch()


@pytest.fixture(autouse=True)
def the_lifecycle_alone_writes_requests() -> Iterator[None]:
    """After every test: no code of ours but the lifecycle has written a service request."""
    written_elsewhere.clear()
    yield
    assert written_elsewhere == []


@pytest.fixture(autouse=True)
def changes_are_written_down(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test: no service request has changed without the row that says so."""
    if "app" not in request.fixturenames:
        yield
        return
    application = request.getfixturevalue("app")
    if not isinstance(application, Flask):  # a stand-in's application, which keeps no requests
        yield
        return
    built: Runtime = application.extensions["lingke"]
    yield
    with built.sessions() as session:
        assert unrecorded(session) == []


@pytest.fixture
def runtime(app: Flask) -> Runtime:
    built: Runtime = app.extensions["lingke"]
    return built


@pytest.fixture
def remote(runtime: Runtime) -> Remote:
    """The platforms as they are reached from here."""
    platforms: FakePlatforms = runtime.parts["platforms"]
    return platforms.remote


@pytest.fixture
def make(runtime: Runtime) -> Make:
    return Make(runtime)


@pytest.fixture
def open_browser(app: Flask, make: Make) -> Callable[[Operator | None], Browser]:
    """`open_browser(operator)` is logged in; `open_browser(None)` is anonymous."""

    def opened(operator: Operator | None) -> Browser:
        return Browser(app, make.session_token(operator) if operator else None)

    return opened


@pytest.fixture
def desk(make: Make, clock: ManualClock, remote: Remote) -> Desk:
    return Desk(make, clock, remote)


@pytest.fixture
def wechat_desk(make: Make, clock: ManualClock, remote: Remote) -> Desk:
    return Desk(make, clock, remote, platform="wechat")
