"""One launcher for one DATA_DIR, held by the kernel: no stale lock survives a kill -9."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.ops.refusal import StartRefused


@contextmanager
def launch_lock(path: Path, *, address: str) -> Iterator[int]:
    """Hold the lock while the block runs; gives the open file that holds it.

    Raises StartRefused, naming the holder, when it is taken.
    """
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(f"already running on this DATA_DIR: {_holder(path)}") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address}\n")
        file.flush()
        yield file.fileno()


def is_locked(path: Path) -> bool:
    """Whether a launcher runs on this DATA_DIR now."""
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _holder(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() or "another launcher"
