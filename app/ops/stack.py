"""A started installation on one machine: looked after, and brought down to nothing.

What watches an installation for months holds nothing of the application; `app.ops.bringing_up` starts one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from app.ops import process_tree
from app.ops.layout import Layout
from app.ops.supervisor import PREPARATION, ProcessState, Supervisor

# A process that failed at every quick retry is tried again this often: the cause may have gone.
REVIVE_SECONDS = 15.0


class Stack:
    """`say` shows one line to the person at the terminal; `environ` is what every process gets.

    The supervisor's configuration lies in the layout's folder `run`.
    """

    def __init__(self, layout: Layout, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._layout = layout
        self._environ = environ
        self._say = say
        self._supervisor: Supervisor | None = None
        self._seen: dict[str, int] = {}
        self._revived_at = 0.0

    @property
    def supervisor_pid(self) -> int:
        """0 while there is none."""
        return self._supervisor.pid if self._supervisor else 0

    def start_supervisor(self) -> None:
        """It starts what the configuration says starts at once. Raises StartRefused."""
        layout = self._layout
        for socket in (layout.queue_socket, layout.supervisor_socket):
            socket.unlink(missing_ok=True)
        for figures in layout.metrics.glob("*.db"):
            figures.unlink()
        self._supervisor = Supervisor.started(layout, self._environ)
        self._seen = {}

    def adopt(self, supervisor_pid: int, known: Mapping[str, int]) -> None:
        """Go on with a supervisor that this process started before it became another program.

        `known` are the processes that ran then: one that has died meanwhile is told of.
        """
        self._supervisor = Supervisor.inherited(self._layout, supervisor_pid)
        self._seen = dict(known)

    @property
    def known(self) -> Mapping[str, int]:
        """The processes seen last, by name."""
        return self._seen

    def note_processes(self) -> None:
        """Who runs from now on is known: only later deaths are told."""
        self._seen = {state.name: state.pid for state in self.states()}

    def begin(self, *full_names: str) -> None:
        """Ask for processes; those that run already are left alone."""
        if self._supervisor is not None:
            for name in full_names:
                self._supervisor.start(name)

    def begin_all(self) -> None:
        self.begin(*(state.full_name for state in self.states()))

    def states(self) -> list[ProcessState]:
        """Of all processes that run for good."""
        return [state for state in self._all_states() if state.name != PREPARATION]

    def preparation(self) -> ProcessState | None:
        return next((state for state in self._all_states() if state.name == PREPARATION), None)

    def look_after(self) -> None:
        """Called about once a second: report and repair what died since the last call."""
        if self._supervisor is None or self._supervisor.has_ended():
            self._say("the supervisor died: starting it and all processes again")
            process_tree.end(process_tree.descendants(), grace=5.0)
            self.start_supervisor()
            self.begin_all()
            return
        ended = process_tree.end_adopted(keep={self._supervisor.pid})
        if ended:
            self._say(f"ended {ended} left-over process(es) of one that was killed")
        self._report(self.states())

    def stop(self) -> None:
        """End every process of this stack, however it was started. Safe to call at any moment, and twice."""
        if self._supervisor is not None:
            self._supervisor.end()
            self._supervisor = None
        process_tree.end(process_tree.descendants(), grace=2.0)

    def kill(self) -> None:
        """The impatient way."""
        process_tree.end(process_tree.descendants(), grace=0.0)

    def _all_states(self) -> list[ProcessState]:
        return self._supervisor.states() if self._supervisor else []

    def _report(self, states: Sequence[ProcessState]) -> None:
        for state in states:
            if state.state == "RUNNING" and self._seen.get(state.name, state.pid) != state.pid:
                self._say(f"{state.name} had died and runs again (process {state.pid})")
            if state.state == "RUNNING":
                self._seen[state.name] = state.pid
        given_up = {state.name: state.full_name for state in states if state.state == "FATAL"}
        if given_up and time.monotonic() - self._revived_at > REVIVE_SECONDS:
            self._revived_at = time.monotonic()
            self._say(f"keeps failing, tried again: {', '.join(sorted(given_up))}; see {self._layout.logs}")
            self.begin(*given_up.values())
