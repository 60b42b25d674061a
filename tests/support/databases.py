"""Migrated databases of both kinds: migrated once a session, copied for each test."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from app.models import Base
from app.ops.layout import ROOT
from app.search.index import Indexed

TEST_SECRETS = {
    "SECRET_KEY": "a-secret-for-tests-only-and-long-enough",
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
}


def filled_tables() -> list[str]:
    """All that the application writes rows into: what the models say, and the search indexes."""
    return [*(table.name for table in Base.metadata.sorted_tables), *(index.value for index in Indexed)]


def migrate(address: str, *, data_dir: Path) -> None:
    """Bring an empty database to the newest schema with the command that an installation uses."""
    environ = {
        **os.environ,
        **TEST_SECRETS,
        "LINGKE_ENV": "test",
        "DATABASE_URL": address,
        "DATA_DIR": str(data_dir),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0:
        raise RuntimeError(f"flask db upgrade failed:\n{done.stdout}\n{done.stderr}")


def migrated_sqlite(folder: Path) -> Path:
    """A file to copy from; the write-ahead log is folded into it."""
    path = folder / "template.db"
    migrate(f"sqlite:///{path}", data_dir=folder)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def copy_sqlite(template: Path, target: Path) -> str:
    """The address of a fresh copy."""
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"
