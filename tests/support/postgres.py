"""A real PostgreSQL cluster for one test session: own folder, Unix socket only, nothing flushed to disk.

PostgreSQL refuses to run as root; then the cluster belongs to the user `postgres`, else `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

USER = "lingke"
# A crash may lose a test's database: it is made anew anyway.
FAST_NOT_SAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Cluster:
    """A running server; its databases are made and dropped by name."""

    folder: Path

    def address(self, database: str) -> str:
        """As the application takes it in DATABASE_URL."""
        return f"postgresql+psycopg://{USER}@/{quote(database)}?host={self.folder}"

    def create(self, database: str, *, template: str = "template0") -> None:
        """Make a database as a copy of another that nobody is connected to."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        self._execute(command.format(sql.Identifier(database), sql.Identifier(template)))

    def drop(self, database: str) -> None:
        """Drop it, ending the connections that a test left open."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _execute(self, command: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(command)


def find_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: on PATH, else the newest that Debian installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


@contextmanager
def running_cluster(
    binaries: Path, folder: Path, settings: Mapping[str, str] = FAST_NOT_SAFE
) -> Iterator[Cluster]:
    """Make a cluster below `folder` (a short path), start it, give it, stop it."""
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o700)
    data = folder / "data"
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    _as(owner, initdb)
    start_server(binaries, folder, settings)
    try:
        yield Cluster(folder)
    finally:
        _as(owner, [str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])


def start_server(binaries: Path, folder: Path, settings: Mapping[str, str] = FAST_NOT_SAFE) -> None:
    """Start the server on the cluster in `folder`, also on what a killed one left. Raises RuntimeError."""
    given = [f"-c {name}={value}" for name, value in settings.items()]
    options = " ".join([f"-k {folder}", *given])
    command = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "server.log")]
    _as(_owner(), [*command, "-o", options, "-w", "-t", "300", "start"])


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as; None means as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("running as root and there is no user postgres or nobody to run PostgreSQL as")


def _as(owner: pwd.struct_passwd | None, command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace')[-1000:]}")
