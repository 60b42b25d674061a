"""From a platform's error code to our error kinds: the table type shared by all adapters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from app.core.errors import PlatformErrorKind

BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Fault:
    """`wait` tells how long a repeat is pointless: `seconds`, `next_hour` or `next_day` (Beijing).

    `advice` is a stable key for screens.
    """

    kind: PlatformErrorKind
    advice: str = ""
    seconds: int | None = None
    next_hour: bool = False
    next_day: bool = False

    def retry_at(self, now: datetime) -> datetime | None:
        if self.seconds is not None:
            return now + timedelta(seconds=self.seconds)
        if self.next_hour:
            return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if self.next_day:
            local = now.astimezone(BEIJING)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return midnight.astimezone(now.tzinfo)
        return None


def table(*rows: tuple[Iterable[int], Fault]) -> Mapping[int, Fault]:
    """Codes → Fault. A code named twice is a mistake in the table and raises ValueError."""
    faults: dict[int, Fault] = {}
    for codes, fault in rows:
        for code in codes:
            if code in faults:
                raise ValueError(f"error code {code} is mapped twice")
            faults[code] = fault
    return faults


def retry_after_seconds(value: str | None, limit: int = 86_400) -> int | None:
    """A Retry-After header in seconds (the date form is not used by our platforms), bounded by `limit`."""
    if value is None or not value.strip().isdigit():
        return None
    return min(int(value.strip()[:9]), limit)
