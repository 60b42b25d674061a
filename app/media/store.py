"""The file store: a folder whose files are named by the hash of their content.

A file is written beside its place and renamed into it, so that a name never stands for half a content.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.runtime import Runtime

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FOLDER = "files"
_COMING = "in"
"""Beside the folders of two hexadecimal digits: what a crash leaves here is collected like theirs."""
_SYNCED_EVERY = 1024 * 1024
"""Bytes: many short waits for the disk in place of a long one, which everybody else would share."""


def content_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Incoming:
    """A file on its way into the store: written beside its place, named when all of it is there."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        folder = store.root / _COMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix="part-", dir=folder)
        self._beside = Path(beside)
        self._file = os.fdopen(handle, "w+b")
        self._hash = hashlib.sha256()
        self._not_synced = 0
        self.size = 0

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._beside.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)
        self._not_synced += len(piece)
        if self._not_synced >= _SYNCED_EVERY:
            self._sync()

    def content(self) -> bytes:
        """All that has come so far."""
        self._file.flush()
        return self._beside.read_bytes()

    def replace(self, content: bytes) -> None:
        """Let all that has come be `content` instead."""
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.size, self._not_synced = hashlib.sha256(), 0, 0
        self.write(content)

    def keep(self) -> str:
        """Give it its place; its name. Keeping what is there already changes nothing."""
        name = self._hash.hexdigest()
        path = self._store.path(name)
        if not path.exists():
            self._sync()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._beside.rename(path)
        return name

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._not_synced = 0


class FileStore:
    """Files by the SHA-256 of their content. Safe between processes: writing the same twice does no harm."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep `content`; its name."""
        with self.begin() as incoming:
            incoming.write(content)
            return incoming.keep()

    def begin(self) -> Incoming:
        """A file that comes piece by piece; what is not kept in the end is gone."""
        return Incoming(self)

    def put_file(self, path: Path) -> str:
        """Keep a file that lies on the same disk by moving it here, whatever its size; its name."""
        with path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        kept = self.path(name)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.rename(kept)
        return name

    def path(self, name: str) -> Path:
        """Where the file of that name lies. Raises ValueError for what is no name of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self.root / name[:2] / name

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, float]]:
        """Every file's name with the moment it was written; beginnings that a crash left too."""
        for folder in sorted(self.root.glob("??")):
            for path in sorted(folder.iterdir()):
                yield path.name, path.stat().st_mtime

    def remove_beginning(self, name: str) -> None:
        """What a crash left of a file that was being written."""
        for path in self.root.glob(f"??/{name}"):
            if path.name.startswith("part-"):
                path.unlink(missing_ok=True)


def file_store(runtime: Runtime) -> FileStore:
    return runtime.part("file_store", lambda r: FileStore(r.settings.data_dir / _FOLDER))
