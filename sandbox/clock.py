"""The platforms' clock: real time plus an offset, or a moment that only moves when told to."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class PlatformClock:
    """Unix seconds as the platforms see them; every window, token and limit is judged by it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Unix seconds (UTC)."""
        with self._lock:
            return self._frozen if self._frozen is not None else time.time() + self._offset

    def advance(self, seconds: float) -> float:
        """Move forward (or back, when negative) and return the new time."""
        with self._lock:
            if self._frozen is not None:
                self._frozen += seconds
            else:
                self._offset += seconds
        return self.now()

    def set(self, moment: float) -> float:
        """Jump to a moment given in unix seconds."""
        return self.advance(moment - self.now())

    def freeze(self, on: bool) -> float:
        """Stop the clock at the present moment, or let it run on from where it stands."""
        current = self.now()
        with self._lock:
            if on:
                self._frozen = current
            else:
                self._frozen = None
                self._offset = current - time.time()
        return current

    def reset(self) -> float:
        """Return to real time."""
        with self._lock:
            self._offset, self._frozen = 0.0, None
        return self.now()


def beijing_day(moment: float) -> str:
    """The calendar day in Beijing, `YYYY-MM-DD`; daily quotas end at its midnight."""
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d")


def iso(moment: float) -> str:
    """ISO 8601 UTC with milliseconds, as Mastodon writes times."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weibo_date(moment: float) -> str:
    """Weibo's form, English names whatever the locale: `Tue May 31 17:46:55 +0800 2011`."""
    when = datetime.fromtimestamp(moment, BEIJING)
    day, month = _DAYS[when.weekday()], _MONTHS[when.month - 1]
    return f"{day} {month} {when:%d %H:%M:%S} +0800 {when.year}"
