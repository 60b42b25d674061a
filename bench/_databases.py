"""What the database benches share: a database of either kind, an organisation, clocks, the flush time."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import text

from app.config import load_settings
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.models import Account, Operator, Presence
from app.processes.composition import compose
from tests.factories.make import Make
from tests.support import databases, postgres, queue_server

KINDS = ("sqlite", "postgresql")
DURABLE = {
    "listen_addresses": "''",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "512MB",
}
"""PostgreSQL as a careful owner runs it on such a machine: every commit reaches the disk."""


@dataclass
class Installation:
    """A migrated, empty database with the application's runtime on it."""

    kind: str
    runtime: Runtime
    folder: Path

    def server_seconds(self) -> float:
        """Processor seconds that the database's own processes have used so far; 0 for SQLite."""
        pid_file = self.folder / "pg" / "data" / "postmaster.pid"
        if not pid_file.exists():
            return 0.0
        postmaster = psutil.Process(int(pid_file.read_text().split()[0]))
        ended_too = float(sum(postmaster.cpu_times()[:4]))
        return ended_too + float(sum(sum(process.cpu_times()[:2]) for process in postmaster.children()))

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction (VACUUM, ANALYZE, CHECKPOINT)."""
        with self.runtime.engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.driver_connection
            if self.kind == "postgresql":
                raw.autocommit = True  # type: ignore[union-attr]
            raw.execute(statement)  # type: ignore[union-attr]
            if self.kind == "postgresql":
                raw.autocommit = False  # type: ignore[union-attr]

    def settle(self) -> None:
        """What a running installation's database does by itself after a while."""
        self.execute("VACUUM ANALYZE" if self.kind == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
        self.execute("ANALYZE")

    def count(self, table: str) -> int:
        with self.runtime.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@contextmanager
def installation(kind: str) -> Iterator[Installation]:
    """A database below a temporary folder (TMPDIR), with a real queue server beside it."""
    folder = Path(tempfile.mkdtemp(prefix="lk-b-"))
    folder.chmod(0o755)  # PostgreSQL's user has to pass through
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        address = _database(stack, kind, folder)
        queue = folder / "q"
        queue.mkdir(mode=0o700)
        settings = load_settings(
            _env_file=None,
            lingke_env="test",
            data_dir=folder,
            database_url=address,
            redis_url=stack.enter_context(queue_server.running_queue_server(queue)),
            secret_key="only-for-the-bench-and-long-enough-for-it",
            installation="bench",
        )
        runtime = compose(settings)
        stack.callback(runtime.engine.dispose)
        yield Installation(kind, runtime, folder)


def _database(stack: ExitStack, kind: str, folder: Path) -> str:
    if kind == "sqlite":
        address = f"sqlite:///{folder / 'lingke.db'}"
    else:
        binaries = postgres.find_binaries()
        if binaries is None:
            raise RuntimeError("no PostgreSQL server on this machine")
        place = folder / "pg"
        place.mkdir(mode=0o700)
        cluster = stack.enter_context(postgres.running_cluster(binaries, place, DURABLE))
        cluster.create("bench")
        address = cluster.address("bench")
    databases.migrate(address, data_dir=folder)
    return address


def organisation(runtime: Runtime, people: int = 12) -> tuple[Account, Operator]:
    """One agency with a Weibo account, a supervisor, and operators who are present and never full."""
    make = Make(runtime)
    agency = make.agency()
    team = make.team(agency)
    supervisor = make.operator(agency, team, role=RoleName.SUPERVISOR)
    for _ in range(people):
        make.operator(agency, team, presence=Presence.ONLINE, capacity=1_000_000)
    return make.account(agency, team), supervisor


def flush_milliseconds(folder: Path, rounds: int = 40) -> float:
    """The median time of one small write that is flushed to the disk where the database lies."""
    times = []
    path = folder / "flush"
    with path.open("wb", buffering=0) as file:
        for _ in range(rounds):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return round(statistics.median(times) * 1000, 2)


@dataclass(frozen=True)
class Spent:
    """Seconds: wall, this process's processor time, the database server's."""

    wall: float
    cpu: float
    server: float


@contextmanager
def spending(place: Installation) -> Iterator[list[Spent]]:
    """What the block costs; the list holds it once the block has ended."""
    spent: list[Spent] = []
    wall, cpu, server = time.perf_counter(), time.process_time(), place.server_seconds()
    yield spent
    spent.append(
        Spent(time.perf_counter() - wall, time.process_time() - cpu, place.server_seconds() - server)
    )
