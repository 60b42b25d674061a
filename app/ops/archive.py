"""The file format of a backup: a tar with a manifest that names every member's SHA-256.

Members: `manifest.json`, `database` (an SQLite file, or PostgreSQL's custom dump) and `files/…`, what
DATA_DIR holds besides the database and what a start makes anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
CHUNK = 1 << 20


class BackupError(Exception):
    """A backup could not be made or used; the text is one line."""


@dataclass(frozen=True)
class Manifest:
    """`created_at` is ISO-8601 UTC; `members` maps a member's name to its SHA-256 in hexadecimal."""

    format: int
    created_at: str
    database: str
    schema: str
    members: dict[str, str]


def write_archive(target: Path, manifest: Manifest, members: dict[str, Path]) -> None:
    """Write the whole archive beside `target`, private to the user, then put it in place at once."""
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            _add_bytes(archive, "manifest.json", json.dumps(asdict(manifest), indent=1).encode())
            for name, path in members.items():
                archive.add(path, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def read_manifest(source: Path) -> Manifest:
    """The manifest of a backup. Raises BackupError when the file is none of ours."""
    try:
        with tarfile.open(source) as archive:
            raw = json.loads(_member(archive, "manifest.json").read())
        manifest = Manifest(**raw)
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise BackupError(f"{source.name} is not a backup of ours: {error}") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{source.name} has format {manifest.format}, this version reads {FORMAT}")
    return manifest


def verify(source: Path) -> Manifest:
    """Read every byte and compare. Raises BackupError naming the first member that is wrong or missing."""
    manifest = read_manifest(source)
    with tarfile.open(source) as archive:
        for name, wanted in manifest.members.items():
            if sha256(_member(archive, name)) != wanted:
                raise BackupError(f"{source.name} is damaged: the checksum of {name} is wrong")
    return manifest


def extract(source: Path, manifest: Manifest, folder: Path) -> None:
    """Write the manifest's members below `folder`; anything else in the archive is not looked at."""
    with tarfile.open(source) as archive:
        for name in manifest.members:
            _refuse_outside(name)
            target = folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                for chunk in _chunks(_member(archive, name)):
                    file.write(chunk)


def sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(stream):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{name} cannot be read: {error}") from None
    if found is None:
        raise BackupError(f"the backup is damaged: {name} is missing")
    return found


def _refuse_outside(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BackupError(f"the backup names a file outside of itself: {name}")


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))
