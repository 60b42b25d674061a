"""What must be true before anything is started.

Each check passes quietly or raises StartRefused with one line.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import socket
import sqlite3
from pathlib import Path

import psycopg
import redis
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.ops.layout import Layout
from app.ops.libpq import conninfo
from app.ops.refusal import StartRefused

NEEDED_BYTES = 200_000_000
OLDEST_POSTGRES = 150_000  # in libpq's numbering; the stored search columns need 15
CONNECT_SECONDS = 5


def check_data_dir(layout: Layout, *, needed_bytes: int = NEEDED_BYTES) -> None:
    """The folder exists or can be made, takes a file, and its disk has room."""
    try:
        layout.create()
        probe = layout.run / ".probe"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
        free = shutil.disk_usage(layout.data_dir).free
    except OSError as error:
        raise StartRefused(f"DATA_DIR {layout.data_dir} cannot be used: {error.strerror or error}") from None
    if free < needed_bytes:
        raise StartRefused(
            f"the disk of DATA_DIR {layout.data_dir} is full: {free // 1_000_000} MB free, "
            f"{needed_bytes // 1_000_000} MB needed"
        )


def check_port_free(host: str, port: int, *, variable: str = "PORT") -> None:
    """Nobody listens there; tried as the server will bind, so a connection in TIME_WAIT is no obstacle."""
    if not 1 <= port <= 65535:
        raise StartRefused(f"port {port} does not exist: choose another {variable}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (
                "is taken by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used ({error.strerror})"
            )
            raise StartRefused(f"port {port} on {host} {reason}: choose another with {variable}=…") from None


def check_corpus(text: str, *, relative_to: Path) -> Path:
    """The absolute path of a readable JSON-lines file, plain or gzip, whose first row has a `text`."""
    path = (relative_to / Path(text).expanduser()).resolve()
    if not path.is_file():
        raise StartRefused(f"CORPUS {path} does not exist")
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            row = json.loads(file.readline())
    except (OSError, ValueError, EOFError) as error:
        raise StartRefused(f"CORPUS {path} is not a file of JSON lines: {error}") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise StartRefused(f"CORPUS {path}: its first row has no text in the field `text`")
    return path


def check_database(address: str) -> None:
    """The database answers and is one of the two that are supported."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise StartRefused(
            "DATABASE_URL is not an address like postgresql://user:password@host/name"
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        _check_sqlite(url)
    elif backend == "postgresql":
        _check_postgresql(url)
    else:
        raise StartRefused(f"DATABASE_URL names {backend}: only postgresql:// and sqlite:/// are supported")


def check_redis(address: str) -> None:
    """The queue server that REDIS_URL names answers."""
    try:
        client = redis.Redis.from_url(
            address, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
        )
    except ValueError as error:
        raise StartRefused(f"REDIS_URL is not a usable address: {error}") from None
    try:
        client.ping()
    except redis.RedisError as error:
        raise StartRefused(f"REDIS_URL cannot be reached: {_one_line(error)}") from None
    finally:
        client.close()


def _check_sqlite(url: URL) -> None:
    path = Path(url.database or ":memory:")
    if str(path) == ":memory:":
        raise StartRefused("DATABASE_URL is SQLite in memory: several processes need one file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path, timeout=CONNECT_SECONDS) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
        if not os.access(path, os.W_OK):
            raise StartRefused(f"the SQLite file {path} may not be written")
    except (OSError, sqlite3.Error) as error:
        raise StartRefused(f"the SQLite file {path} cannot be used: {_one_line(error)}") from None


def _check_postgresql(url: URL) -> None:
    shown = url.set(drivername="postgresql").render_as_string(hide_password=True)
    try:
        with psycopg.connect(conninfo(url), connect_timeout=CONNECT_SECONDS) as connection:
            version, encoding = (
                connection.info.server_version,
                connection.info.parameter_status("server_encoding"),
            )
    except psycopg.Error as error:
        raise StartRefused(f"DATABASE_URL {shown} cannot be reached: {_one_line(error)}") from None
    if version < OLDEST_POSTGRES:
        raise StartRefused(f"DATABASE_URL {shown} is PostgreSQL {version // 10_000}: 15 or newer is needed")
    if encoding != "UTF8":
        raise StartRefused(
            f"DATABASE_URL {shown} stores text as {encoding}: make the database with ENCODING 'UTF8'"
        )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
