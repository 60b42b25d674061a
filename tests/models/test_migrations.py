"""One line of migrations, up and down on both databases, ending at exactly what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from app import migrate
from app.core.db import Base, make_engine
from tests.support.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a schema."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
        yield engine
        engine.dispose()
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    cluster.create("bare")
    engine = make_engine(cluster.address("bare"))
    yield engine
    engine.dispose()
    cluster.drop("bare")


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    return ScriptDirectory.from_config(config)


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [found for found in compare_metadata(context, Base.metadata) if not _is_search(found)]


def _is_search(difference: object) -> bool:
    """The search index is no model: each database has its own kind, made by hand in its migration."""
    thing = difference[1] if isinstance(difference, tuple) else None
    table = getattr(thing, "table", thing)
    return str(getattr(table, "name", "")).startswith("search_")


def test_there_is_one_head() -> None:
    assert len(_scripts().get_heads()) == 1


def test_revisions_are_numbered_without_gaps() -> None:
    numbers = sorted(script.revision for script in _scripts().walk_revisions())
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_up_down_and_up_again_ends_at_the_models(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine)
    assert migrate.current_revision(bare_engine) == migrate.head_revision()
    assert _differences(bare_engine) == []
    migrate.downgrade(bare_engine, "base")
    assert set(inspect(bare_engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(bare_engine)
    assert _differences(bare_engine) == []
