"""A worker for questions within the test's own process: each is answered by a thread, on the test's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.core.jobs import DeferredJob, Queue
from app.core.runtime import Runtime
from app.jobs.job import perform
from app.jobs.queue import RedisQueue
from app.processes import all_jobs  # noqa: F401 - a test's process does every job

PATIENCE_SECONDS = 120


class AnsweringQueue(RedisQueue):
    """Gives questions to threads of this process; every other job waits in Redis as it does outside."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.redis, runtime.settings.installation)
        self._runtime = runtime
        self._threads: list[threading.Thread] = []

    def enqueue(self, jobs: list[DeferredJob]) -> None:
        for wanted in jobs:
            if wanted.job.queue is Queue.QUESTIONS:
                self.answer_beside(perform, self._runtime, wanted.job.name, list(wanted.ids))
        super().enqueue([wanted for wanted in jobs if wanted.job.queue is not Queue.QUESTIONS])

    def answer_beside(self, work: Callable[..., None], *given: object) -> None:
        """In a thread: whoever asked waits in this one."""
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """Wait for the threads. An asker is answered a moment before its thread has read the queue server's
        last word; who closes the connections in that moment makes it fail."""
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "a question is still being answered"
