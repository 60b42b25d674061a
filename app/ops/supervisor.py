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
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from app.ops import process_tree
from app.ops.layout import ROOT
from app.ops.refusal import StartRefused

START_SECONDS = 20.0
# Longer than the ten seconds each process has before it is killed, twice: the queue server goes last.
STOP_SECONDS = 25.0


@dataclass(frozen=True)
class ProcessState:
    """One process as the supervisor sees it; `pid` is 0 when it does not run."""

    name: str
    state: str
    pid: int
    exit_status: int
    log: Path


class Supervisor:
    """A running supervisord; `configuration` and `socket` are files of one DATA_DIR."""

    def __init__(self, configuration: Path, socket: Path, environ: Mapping[str, str], said: Path) -> None:
        """Start it and wait until it answers; `said` is the file for what it prints.

        Raises StartRefused when it does not come up.
        """
        self._socket = socket
        self._said = said
        socket.unlink(missing_ok=True)
        with said.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is the launcher's business alone
                preexec_fn=process_tree.die_with_parent,  # noqa: PLW1509 - this process has one thread
            )
        self._wait_for_socket()

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
                row["name"], row["statename"], row["pid"], row["exitstatus"], Path(row["stdout_logfile"])
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
        except subprocess.TimeoutExpired:
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
