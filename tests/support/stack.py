"""A whole installation as `make run` starts it, for tests that need all its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.ops import process_tree
from app.ops.layout import ROOT

READY_SECONDS = 300.0
STOP_SECONDS = 120.0
# Importing the application is most of it, and takes long on a busy machine.
REFUSED_SECONDS = 300.0
PATIENCE_SECONDS = 60.0
"""How long a test waits for what has to happen. Waiting longer costs nothing where it does happen."""
# What a developer's own shell or `.env` may hold must not steer a test's installation.
OWN_NAMES = (
    "LINGKE_ENV",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "CREDENTIAL_KEYS",
    "CORPUS",
    "SANDBOX_OPTIONS",
    "HISTORY_DAYS",
    "SMTP_HOST",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_FROM",
    "SMTP_CA_FILE",
)


@dataclass
class RunningStack:
    """A launcher process with its DATA_DIR; `log` is where it prints, after what earlier ones did."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    port: int
    log: Path
    log_offset: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://127.0.0.1:{self.port + 80}"

    def printed(self) -> str:
        return self.log.read_bytes()[self.log_offset :].decode(errors="replace")

    def processes(self, containing: str = "") -> list[psutil.Process]:
        """Living processes of this installation without the launcher, by a part of their command line."""
        found = []
        for process in process_tree.orphans_of(self.data_dir):
            try:
                command = " ".join(process.cmdline())
                alive = process.status() != psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
            if alive and containing in command and process.pid != self.process.pid:
                found.append(process)
        return found

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when the launcher says so. Raises AssertionError with what it printed."""
        assert wait_for(lambda: "ready in" in self.printed() or self.process.poll() is not None, seconds), (
            self.printed()
        )
        assert self.process.poll() is None, self.printed()

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


def launch(data_dir: Path, port: int, **environ: str) -> RunningStack:
    """Start the launcher without waiting; its output goes to a file beside DATA_DIR."""
    log = data_dir.parent / f"{data_dir.name}-launcher.log"
    inherited = {name: value for name, value in os.environ.items() if name not in OWN_NAMES}
    given: Mapping[str, str] = {"LINGKE_ENV": "demo", "DATA_DIR": str(data_dir), "PORT": str(port), **environ}
    offset = log.stat().st_size if log.is_file() else 0
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.ops.launcher"],
            cwd=ROOT,
            env={**inherited, **given},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return RunningStack(process, data_dir, port, log, offset)


def launch_in_vain(data_dir: Path, port: int, **environ: str) -> RunningStack:
    """Start a launcher that has to refuse, and wait for that. Raises AssertionError when it goes on."""
    stack = launch(data_dir, port, **environ)
    try:
        status = stack.process.wait(REFUSED_SECONDS)
    finally:
        stack.process.kill()
        stack.process.wait()
    assert status == 1, stack.printed()
    return stack


@contextmanager
def running_stack(data_dir: Path, port: int, **environ: str) -> Iterator[RunningStack]:
    """Start an installation, wait until it is ready, end it and whatever a failed test left of it."""
    stack = launch(data_dir, port, **environ)
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        try:
            stack.stop()
        finally:
            if stack.process.poll() is None:
                stack.process.kill()
                stack.process.wait()
            process_tree.end(process_tree.orphans_of(data_dir), grace=1.0)


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether the condition became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def answers(address: str) -> bool:
    """Whether a GET gives 200."""
    return status_of(address) == 200


def status_of(address: str) -> int:
    """The status of a GET, 0 when nobody answers."""
    try:
        with _opener().open(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def get_json(address: str) -> Any:
    with _opener().open(address, timeout=30) as answer:
        return json.loads(answer.read())


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
