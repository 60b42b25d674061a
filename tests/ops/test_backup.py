"""A backup made under load can be put back, and a damaged one never touches anything."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from app.config import Settings, load_settings
from app.core.clock import ManualClock
from app.core.db import make_engine
from app.migrate import upgrade
from app.ops import archive
from app.ops.archive import BackupError
from app.ops.backup import make_backup, restore_backup
from app.ops.database_copy import newest_revision
from app.ops.launch_lock import launch_lock
from app.ops.preflight import check_database
from tests.support import postgres

CLOCK = ManualClock(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation on SQLite with one row, a secret and a picture."""
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "lingke.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.execute("CREATE TABLE post (id integer primary key, text text)")
        connection.execute("INSERT INTO post (text) VALUES ('宽带断了')")
        connection.commit()
    (data / "secrets.env").write_text("SECRET_KEY=first\n")
    (data / "media").mkdir()
    (data / "media" / "1.png").write_bytes(b"picture")
    for folder in ("logs", "run", "sandbox", "valkey"):
        (data / folder).mkdir()
        (data / folder / "x").write_text("made anew")
    return load_settings(lingke_env="test", data_dir=data)


def posts(settings: Settings) -> list[str]:
    with closing(sqlite3.connect(settings.data_dir / "lingke.db")) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM post ORDER BY id")]


def add_post(settings: Settings, text: str) -> None:
    with closing(sqlite3.connect(settings.data_dir / "lingke.db")) as connection:
        connection.execute("INSERT INTO post (text) VALUES (?)", (text,))
        connection.commit()


def test_a_restore_brings_back_rows_and_files_of_the_moment_of_the_backup(settings: Settings) -> None:
    path = make_backup(settings, clock=CLOCK)
    add_post(settings, "later")
    (settings.data_dir / "secrets.env").write_text("SECRET_KEY=second\n")
    (settings.data_dir / "media" / "1.png").unlink()
    manifest = restore_backup(settings, path)
    assert path.name == "lingke-20260304T050607Z.tar"
    assert (manifest.schema, manifest.database) == ("0001", "sqlite")
    assert posts(settings) == ["宽带断了"]
    assert (settings.data_dir / "secrets.env").read_text() == "SECRET_KEY=first\n"
    assert (settings.data_dir / "media" / "1.png").read_bytes() == b"picture"


def test_the_replaced_database_is_still_there(settings: Settings) -> None:
    path = make_backup(settings)
    add_post(settings, "later")
    restore_backup(settings, path)
    with closing(sqlite3.connect(settings.data_dir / "lingke.db.before-restore")) as connection:
        assert connection.execute("SELECT count(*) FROM post").fetchone() == (2,)


