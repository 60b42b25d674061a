"""What the end-to-end benches share: an installation, its processes' work, percentiles, results on disk."""

from __future__ import annotations

import json
import os
import platform as machine
import tempfile
import time
import xmlrpc.client
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import Engine, text
from supervisor.xmlrpc import SupervisorTransport

from app.core.db import WRITE_OPTION, make_engine
from app.ops.layout import Layout
from app.seed.demo import DEMO_PASSWORD
from bench._databases import DURABLE
from tests.support import postgres
from tests.support.servers import unused_port
from tests.support.stack import RunningStack, running_stack

RESULTS = Path(__file__).parent / "results"
LOGIN = "jiangnan"
DATABASES = ("postgresql", "sqlite")
WORKERS_AND_QUEUE = (
    "lingke:worker-ingest",
    "lingke:worker-outbound",
    "lingke:worker-default",
    "lingke:worker-questions",
    "lingke:scheduler",
    "queue",
)
_KINDS = {
    "wsgi:app": "web",
    "app.processes.worker ingest": "worker-ingest",
    "app.processes.worker outbound": "worker-outbound",
    "app.processes.worker default": "worker-default",
    "app.processes.worker questions": "worker-questions",
    "app.processes.scheduler": "scheduler",
    "app.processes.door": "door",
    "app.processes.supervisord": "supervisor",
    "app.ops.watcher": "watcher",
    "sandbox": "sandbox",
    "--unixsocket": "queue",
    "valkey": "queue",
    "redis": "queue",
}


@dataclass
class Installation:
    """All processes as `make run` starts them, with nobody writing, and its database beside them."""

    stack: RunningStack
    engine: Engine
    database: str
    address: str
    cluster: postgres.Cluster | None

    def count(self, statement: str) -> int:
        """The first number of a statement."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(statement)).scalar_one())

    def column(self, statement: str) -> list[Any]:
        with self.engine.connect().execution_options(**{WRITE_OPTION: False}) as connection:
            return list(connection.execute(text(statement)).scalars())

    def execute(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def cpu_seconds(self) -> dict[str, float]:
        """Processor seconds used so far, by kind of process."""
        used: dict[str, float] = defaultdict(float)
        for process in self.stack.processes():
            try:
                used[kind_of(process)] += _seconds(process)
            except psutil.Error:
                continue
        used["postgresql"] += sum(_seconds(process) for process in self._server_processes())
        return used

    def _server_processes(self) -> list[psutil.Process]:
        if self.cluster is None:
            return []
        lock = self.cluster.folder / "data" / "postmaster.pid"
        postmaster = psutil.Process(int(lock.read_text().split()[0]))
        return [postmaster, *postmaster.children(recursive=True)]

    def stop_workers_and_queue(self) -> None:
        """For good: a killed process would come back."""
        for name in WORKERS_AND_QUEUE:
            self._supervisor().stopProcess(name)

    def start_workers_and_queue(self) -> None:
        for name in reversed(WORKERS_AND_QUEUE):
            self._supervisor().startProcess(name)

    def _supervisor(self) -> Any:
        socket = Layout(self.stack.data_dir).supervisor_socket
        transport = SupervisorTransport(None, None, serverurl=f"unix://{socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor


def kind_of(process: psutil.Process) -> str:
    """Which of an installation's processes it is. Raises psutil.Error when it has ended."""
    command = " ".join(process.cmdline())
    return next((name for part, name in _KINDS.items() if part in command), "other")


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def installation(database: str = "sqlite", **environ: str) -> Iterator[Installation]:
    """A new one in a temporary folder. Raises RuntimeError when there is no PostgreSQL to run it on."""
    given = {"SANDBOX_OPTIONS": "--scenario none", "UNDO_SECONDS": "0", **environ}
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="lk-bench-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o755)  # PostgreSQL's user has to pass through; DATA_DIR itself is private
        cluster = None
        if database == "postgresql":
            cluster = stack.enter_context(_cluster(folder / "pg"))
            given["DATABASE_URL"] = cluster.address("lingke")
        running = stack.enter_context(running_stack(folder / "data", unused_port(), **given))
        address = given.get("DATABASE_URL", f"sqlite:///{running.data_dir / 'lingke.db'}")
        engine = make_engine(address)
        stack.callback(engine.dispose)
        yield Installation(running, engine, database, address, cluster)


@contextmanager
def _cluster(folder: Path) -> Iterator[postgres.Cluster]:
    binaries = postgres.find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL on this machine: apt-get install postgresql")
    folder.mkdir(mode=0o700)
    with postgres.running_cluster(binaries, folder, DURABLE) as cluster:
        cluster.create("lingke")
        yield cluster


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    count: int
    median: float
    p99: float
    worst: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Spread:
        ordered = sorted(milliseconds)
        last = len(ordered) - 1
        return cls(
            count=len(ordered),
            median=round(ordered[last // 2], 1),
            p99=round(ordered[min(last, int(len(ordered) * 0.99))], 1),
            worst=round(ordered[-1], 1),
        )


@contextmanager
def cpu_per(place: Installation, count: int) -> Iterator[dict[str, float]]:
    """Microseconds of processor time that each kind of process spends on one of `count` in the block."""
    spent: dict[str, float] = {}
    before = place.cpu_seconds()
    yield spent
    for kind, seconds in sorted(place.cpu_seconds().items()):
        used = seconds - before.get(kind, 0.0)
        if used > 0:
            spent[kind] = round(used / count * 1e6)


class Desk:
    """The session of somebody who is logged in, a supervisor if nobody else is named."""

    def __init__(self, stack: RunningStack, login: str = LOGIN) -> None:
        with httpx.Client(base_url=f"{stack.address}/api/v1", timeout=30) as client:
            token = client.get("/session").json()["csrf_token"]
            who = {"login_name": login, "password": DEMO_PASSWORD}
            answer = client.post("/session", json=who, headers={"X-CSRF-Token": token})
            answer.raise_for_status()
            self.token: str = answer.json()["csrf_token"]
            self.cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def conditions() -> dict[str, Any]:
    """What a figure means nothing without."""
    return {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python": machine.python_version(),
        "clients": "on the same machine",
    }


def publish(name: str, result: dict[str, Any]) -> None:
    """Write bench/results/<name>.json and print it as a table."""
    RESULTS.mkdir(exist_ok=True)
    written = json.dumps(result, ensure_ascii=False, indent=2)
    (RESULTS / f"{name}.json").write_text(written + "\n", encoding="utf-8")
    print(f"\n{name}")
    for line in _lines(result, "  "):
        print(line)


def on_each_database(
    name: str, databases: Sequence[str], measure: Callable[[Installation], dict[str, Any]]
) -> None:
    """Measure a fresh installation on each of the databases and publish what was found."""
    result: dict[str, Any] = conditions()
    for database in databases:
        with installation(database) as place:
            result[database] = measure(place)
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish(name, result)


def _lines(values: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
            yield f"{indent}{key}"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, dict):
            yield f"{indent}{key:<34}" + "  ".join(f"{name} {inner}" for name, inner in value.items())
        else:
            yield f"{indent}{key:<34}{value}"
