"""How often one browser may ask: what is asked too fast is refused, and who does not stop is cut off.

Held per process and in memory: it guards this process's own time, and nothing is lost with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import RateLimited
from app.core.runtime import Runtime

_KEPT = 2_000
_LEAST_ROWS = 1_000


@dataclass(frozen=True)
class Allowance:
    """So much at once, and so much more each second."""

    burst: float
    per_second: float


SOCKET_EVENTS = Allowance(burst=60, per_second=20)
"""All that one socket sends: watching, typing, subscribing."""
SUBSCRIPTIONS = Allowance(burst=5, per_second=0.5)
"""Catching up by one socket: once after each connect, once more after a reload."""
PAGES = Allowance(burst=10, per_second=2)
"""Catching up over REST, by one session, page by page: some 20 ms of the processor each, and everybody else
waits meanwhile. Ten of the longest are more than an hour's absence brings."""
REFUSALS_UNTIL_CUT = 10


class Pace:
    """What is left of an allowance."""

    def __init__(self, allowance: Allowance, now: datetime) -> None:
        self._allowance = allowance
        self._left = allowance.burst
        self._at = now
        self.refused = 0
        """How often in a row it was asked in vain."""

    def take(self, now: datetime, cost: float = 1) -> None:
        """Raises RateLimited with the seconds to wait when less than `cost` is left."""
        gained = max(0.0, (now - self._at).total_seconds()) * self._allowance.per_second
        self._left = min(self._allowance.burst, self._left + gained)
        self._at = now
        cost = min(cost, self._allowance.burst)
        if self._left < cost:
            self.refused += 1
            raise RateLimited(retry_after=max(1, round((cost - self._left) / self._allowance.per_second)))
        self._left -= cost
        self.refused = 0

    def is_full(self, now: datetime) -> bool:
        gained = (now - self._at).total_seconds() * self._allowance.per_second
        return self._left + gained >= self._allowance.burst


class SessionPaces:
    """What each session may still read of the event log, over all its sockets and REST calls.

    A session that connects anew goes on where it was.
    """

    def __init__(self, rows: Allowance, clock: Callable[[], datetime]) -> None:
        self._rows = rows
        self._clock = clock
        self._lock = threading.Lock()
        self._paces: dict[tuple[int | None, Allowance], Pace] = {}
        self._reading: set[int | None] = set()

    def take_rows(self, session_id: int | None, rows: int) -> None:
        self._pace(session_id, self._rows).take(self._clock(), rows)

    def take_page(self, session_id: int | None) -> None:
        self._pace(session_id, PAGES).take(self._clock())

    @contextmanager
    def one_at_a_time(self, session_id: int | None) -> Iterator[None]:
        """Raises RateLimited while another page of the session is being read."""
        with self._lock:
            if session_id in self._reading:
                raise RateLimited(retry_after=1)
            self._reading.add(session_id)
        try:
            yield
        finally:
            with self._lock:
                self._reading.discard(session_id)

    def _pace(self, session_id: int | None, allowance: Allowance) -> Pace:
        now = self._clock()
        with self._lock:
            if len(self._paces) > _KEPT:
                self._paces = {key: pace for key, pace in self._paces.items() if not pace.is_full(now)}
            return self._paces.setdefault((session_id, allowance), Pace(allowance, now))


def session_paces(runtime: Runtime) -> SessionPaces:
    """This process's. In a burst a session may read the whole of what is replayed, twice."""
    return runtime.part("session_paces", _build)


def _build(runtime: Runtime) -> SessionPaces:
    burst = 2.0 * max(runtime.settings.event_retention, _LEAST_ROWS)
    return SessionPaces(Allowance(burst, 500), runtime.clock.now)
