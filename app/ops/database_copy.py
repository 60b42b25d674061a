"""Consistent copies of a live database, and the way back, for both kinds."""

from __future__ import annotations

import contextlib
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
from app.ops.libpq import conninfo


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
    _pg_tool("pg_restore", url, [*arguments, "--no-privileges", str(source)])


def schema_revision(address: str) -> str:
    """The migration the database is at, empty when it was never migrated. Raises BackupError."""
    url = make_url(address)
    statement = "SELECT version_num FROM alembic_version"
    try:
        if url.get_backend_name() == "sqlite":
            with closing(_open_read_only(_sqlite_file(url))) as connection:
                return _only(connection.execute(statement).fetchone())
        with psycopg.connect(conninfo(url), connect_timeout=5) as connection_pg:
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
        _set_aside(target)
    for suffix in _SIDE_FILES:
        _beside(target, suffix).unlink(missing_ok=True)
    draft.replace(target)


_HEADER = b"SQLite format 3\0"
_SIDE_FILES = ("-wal", "-shm")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _set_aside(target: Path) -> None:
    """Keep the old database whole: what was committed last may stand in its write-ahead log alone.

    The log is copied before anything moves, so that a stop at any point leaves one whole pair.
    """
    kept, log = _beside(target, ".before-restore"), _beside(target, "-wal")
    for suffix in _SIDE_FILES:
        _beside(kept, suffix).unlink(missing_ok=True)
    if log.exists():
        shutil.copyfile(log, _beside(kept, "-wal"))
    target.replace(kept)
    # One file is easier to keep than two. Of a file that it does not know as its own, SQLite deletes the log:
    # such a one stays as it is.
    with kept.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            return
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(kept, timeout=30)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


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
    command = [str(binary), f"--dbname={conninfo(url, with_password=False)}", *arguments]
    environ = {**os.environ, "PGPASSWORD": url.password or "", "PGCONNECT_TIMEOUT": "10"}
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {' '.join(done.stderr.split())[:400]}")


def _find_tool(name: str) -> Path:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which(name)
    found = debian[-1] if debian else Path(on_path) if on_path else None
    if found is None:
        raise BackupError(f"{name} is not here: install PostgreSQL's client programs")
    return found
