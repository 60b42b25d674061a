"""The installation that is harmed: started, killed in parts or whole, asked for its rows."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from app.config import load_settings
from app.ops import process_tree
from app.ops.layout import ROOT, Layout
from tests.support.servers import unused_port
from tests.support.stack import RunningStack, launch, wait_for

WEB, SCHEDULER, QUEUE, SANDBOX = "gunicorn", "app.processes.scheduler", "server --port 0", "-m sandbox"
INGEST, OUTBOUND, DEFAULT = (f"app.processes.worker {name}" for name in ("ingest", "outbound", "default"))
SUPERVISOR, DOOR = "supervisord", "app.processes.door"
VICTIMS = (WEB, DOOR, INGEST, OUTBOUND, DEFAULT, SCHEDULER, QUEUE, SANDBOX, SUPERVISOR)
BACK_SECONDS = 180.0


@dataclass
class Installation:
    """One DATA_DIR and the stack that runs on it now; `environ` is given to every start."""

    data_dir: Path
    environ: Mapping[str, str]
    port: int = field(default_factory=unused_port)
    starts: int = 0
    _stack: RunningStack | None = None
    _engine: Engine | None = None

    @property
    def stack(self) -> RunningStack:
        if self._stack is None:
            raise RuntimeError("the installation was not started")
        return self._stack

    def start(self) -> float:
        """Start it and return the seconds until it was ready. Raises AssertionError with what it printed."""
        began = time.monotonic()
        self._stack = launch(self.data_dir, self.port, **self.environ)
        self._stack.wait_until_ready()
        self.starts += 1
        return time.monotonic() - began

    def stop(self) -> None:
        if self._stack is not None:
            self._stack.stop()
        if self._engine is not None:
            self._engine.dispose()

    def kill(self, victim: str) -> int:
        """`kill -9` every process whose command line contains `victim`; how many there were."""
        found = self.stack.processes(victim)
        return sum(_kill(process) for process in found)

    def doomed_courier(self, step: str) -> subprocess.Popen[str] | None:
        """A courier beside the real one that dies at `step`; None while there is no real one to copy."""
        try:
            (real,) = self.stack.processes(OUTBOUND)[:1]
            environ = real.environ()
        except (ValueError, psutil.Error):
            return None
        # Without the mark it is not taken for a process that an earlier start left behind.
        environ.pop(process_tree.MARK, None)
        paths = os.pathsep.join((str(ROOT), str(ROOT / "scripts")))
        return subprocess.Popen(
            [sys.executable, "-m", "campaign.doomed", step],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def kill_all(self) -> int:
        """`kill -9` of the launcher and of everything below it, at once."""
        victims = self.stack.processes()
        self.stack.process.kill()
        count = sum(_kill(process) for process in victims)
        self.stack.process.wait()
        return count + 1

    def runs_again(self, victim: str) -> bool:
        """Whether a killed process came back in time."""
        return wait_for(lambda: bool(self.stack.processes(victim)), BACK_SECONDS)

    def empty_queue(self) -> bool:
        """FLUSHALL on the queue server; False when it is not there just now."""
        socket = Layout(self.data_dir).queue_socket
        try:
            with redis.Redis.from_url(f"unix://{socket}", socket_timeout=2) as client:
                client.flushall()
        except (redis.RedisError, OSError):
            return False
        return True

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """Rows of the product's own database, waiting while it is being restarted.

        Raises OperationalError when it cannot be asked for BACK_SECONDS.
        """
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            try:
                with self._database().connect() as connection:
                    return list(connection.execute(text(statement), values).all())
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _database(self) -> Engine:
        if self._engine is None:
            address = self.environ.get("DATABASE_URL", "")
            settings = load_settings(lingke_env="demo", data_dir=self.data_dir, database_url=address)
            self._engine = create_engine(settings.database_url, pool_pre_ping=True)
        return self._engine

    def journal(self, statement: str) -> Sequence[Any]:
        """Rows of the sandbox's own journal, read beside it so that a dead sandbox can be asked too."""
        journal = Layout(self.data_dir).sandbox / "sandbox.sqlite3"
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def control(self, method: str, path: str, body: Any = None, *, once: bool = False, **query: Any) -> Any:
        """Call the sandbox's control API, waiting while it is being restarted.

        Raises RuntimeError when it stays away for BACK_SECONDS or refuses the call; with `once` also when an
        answer is lost, because what was asked for may have been done, and again would be twice.
        """
        address = f"{self.stack.sandbox_address}/_control{path}"
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            try:
                answer = httpx.request(method, address, json=body, params=query, timeout=30)
            except httpx.TransportError as error:
                if once and not isinstance(error, httpx.ConnectError):
                    raise RuntimeError("nobody knows whether it was done") from None
                if time.monotonic() > deadline:
                    raise RuntimeError("the sandbox does not come back") from None
                time.sleep(0.1)
                continue
            if answer.status_code >= 400:
                raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:200]}")
            return answer.json()


def a_victim(dice: random.Random, weights: Mapping[str, float]) -> str:
    """One of the victims by weight."""
    names = list(weights)
    return dice.choices(names, [weights[name] for name in names])[0]


def _kill(process: psutil.Process) -> int:
    try:
        process.kill()
    except psutil.Error:
        return 0
    return 1