_COMMIT_AND_DIE = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO post (text) VALUES ('last')")
connection.commit()
os._exit(9)
"""


def test_what_was_committed_last_is_in_the_safety_copy(settings: Settings) -> None:
    """Case F1: a process that was killed leaves its last commits in the write-ahead log alone."""
    path = make_backup(settings, clock=CLOCK)
    database = settings.data_dir / "lingke.db"
    subprocess.run([sys.executable, "-c", _COMMIT_AND_DIE, str(database)], check=False)
    assert database.with_name("lingke.db-wal").stat().st_size > 0
    restore_backup(settings, path)
    assert posts(settings) == ["宽带断了"]
    with closing(sqlite3.connect(database.with_name("lingke.db.before-restore"))) as connection:
        assert connection.execute("SELECT text FROM post ORDER BY id").fetchall() == [
            ("宽带断了",),
            ("last",),
        ]


def test_a_damaged_database_is_set_aside_with_its_log(settings: Settings) -> None:
    """Case F1: whoever mends it needs both."""
    path = make_backup(settings, clock=CLOCK)
    database = settings.data_dir / "lingke.db"
    database.write_bytes(b"no database" * 1000)
    database.with_name("lingke.db-wal").write_bytes(b"a log" * 1000)
    restore_backup(settings, path)
    assert posts(settings) == ["宽带断了"]
    assert database.with_name("lingke.db.before-restore").read_bytes() == b"no database" * 1000
    assert database.with_name("lingke.db.before-restore-wal").read_bytes() == b"a log" * 1000


@pytest.mark.parametrize("folder", ["a b", "100% sure", "c%20d", "数据#?"])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    """Case F3, for SQLite."""
    (tmp_path / folder).mkdir()
    settings = load_settings(lingke_env="test", data_dir=tmp_path / folder)
    check_database(settings.database_url)
    engine = make_engine(settings.database_url)
    upgrade(engine)
    engine.dispose()
    assert (tmp_path / folder / "lingke.db").stat().st_size > 0
    assert restore_backup(settings, make_backup(settings)).schema == newest_revision()


def test_a_backup_holds_secrets_and_media_but_nothing_that_is_made_anew(settings: Settings) -> None:
    manifest = archive.read_manifest(make_backup(settings))
    assert set(manifest.members) == {"database", "files/secrets.env", "files/media/1.png"}


def test_only_the_owner_can_read_a_backup(settings: Settings) -> None:
    assert stat.S_IMODE(make_backup(settings).stat().st_mode) == 0o600


def test_a_backup_made_while_rows_are_written_is_consistent(settings: Settings, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add_post(settings, "一条")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        paths = [make_backup(settings, tmp_path / f"{number}.tar") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    counts = []
    for path in paths:
        restore_backup(settings, path)
        counts.append(len(posts(settings)))
    assert counts == sorted(counts)
    assert counts[0] >= 1


def test_a_restore_on_a_fresh_machine_needs_nothing_but_the_file(settings: Settings, tmp_path: Path) -> None:
    path = make_backup(settings)
    other = load_settings(lingke_env="test", data_dir=tmp_path / "other")
    restore_backup(other, path)
    assert posts(other) == ["宽带断了"]
    assert stat.S_IMODE((other.data_dir / "secrets.env").stat().st_mode) == 0o600


@pytest.mark.parametrize("member", ["manifest.json", "database", "files/secrets.env"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(settings: Settings, member: str) -> None:
    path = make_backup(settings)
    add_post(settings, "later")
    content = bytearray(path.read_bytes())
    start, end = _extent(path, member)
    content[(start + end) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BackupError):
        restore_backup(settings, path)
    assert posts(settings) == ["宽带断了", "later"]


def test_a_cut_off_backup_is_refused(settings: Settings) -> None:
    path = make_backup(settings)
    path.write_bytes(path.read_bytes()[: _extent(path, "database")[1] // 2])
    with pytest.raises(BackupError):
        restore_backup(settings, path)


def test_some_other_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"hello")
    with pytest.raises(BackupError, match="is not a backup of ours"):
        restore_backup(settings, tmp_path / "x.tar")


def test_a_backup_that_names_files_elsewhere_is_refused(settings: Settings, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_bytes(b"x")
    with evil.open("rb") as file:
        sums = {"../outside": archive.sha256(file)}
    path = tmp_path / "evil.tar"
    archive.write_archive(path, archive.Manifest(1, "", "sqlite", "", sums), {"../outside": evil})
    with pytest.raises(BackupError, match="outside of itself"):
        restore_backup(settings, path)
    assert not (tmp_path / "outside").exists()


def test_a_running_installation_is_not_restored_over(settings: Settings) -> None:
    path = make_backup(settings)
    with (
        launch_lock(settings.data_dir / "run" / "launcher.lock", address="x"),
        pytest.raises(BackupError, match="stop it first"),
    ):
        restore_backup(settings, path)


def test_a_backup_is_never_overwritten(settings: Settings) -> None:
    path = make_backup(settings)
    with pytest.raises(BackupError, match="exists already"):
        make_backup(settings, path)


def test_a_backup_of_the_other_database_is_refused(settings: Settings) -> None:
    path = make_backup(settings)
    other = load_settings(lingke_env="test", data_dir=settings.data_dir, database_url="postgresql://h/x")
    with pytest.raises(BackupError, match="holds a sqlite database, DATABASE_URL names postgresql"):
        restore_backup(other, path)


@pytest.mark.parametrize("name", ["backup", "the 2nd backup", "100% 'new' a%20b", "备份?#"])
def test_postgresql_goes_there_and_back(
    postgres_cluster: postgres.Cluster, tmp_path: Path, name: str
) -> None:
    """Case F3: a name that an address has to percent-encode is a name like any other."""
    postgres_cluster.create(name)
    address = postgres_cluster.address(name)
    settings = load_settings(lingke_env="test", data_dir=tmp_path, database_url=address)
    check_database(settings.database_url)
    plain = f"postgresql://{postgres.USER}@/{quote(name)}?host={postgres_cluster.folder}"
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('0007')")
        connection.execute("CREATE TABLE post (id serial primary key, text text)")
        connection.execute("INSERT INTO post (text) VALUES ('宽带断了')")
    path = make_backup(settings)
    with psycopg.connect(plain) as connection:
        connection.execute("DELETE FROM post")
    assert restore_backup(settings, path).schema == "0007"
    with psycopg.connect(plain) as connection:
        assert connection.execute("SELECT text FROM post").fetchall() == [("宽带断了",)]
    engine = make_engine(settings.database_url)
    with engine.connect() as bound:
        assert bound.exec_driver_sql("SELECT current_database()").scalar() == name
    engine.dispose()
    postgres_cluster.drop(name)


def _extent(path: Path, member: str) -> tuple[int, int]:
    """Where a member's content begins and ends in the archive; between members is harmless padding."""
    with tarfile.open(path) as archive_file:
        found = archive_file.getmember(member)
        return found.offset_data, found.offset_data + found.size
