"""Workers of a test's installation that it may kill: a nursery has everything imported and forks them.

A nursery is a module that calls `raise_workers`. For each line on its input (how many seconds the worker's
clock goes ahead) it forks one, says its id, and then how it ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from app.core.clock import SystemClock
from app.core.runtime import Runtime
from app.ops.layout import ROOT
from tests.support.stack import PATIENCE_SECONDS

AHEAD_SECONDS = 60.0
"""How far each worker's clock is ahead of the one before: by then a dead worker's lease is over."""


class Ahead(SystemClock):
    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


@contextmanager
def nursery(runtime: Runtime, module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The nursery's process. It ends with the block."""
    settings = runtime.settings
    environ = {
        **os.environ,
        "LINGKE_ENV": "test",
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "CREDENTIAL_KEYS": settings.credential_keys.get_secret_value(),
        "INSTALLATION": settings.installation,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=PATIENCE_SECONDS)


def worker(process: subprocess.Popen[str], count: int) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{count * AHEAD_SECONDS}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def ended(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def raise_workers(work: Callable[[float], None]) -> None:
    """In a nursery: fork a worker for each line that comes, one at a time."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(float(line))
            os._exit(0)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say("over" if status == 0 else "killed")


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
