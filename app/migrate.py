"""Moving the database's schema forward and back: the same migrations on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from app.core.db import make_engine

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config(folder: Path = FOLDER) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    config = _config()
    with _schema_connection(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    config = _config()
    with _schema_connection(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@contextmanager
def _schema_connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction may rebuild tables.

    SQLite changes a column by making the table anew and dropping the old one. With foreign keys enforced the
    drop would count as deleting every row that others refer to, so they are checked once, at the end.
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _require_intact(connection)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _require_intact(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = sorted({str(row[0]) for row in broken})
        raise RuntimeError(f"the migration would leave broken references in {', '.join(tables)}")


def new_migration(message: str, folder: Path = FOLDER) -> str:
    """Write a migration that leads from what those in `folder` make to the models; its revision number.

    They are compared in a database that is made for it and thrown away: whoever writes one need not have an
    installation, and where theirs stands says nothing.
    """
    config = _config(folder)
    number = f"{len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1:04d}"
    with TemporaryDirectory() as place:
        engine = make_engine(f"sqlite:///{place}/compared.db")
        try:
            with _schema_connection(engine) as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            with engine.connect() as connection:
                config.attributes["connection"] = connection
                command.revision(config, message=message, autogenerate=True, rev_id=number)
        finally:
            engine.dispose()
    return number


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models know a table: the full-text index is made by its migration alone."""
    return not (kind == "table" and name is not None and name.startswith("search_"))
