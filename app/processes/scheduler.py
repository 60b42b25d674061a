"""The scheduler process: `python -m app.processes.scheduler`.

One thread numbers committed events. The main loop turns due rows into jobs and finds rows whose worker
died. Both only look into the database, so a restart continues where the last one stopped.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

import structlog

from app.core.permissions import system_actor
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.unit_of_work import open_context
from app.jobs.periodic import Periodic
from app.processes.all_jobs import PERIODIC
from app.processes.composition import start_process
from app.realtime.publisher import BATCH, WAKE_WRITTEN, publish_new

log = structlog.get_logger(__name__)
LOOK_SECONDS = 0.5
TICK_SECONDS = 0.2


class Stop:
    def __init__(self) -> None:
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()

    def asked(self, wait: float = 0.0) -> bool:
        return self._event.wait(wait) if wait else self._event.is_set()


def follow_commits(runtime: Runtime, stop: Stop) -> None:
    """Number events as soon as somebody rings, and twice a second in any case."""
    subscription: Any = None
    while not stop.asked():
        try:
            if subscription is None:
                subscription = runtime.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                subscription.subscribe(runtime.redis_key(*WAKE_WRITTEN))
            is_told = _wait_for_ring(subscription)
        except QUEUE_AWAY:
            # No ring can be heard: go by the clock.
            subscription, is_told = None, False
            time.sleep(LOOK_SECONDS)
        try:
            while publish_new(runtime, is_told=is_told) == BATCH:
                pass
        except Exception as error:
            # The database is away, or whatever else: events must be numbered again as soon as it is over.
            log.warning("publishing_failed", error=repr(error))
            time.sleep(LOOK_SECONDS)


def _wait_for_ring(subscription: Any) -> bool:
    """Whether one came in time. Those that came with it are heard too: numbering takes all new events."""
    if subscription.get_message(timeout=LOOK_SECONDS) is None:
        return False
    while subscription.get_message(timeout=0.0) is not None:
        pass
    return True


def run_due(runtime: Runtime, periodic: list[Periodic], last: dict[str, float]) -> None:
    """Ask each periodic entry whose time has come which jobs are due, and queue them."""
    for entry in periodic:
        every = entry.every(runtime.settings)
        if time.monotonic() - last.get(entry.name, -every) < every:
            continue
        last[entry.name] = time.monotonic()
        try:
            with open_context(runtime, system_actor("scheduler"), write=False) as ctx:
                jobs = entry.due(ctx)
            if jobs:
                runtime.queue.enqueue(jobs)
        except Exception as error:
            # One entry's trouble must not stop the others.
            log.warning("periodic_failed", entry=entry.name, error=repr(error))


def main(_arguments: Sequence[str] = ()) -> int:
    runtime = start_process("scheduler")
    stop = Stop()
    publisher = threading.Thread(target=follow_commits, args=(runtime, stop), name="publisher", daemon=True)
    publisher.start()
    last: dict[str, float] = {}
    while not stop.asked(TICK_SECONDS):
        run_due(runtime, PERIODIC, last)
        if not publisher.is_alive():
            log.error("publisher_died")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
