"""A PostgreSQL cluster of our own that may be killed like everything else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support import postgres

DATABASE = "lingke"
# As an installation runs it: what is committed is on the disk.
SETTINGS = {"listen_addresses": "''", "max_connections": "200"}


@dataclass
class KillablePostgres:
    """`kill_and_restart` ends postmaster and backends with SIGKILL and starts again on what they left."""

    cluster: postgres.Cluster
    binaries: Path

    @property
    def address(self) -> str:
        return self.cluster.address(DATABASE)

    def kill_and_restart(self) -> int:
        """How many processes were killed. Raises RuntimeError when the server does not come back."""
        lock = self.cluster.folder / "data" / "postmaster.pid"
        postmaster = psutil.Process(int(lock.read_text().split()[0]))
        victims = [postmaster, *postmaster.children(recursive=True)]
        for process in victims:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(victims, timeout=10)
        lock.unlink(missing_ok=True)
        postgres.start_server(self.binaries, self.cluster.folder, SETTINGS)
        return len(victims)


@contextmanager
def killable_postgres() -> Iterator[KillablePostgres]:
    """Raises RuntimeError when PostgreSQL is not installed."""
    binaries = postgres.find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL on this machine: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="lk-pg-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "pg"
        folder.mkdir(mode=0o700)
        with postgres.running_cluster(binaries, folder, SETTINGS) as cluster:
            cluster.create(DATABASE)
            yield KillablePostgres(cluster, binaries)
