"""Several hands for jobs that mostly wait: for a platform's answer, for the database, for the disk.

Sending a reply is some thirty short waits and little work of its own, so one after the other a worker sends a
fraction of what the machine could. Hands are threads of one worker process: a second process would cost a
hundred megabytes. To each other they are what two processes are: leases, row locks and unique keys hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType

import structlog

log = structlog.get_logger(__name__)


class Crew:
    """Used in a `with` block, whose end waits for what is under way."""

    def __init__(self, hands: int) -> None:
        self._free = threading.BoundedSemaphore(hands)
        self._threads = ThreadPoolExecutor(hands, thread_name_prefix="hand")

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True)

    def hand_over(self, work: Callable[[], None]) -> None:
        """Return as soon as a hand has it. While all are busy it waits: jobs are better kept in the queue."""
        self._free.acquire()
        try:
            self._threads.submit(copy_context().run, self._do, work)
        except BaseException:
            self._free.release()
            raise

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            # The rows it left tell the scheduler more than a list of failed jobs could.
            log.warning("hand_failed", error=repr(error))
        finally:
            self._free.release()
