"""Backups: made while everything runs, put back while nothing does.

A backup holds the database and what else of DATA_DIR cannot be made again (secrets, media, trained weights),
so it is as secret as the installation; the file is readable by its owner alone. The queue is not in it: it
holds only hints, and the scheduler derives them from rows. The stand-in's own state is not ours to keep.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.ops import archive, database_copy
from app.ops.archive import BackupError, Manifest
from app.ops.launch_lock import is_locked
from app.ops.layout import Layout

# Made anew by a start, or a copy of something that is kept elsewhere.
NOT_KEPT = {"run", "logs", "valkey", "sandbox", "backups", "files-near"}
NOT_KEPT_BEGINNINGS = ("lingke.db", "backup-", "restore-")


def make_backup(settings: Settings, target: Path | None = None, clock: Clock | None = None) -> Path:
    """Write a backup, read it back, return its path (by default DATA_DIR/backups/lingke-<UTC time>.tar).

    Safe while all processes run. Raises BackupError; then nothing is left at `target`.
    """
    now = (clock or SystemClock()).now()
    path = target or settings.data_dir / "backups" / f"lingke-{now:%Y%m%dT%H%M%SZ}.tar"
    if path.exists():
        raise BackupError(f"{path} exists already")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=path.parent) as folder:
        database = Path(folder) / "database"
        kind = database_copy.dump(settings.database_url, database)
        members = {"database": database, **_kept_files(settings.data_dir)}
        sums = {name: _sum(file) for name, file in members.items()}
        schema = database_copy.schema_revision(settings.database_url)
        archive.write_archive(path, Manifest(archive.FORMAT, now.isoformat(), kind, schema, sums), members)
    try:
        archive.verify(path)
    except BackupError:
        path.unlink()  # a file that changed under our hands, or a bad disk: better none than a wrong one
        raise
    return path


def restore_backup(settings: Settings, source: Path) -> Manifest:
    """Put a backup in the place of this installation's data and return what it was.

    Everything is verified before anything is touched. Raises BackupError when a launcher runs on DATA_DIR,
    when the backup is damaged, or when it comes from the other kind of database.
    """
    if is_locked(Layout(settings.data_dir).run / "launcher.lock"):
        raise BackupError("everything still runs on this DATA_DIR: stop it first")
    manifest = archive.verify(source)
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    if manifest.database != kind:
        raise BackupError(f"the backup holds a {manifest.database} database, DATABASE_URL names {kind}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as folder:
        archive.extract(source, manifest, Path(folder))
        database_copy.load(settings.database_url, Path(folder) / "database")
        _put_back(Path(folder) / "files", settings.data_dir)
    found = database_copy.schema_revision(settings.database_url)
    if found != manifest.schema:
        raise BackupError(f"the restored database is at {found!r}, the backup said {manifest.schema!r}")
    return manifest


def _kept_files(data_dir: Path) -> dict[str, Path]:
    return {f"files/{path.relative_to(data_dir).as_posix()}": path for path in _walk(data_dir)}


def _walk(data_dir: Path) -> Iterator[Path]:
    for entry in sorted(data_dir.iterdir()):
        if entry.name in NOT_KEPT or entry.name.startswith(NOT_KEPT_BEGINNINGS) or entry.suffix == ".tar":
            continue
        files = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        yield from (file for file in files if file.is_file() and not file.is_symlink())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return archive.sha256(file)


def _put_back(files: Path, data_dir: Path) -> None:
    if not files.is_dir():
        return
    for source in files.rglob("*"):
        if source.is_file():
            target = data_dir / source.relative_to(files)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(source, target.with_name(target.name + ".restoring"))
            target.with_name(target.name + ".restoring").chmod(0o600)
            target.with_name(target.name + ".restoring").replace(target)
