"""Consistent copies of a live database, and the way back, for both kinds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL, make_url

from app.ops.archive import BackupError
from app.ops.layout import ROOT


def dump(address: str, target: Path) -> str:
    """Copy the database into `target` while it is in use; returns its kind, `sqlite` or `postgresql`.

    Both ways read one consistent state: SQLite's online backup, pg_dump's snapshot.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        _dump_sqlite(_sqlite_file(url), target)
        return "sqlite"
    _pg_tool("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    return "postgresql"


def load(address: str, source: Path) -> None:
    """Put a dump in the place of the database. The old SQLite file stays beside it as `.before-restore`.

    A PostgreSQL database is replaced in one transaction: afterwards it is the old one or the new one.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        _load_sqlite(source, _sqlite_file(url))
        return
    arguments = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner"]
    _pg_tool("pg_restore", url, [*arguments, "--no-privileges", f"--dbname={_plain(url)}", str(source)])


def schema_revision(address: str) -> str:
    """The migration the database is at, empty when it was never migrated. Raises BackupError."""
    url = make_url(address)
    statement = "SELECT version_num FROM alembic_version"
    try:
        if url.get_backend_name() == "sqlite":
            with closing(_open_read_only(_sqlite_file(url))) as connection:
                return _only(connection.execute(statement).fetchone())
        with psycopg.connect(_plain(url), connect_timeout=5) as connection_pg:
            return _only(connection_pg.execute(statement).fetchone())
    except (psycopg.errors.UndefinedTable, sqlite3.OperationalError):
        return ""
    except psycopg.Error as error:
        raise BackupError(f"the database cannot be read: {' '.join(str(error).split())}") from None


class Schema(StrEnum):
    """How a database's schema stands to this version of the code."""

    NONE = "none"
    OLD = "old"
    CURRENT = "current"


def newest_revision() -> str:
    """The migration that this version of the code needs."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""


def schema_state(address: str) -> Schema:
    """Whether the database must be migrated before it is used. Raises BackupError when unreadable."""
    found = schema_revision(address)
    if not found:
        return Schema.NONE
    return Schema.CURRENT if found == newest_revision() else Schema.OLD


def _only(row: Sequence[object] | None) -> str:
    return str(row[0]) if row else ""


def _sqlite_file(url: URL) -> Path:
    return Path(url.database or "")


def _open_read_only(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise BackupError(f"there is no database {path}")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def _dump_sqlite(source: Path, target: Path) -> None:
    with closing(_open_read_only(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    check_sqlite(target)


def _load_sqlite(source: Path, target: Path) -> None:
    check_sqlite(source)
    draft = target.with_name(target.name + ".restoring")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    if target.is_file():
        target.replace(target.with_name(target.name + ".before-restore"))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    draft.replace(target)


def check_sqlite(path: Path) -> None:
    """Raises BackupError unless every page and index of the file is sound."""
    try:
        with closing(_open_read_only(path)) as connection:
            answer = _only(connection.execute("PRAGMA integrity_check").fetchone())
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok":
        raise BackupError(f"the copy {path.name} is damaged: {answer}")


def _pg_tool(name: str, url: URL, arguments: Sequence[str]) -> None:
    binary = _find_tool(name)
    command = [str(binary), *arguments]
    if name == "pg_dump":
        command.append(_plain(url))
    environ = {**os.environ, "PGPASSWORD": url.password or "", "PGCONNECT_TIMEOUT": "10"}
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {' '.join(done.stderr.split())[:400]}")


def _plain(url: URL) -> str:
    """For libpq, without the password: process lists are public."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _find_tool(name: str) -> Path:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which(name)
    found = debian[-1] if debian else Path(on_path) if on_path else None
    if found is None:
        raise BackupError(f"{name} is not here: install PostgreSQL's client programs")
    return found
