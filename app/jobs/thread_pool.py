"""Several threads for work that mostly waits: for a platform's answer, for the database, for the disk.

They share one worker process: a second process would cost a hundred megabytes. To each other they are what
two processes are: leases, row locks and unique keys hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType

import structlog

log = structlog.get_logger(__name__)


class ThreadPool:
    """Used in a `with` block, whose end waits for what is under way."""

    def __init__(self, threads: int) -> None:
        self._idle = threads
        self._leaving = False
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="job")

    def __enter__(self) -> ThreadPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
        self._threads.shutdown(wait=True)

    def free(self, most: int) -> int:
        """How many threads have nothing to do, up to `most`; waits until there is one.

        They are still free for the one who asked, if nobody else hands over. 0 once the end has begun.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._idle > 0 or self._leaving)
            return 0 if self._leaving else min(self._idle, most)

    def hand_over(self, work: Callable[[], None]) -> None:
        """Return when a thread has it; while all are busy it waits: work is better kept in the queue."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle > 0)
            self._idle -= 1
        try:
            self._threads.submit(copy_context().run, self._do, work)
        except BaseException:
            self._release()
            raise

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            # The rows it left tell the scheduler more than a list of failed jobs could.
            log.warning("job_thread_failed", error=repr(error))
        finally:
            self._release()

    def _release(self) -> None:
        with self._changed:
            self._idle += 1
            self._changed.notify()
