"""A whole installation on one machine, from nothing to ready, kept running, and down to nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from app.ops import preflight, process_tree
from app.ops.database_copy import Schema, schema_state
from app.ops.environment import Plan
from app.ops.layout import ROOT
from app.ops.programs import full_name, programs, supervisor_configuration
from app.ops.refusal import StartRefused
from app.ops.supervisor import ProcessState, Supervisor

READY_SECONDS = 120.0
# A process that failed at every quick retry is tried again this often: the cause may have gone.
REVIVE_SECONDS = 15.0
EXCEPTION_LINE = re.compile(r"[\w.]+(Error|Exception|Refused|Rejected): ")


class Stack:
    """`say` shows one line to the person at the terminal."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._say = say
        self._programs = programs(plan)
        self._supervisor: Supervisor | None = None
        self._seen: dict[str, int] = {}
        self._revived_at = 0.0

    def start(self) -> None:
        """Bring everything up, return when it is ready. Raises StartRefused with the failing part's log."""
        self._start_supervisor()
        self._wait_for_queue()
        if schema_state(self._plan.settings.database_url) is not Schema.OLD:
            # Nobody can be served from a new database, nobody wrongly from a current one: start up meanwhile.
            self._begin("web")
        self._prepare()
        self._begin(*(program.name for program in self._programs))
        self._wait_until_ready()
        self._seen = {state.name: state.pid for state in self._states()}

    def look_after(self) -> None:
        """Called about once a second: report and repair what died since the last call."""
        if self._supervisor is None or self._supervisor.has_ended():
            self._say("the supervisor died: starting it and all processes again")
            process_tree.end(process_tree.descendants(), grace=5.0)
            self._start_supervisor()
            self._begin(*(program.name for program in self._programs))
            return
        ended = process_tree.end_adopted(keep={self._supervisor.pid})
        if ended:
            self._say(f"ended {ended} left-over process(es) of one that was killed")
        self._report(self._states())

    def stop(self) -> None:
        """End every process of this stack, however it was started. Safe to call at any moment, and twice."""
        if self._supervisor is not None:
            self._supervisor.end()
            self._supervisor = None
        process_tree.end(process_tree.descendants(), grace=2.0)

    def kill(self) -> None:
        """The impatient way."""
        process_tree.end(process_tree.descendants(), grace=0.0)

    def _start_supervisor(self) -> None:
        layout = self._plan.layout
        for socket in (layout.queue_socket, layout.supervisor_socket):
            socket.unlink(missing_ok=True)
        configuration = layout.run / "supervisor.conf"
        configuration.write_text(supervisor_configuration(self._plan, self._programs), encoding="utf-8")
        said = layout.logs / "supervisor.out"
        self._supervisor = Supervisor(configuration, layout.supervisor_socket, self._plan.environ, said)
        self._seen = {}

    def _begin(self, *names: str) -> None:
        for program in self._programs:
            if program.name in names and self._supervisor is not None:
                self._supervisor.start(full_name(program))

    def _prepare(self) -> None:
        """Bring the schema up to date and, in the demo, make the demo organisation."""
        logs = self._plan.layout.logs
        commands = ["db upgrade", "seed demo"] if self._plan.settings.is_demo else ["db upgrade"]
        with (logs / "prepare.log").open("wb") as output:
            done = subprocess.run(  # noqa: S603 - our own interpreter and command names
                [sys.executable, "-m", "app.ops.prepare", *commands],
                cwd=ROOT,
                env={**self._plan.environ, "LINGKE_PREPARE_LOGS": str(logs)},
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if done.returncode != 0:
            log = logs / "prepare.log"
            raise StartRefused(f"preparing the database failed: {last_line(log)} (all of it: {log})")

    def _wait_for_queue(self) -> None:
        """A big append-only file takes a while to load, and the server refuses commands until then."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return preflight.check_redis(self._plan.settings.redis_url)
            except StartRefused as error:
                self._refuse_if_given_up()
                if time.monotonic() > deadline:
                    raise StartRefused(f"the queue server does not answer: {error}") from None
                time.sleep(0.02)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not (self._all_run() and self._is_ready() and self._sandbox_answers()):
            self._refuse_if_given_up()
            if time.monotonic() > deadline:
                raise StartRefused(f"not ready after {READY_SECONDS:.0f} s; see {self._plan.layout.logs}")
            time.sleep(0.05)

    def _all_run(self) -> bool:
        states = self._states()
        return bool(states) and all(state.state == "RUNNING" for state in states)

    def _is_ready(self) -> bool:
        return _answers(f"{self._plan.address}/readyz")

    def _sandbox_answers(self) -> bool:
        return not self._plan.sandbox_address or _answers(f"{self._plan.sandbox_address}/")

    def _refuse_if_given_up(self) -> None:
        for state in self._states():
            if state.state == "FATAL":
                raise StartRefused(
                    f"{state.name} does not start: {last_line(state.log)} (all of it: {state.log})"
                )

    def _states(self) -> list[ProcessState]:
        return self._supervisor.states() if self._supervisor else []

    def _report(self, states: Sequence[ProcessState]) -> None:
        for state in states:
            if state.state == "RUNNING" and self._seen.get(state.name, state.pid) != state.pid:
                self._say(f"{state.name} had died and runs again (process {state.pid})")
            if state.state == "RUNNING":
                self._seen[state.name] = state.pid
        given_up = {state.name for state in states if state.state == "FATAL"}
        if given_up and time.monotonic() - self._revived_at > REVIVE_SECONDS:
            self._revived_at = time.monotonic()
            self._say(
                f"keeps failing, tried again: {', '.join(sorted(given_up))}; see {self._plan.layout.logs}"
            )
            self._begin(*given_up)


def last_line(log: Path) -> str:
    """The line that names the cause: the last exception's, else the last that says something."""
    try:
        lines = [line.rstrip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        lines = []
    exceptions = [line for line in lines if EXCEPTION_LINE.match(line)]
    said = [line.strip() for line in exceptions or lines if line.strip()]
    return said[-1] if said else "it said nothing"


def _answers(address: str) -> bool:
    """Whether a GET gives 200; redirects are followed, proxies of the environment are not used."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
