"""Doing at once what many wait for: concurrent calls are gathered and worked on together.

Whoever comes first leads: it waits a moment for others, works for all that came, and hands the lead to the
first of those who came meanwhile. So a single call costs what it did, and a crowd shares one transaction
(group commit). It has no thread of its own, and serves greenlets and threads alike.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

GATHER_SECONDS = 0.001
"""Long enough for an event loop to read what has arrived on other connections, too short to be noticed."""


@dataclass(eq=False)
class _Call(Generic[Task, Result]):
    task: Task
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    """Woken to work, not because the work is done."""
    result: Result | Exception | None = None


class GroupCommit(Generic[Task, Result]):
    """`work` gets several tasks and gives as many results, in order; an Exception among them is raised by the
    call it belongs to, one that `work` raises by every call of that round."""

    def __init__(
        self,
        work: Callable[[Sequence[Task]], Sequence[Result | Exception]],
        *,
        most: int = 200,
        gather_seconds: float = GATHER_SECONDS,
    ) -> None:
        self._work = work
        self._most = most
        self._gather_seconds = gather_seconds
        self._lock = threading.Lock()
        self._waiting: list[_Call[Task, Result]] = []
        self._led = False

    def __call__(self, task: Task) -> Result:
        """The task's result, once the round it was in is over."""
        call: _Call[Task, Result] = _Call(task)
        if not self._join(call):
            self._wait(call)
        if call.leads:
            self._lead()
        if isinstance(call.result, Exception):
            raise call.result
        return call.result  # type: ignore[return-value]  # set by the round that the call was in

    def _join(self, call: _Call[Task, Result]) -> bool:
        """Whether the call has to lead."""
        with self._lock:
            self._waiting.append(call)
            call.leads, self._led = not self._led, True
            return call.leads

    def _wait(self, call: _Call[Task, Result]) -> None:
        try:
            call.woken.wait()
        except BaseException:  # its greenlet was ended: nobody may wait for a leader that will never come
            with self._lock:
                if call in self._waiting:
                    self._waiting.remove(call)
                    if call.leads:
                        self._appoint()
            raise

    def _lead(self) -> None:
        """One round; the leader's own call is the first of it."""
        calls: list[_Call[Task, Result]] = []
        try:
            time.sleep(self._gather_seconds)
        finally:
            with self._lock:
                calls, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                self._work_for(calls)
            finally:
                with self._lock:
                    self._appoint()
                for call in calls:
                    call.woken.set()

    def _work_for(self, calls: Sequence[_Call[Task, Result]]) -> None:
        try:
            results = list(zip(calls, self._work([call.task for call in calls]), strict=True))
        except BaseException as error:
            failure = error if isinstance(error, Exception) else RuntimeError("the round was broken off")
            for call in calls:
                call.result = failure
            if failure is not error:
                raise
            return
        for call, result in results:
            call.result = result

    def _appoint(self) -> None:
        """The lock is held. The first who waits leads the next round."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].woken.set()
