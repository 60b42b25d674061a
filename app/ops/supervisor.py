"""The supervisor as an object: start it, ask it, tell it, end it."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil
from supervisor.xmlrpc import SupervisorTransport

from app.ops import process_tree
from app.ops.layout import ROOT, Layout
from app.ops.refusal import StartRefused

START_SECONDS = 20.0
# Longer than the ten seconds each process has before it is killed, twice: the queue server goes last.
STOP_SECONDS = 25.0
SPARING = {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
"""What an address space of its own for each thread would cost; a process of ours has few that allocate."""


PREPARATION = "prepare"
"""The one program that runs once and ends."""


@dataclass(frozen=True)
class ProcessState:
    """One process as the supervisor sees it; `pid` is 0 when it does not run."""

    name: str
    full_name: str
    state: str
    pid: int
    exit_status: int
    log: Path


class Supervised(Protocol):
    """The supervisor's process: started from here, or by the program that this process was before."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int | None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class InheritedChild(psutil.Process):  # type: ignore[misc]
    """A child that an earlier program of this process started."""

    def poll(self) -> int | None:
        try:
            return self.wait(0) or 0
        except psutil.TimeoutExpired:
            return None


class Supervisor:
    """A running supervisord of one DATA_DIR."""

    def __init__(self, layout: Layout, process: Supervised) -> None:
        self._socket = layout.supervisor_socket
        self._said = layout.logs / "supervisor.out"
        self._process = process

    @classmethod
    def inherited(cls, layout: Layout, pid: int) -> Supervisor:
        return cls(layout, InheritedChild(pid))

    @classmethod
    def started(cls, layout: Layout, environ: Mapping[str, str]) -> Supervisor:
        """Start it on the configuration in the layout's folder `run` and wait until it answers.

        Raises StartRefused when it does not come up.
        """
        layout.supervisor_socket.unlink(missing_ok=True)
        with (layout.logs / "supervisor.out").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [
                    sys.executable,
                    "-m",
                    "app.processes.supervisord",
                    "-c",
                    str(layout.run / "supervisor.conf"),
                ],
                cwd=ROOT,
                env={**SPARING, **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is the launcher's business alone
                preexec_fn=process_tree.die_with_parent,  # noqa: PLW1509 - this process has one thread
            )
        supervisor = cls(layout, process)
        supervisor._wait_for_socket()
        return supervisor

    @property
    def pid(self) -> int:
        return self._process.pid

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def states(self) -> list[ProcessState]:
        """All processes; nothing while the supervisor itself is on its way out."""
        try:
            rows = self._interface().getAllProcessInfo()
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return []
        return [
            ProcessState(
                name=row["name"],
                full_name=_full_name(row["group"], row["name"]),
                state=row["statename"],
                pid=row["pid"],
                exit_status=row["exitstatus"],
                log=Path(row["stdout_logfile"]),
            )
            for row in rows
        ]

    def start(self, full_name: str) -> None:
        """Ask for a process without waiting until it stays up."""
        try:
            self._interface().startProcess(full_name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def end(self) -> None:
        """Stop every process in order, then make sure that none is left."""
        if not self.has_ended():
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        process_tree.end(process_tree.descendants(), grace=2.0)

    def _interface(self) -> Any:
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def _wait_for_socket(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.has_ended() or time.monotonic() > deadline:
                self._process.kill()
                said = self._said.read_text(errors="replace").strip().splitlines()
                raise StartRefused(f"the supervisor did not start: {said[-1] if said else 'it said nothing'}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return bool(self._interface().getState())
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False


def _full_name(group: str, name: str) -> str:
    """As its interface wants it: a program without a group has one of its own name."""
    return name if group == name else f"{group}:{name}"
