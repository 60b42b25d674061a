"""Where things are in this checkout, and whether they changed since they were last built."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
DIST = ROOT / "app" / "static" / "dist"


def fingerprint(paths: Iterable[Path], *, salt: str = "", root: Path = ROOT) -> str:
    """A hash over names and contents of the files, independent of their order and of timestamps."""
    digest = hashlib.sha256(salt.encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the stamp file left by the last successful build carries the wanted fingerprint."""
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


def leave_stamp(stamp: Path, fingerprint_now: str) -> None:
    stamp.write_text(fingerprint_now + "\n", encoding="ascii")


@contextmanager
def exclusive(root: Path = ROOT) -> Iterator[None]:
    """Let one preparation of this checkout run at a time; a second one waits, then finds all done."""
    handle = os.open(root, os.O_RDONLY)  # the folder itself is the lock: nothing to leave behind or ignore
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
