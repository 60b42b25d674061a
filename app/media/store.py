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


def content_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class FileStore:
    """Files by the SHA-256 of their content. Safe between processes: writing the same twice does no harm."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> str:
        """Keep `content`; its name."""
        name = content_hash(content)
        path = self.path(name)
        if path.exists():
            return name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix="part-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).rename(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return name

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
        return self._root / name[:2] / name

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, float]]:
        """Every file's name with the moment it was written; beginnings that a crash left too."""
        for folder in sorted(self._root.glob("??")):
            for path in sorted(folder.iterdir()):
                yield path.name, path.stat().st_mtime

    def remove_beginning(self, name: str) -> None:
        """What a crash left of a file that was being written."""
        for path in self._root.glob(f"??/{name}"):
            if path.name.startswith("part-"):
                path.unlink(missing_ok=True)


def file_store(runtime: Runtime) -> FileStore:
    return runtime.part("file_store", lambda r: FileStore(r.settings.data_dir / _FOLDER))
