"""The file store: files named by the hash of their content, in a folder or in a bucket.

A file is written beside its place and renamed into it, so that a name never stands for half a content. With
a bucket (FILES_BUCKET_URL) the folder is what is near: everything is in the bucket before anybody is told
that it is kept, and what another machine has brought is fetched when it is asked for.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.bucket import Bucket, NotThere
from app.core.runtime import Runtime

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FOLDER = "files"
NEAR_FOLDER = "files-near"
"""What is in a bucket as well: no backup holds it."""
_BEGINNING = "part-"
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
        handle, beside = tempfile.mkstemp(prefix=_BEGINNING, dir=folder)
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

    def fetch(self, bucket: Bucket, name: str) -> None:
        """Fill it from the bucket. Raises NotThere, Unavailable."""
        bucket.fetch(name, self._beside)

    def put_near(self, name: str) -> None:
        """Give what was fetched its place in the folder, if it is what its name says."""
        with self._beside.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != name:
                return
        near = self._store.place(name)
        near.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._beside.rename(near)

    def replace(self, content: bytes) -> None:
        """Let all that has come be `content` instead."""
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.size, self._not_synced = hashlib.sha256(), 0, 0
        self.write(content)

    def bring(self) -> None:
        """What takes long about keeping it, ahead of a lock; `keep` does without."""
        self._sync()
        self._store.bring(self._hash.hexdigest(), self._beside)

    def keep(self) -> str:
        """Give it its place; its name. Keeping what is there already changes nothing."""
        name = self._hash.hexdigest()
        self._sync()
        self._store.take(name, self._beside)
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

    def name_of(self, path: Path) -> str:
        """What the file at `path`, on the same disk, will be called; its content is on the disk for good."""
        with path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        return name

    def bring(self, name: str, path: Path) -> None:
        """What takes long about keeping the file at `path`, ahead of a lock."""

    def take(self, name: str, path: Path) -> None:
        """Keep the file at `path`, whatever its size, by moving it here; what is there already stays."""
        kept = self.place(name)
        if not kept.exists():
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(kept)

    def place(self, name: str) -> Path:
        """Where a file of that name lies in the folder. Raises ValueError for what is no name of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self.root / name[:2] / name

    def path(self, name: str) -> Path:
        """Where the file can be read; nothing lies there when it is lost."""
        return self.place(name)

    def remove(self, name: str) -> None:
        self.place(name).unlink(missing_ok=True)

    def forget_near(self, before: float) -> int:
        """Let go of what is only near and has not been read since; how many files."""
        del before
        return 0

    def names(self) -> Iterator[tuple[str, float]]:
        """Every file's name with the moment it was written; beginnings that a crash left too."""
        for folder in sorted(self.root.glob("??")):
            for path in sorted(folder.iterdir()):
                yield path.name, path.stat().st_mtime

    def remove_beginning(self, name: str) -> None:
        """What a crash left of a file that was being written."""
        for path in self.root.glob(f"??/{name}"):
            if path.name.startswith(_BEGINNING):
                path.unlink(missing_ok=True)


class BucketStore(FileStore):
    """Files in a bucket, and those that were brought or read here lately in a folder as well."""

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self._bucket = bucket

    def bring(self, name: str, path: Path) -> None:
        self._bucket.put(name, path)

    def take(self, name: str, path: Path) -> None:
        super().take(name, path)
        # Without `bring` it is not there yet; and a collection may have found it old and unnamed meanwhile.
        if not self._bucket.has(name):
            self._bucket.put(name, self.place(name))

    def path(self, name: str) -> Path:
        """Raises Unavailable(`files_away`)."""
        near = self.place(name)
        if near.exists():
            os.utime(near)
            return near
        with self.begin() as coming:
            try:
                coming.fetch(self._bucket, name)
            except NotThere:
                return near
            coming.put_near(name)
        return near

    def remove(self, name: str) -> None:
        super().remove(name)
        self._bucket.remove(name)

    def names(self) -> Iterator[tuple[str, float]]:
        yield from self._bucket.names()
        yield from ((name, written) for name, written in super().names() if name.startswith(_BEGINNING))

    def forget_near(self, before: float) -> int:
        old = [name for name, read in super().names() if read < before and not name.startswith(_BEGINNING)]
        for name in old:
            super().remove(name)
        return len(old)


def file_store(runtime: Runtime) -> FileStore:
    """The installation's one store, as its settings say."""
    return runtime.part("file_store", _build)


def _build(runtime: Runtime) -> FileStore:
    settings = runtime.settings
    if settings.files_bucket_url:
        return BucketStore(settings.data_dir / NEAR_FOLDER, Bucket(settings))
    return FileStore(settings.data_dir / _FOLDER)


def fill_bucket(runtime: Runtime) -> int:
    """Put what an installation has kept in its folder into its bucket; how many files that are.

    Raises Unavailable, LookupError.
    """
    folder, bucket = FileStore(runtime.settings.data_dir / _FOLDER), Bucket(runtime.settings)
    names = [name for name, _ in folder.names() if not name.startswith(_BEGINNING)]
    for name in names:
        if not bucket.has(name):
            bucket.put(name, folder.place(name))
    return len(names)
