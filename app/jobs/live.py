"""A thread that does live jobs as they are given, beside what its worker does for RQ.

Reading a stream or judging a backlog takes seconds, and a push must not wait for it; nor must an answer wait
for what else its worker does. A second process would cost a hundred megabytes. To each other the two threads
are what two processes are: leases, row locks and unique keys hold; and they change hands often, so that one
that calculates does not keep the other from its next statement for long.
"""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import cast

import structlog

from app.core.jobs import Queue
from app.core.runtime import QUEUE_AWAY, Runtime
from app.jobs.job import perform
from app.jobs.queue import RedisQueue

log = structlog.get_logger(__name__)
LOOK_SECONDS = 1.0
END_SECONDS = 8.0
SWITCH_SECONDS = 0.001


class LiveThread:
    """Used in a `with` block, whose end waits a while for the job under way."""

    def __init__(self, runtime: Runtime, queue: Queue) -> None:
        self._runtime = runtime
        self._queue = queue
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="live", daemon=True)

    def __enter__(self) -> LiveThread:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(END_SECONDS)

    def _follow(self) -> None:
        queue = cast(RedisQueue, self._runtime.queue)
        while not self._ended.is_set():
            try:
                taken = queue.take_live(self._queue, LOOK_SECONDS)
            except QUEUE_AWAY:
                self._ended.wait(LOOK_SECONDS)
                continue
            if taken is not None:
                self._do(*taken)

    def _do(self, name: str, ids: list[int]) -> None:
        try:
            perform(self._runtime, name, ids)
        except Exception as error:
            # The rows it left are found by the scheduler, which gives the job again.
            log.warning("live_job_failed", job=name, error=repr(error))
