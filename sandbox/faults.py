"""Faults on demand: what a platform or the network between may do to a call or a push."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "http_429",
        "http_500",
        "timeout_before",
        "timeout_after_acting",
        "half_body",
        "html_error",
        "expired_token",
        "repeat_page",
        "unordered_page",
        "duplicate_push",
        "delay_push",
        "drop_connection",
        "drop_after_acting",
        "ip_not_allowed",
    }
)
ON_PUSHES = frozenset({"duplicate_push", "delay_push"})
BEFORE_ACTING = frozenset(
    {
        "http_429",
        "http_500",
        "timeout_before",
        "html_error",
        "expired_token",
        "drop_connection",
        "ip_not_allowed",
    }
)


@dataclass
class Fault:
    """`match` is searched in the path. It strikes `times` times, or with `probability` until removed.

    `retry_after` and `delay` are seconds; `delay` is how long a timeout holds the connection open, or how
    long a push is put aside while later ones overtake it.
    """

    match: str
    kind: str
    times: int | None = 1
    probability: float = 1.0
    retry_after: float | None = None
    delay: float = 30.0
    struck: int = 0
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown kind and re.error for a bad pattern."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; one of {', '.join(sorted(KINDS))}")
        self._pattern = re.compile(self.match)

    def strikes(self, path: str, dice: random.Random) -> bool:
        spent = self.times is not None and self.struck >= self.times
        return not spent and self._pattern.search(path) is not None and dice.random() < self.probability

    def as_json(self) -> dict[str, Any]:
        names = ("match", "kind", "times", "probability", "retry_after", "delay", "struck")
        return {name: getattr(self, name) for name in names}


def fault_from_json(body: dict[str, Any]) -> Fault:
    """Without `times`, a fault with a probability lasts and one without strikes once."""
    lasting = "probability" in body and "times" not in body
    times = None if lasting or body.get("times", 1) is None else int(body.get("times", 1))
    retry_after = body.get("retry_after")
    return Fault(
        match=str(body.get("match", ".*")),
        kind=str(body["kind"]),
        times=times,
        probability=float(body.get("probability", 1.0)),
        retry_after=float(retry_after) if retry_after is not None else None,
        delay=float(body.get("delay", 30.0)),
    )


class Faults:
    """The faults now in force. At most one strikes a call: the first that matches."""

    def __init__(self, seed: int) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)
        self._active: list[Fault] = []

    def replace(self, faults: list[Fault]) -> None:
        with self._lock:
            self._active = faults

    def add(self, faults: list[Fault]) -> None:
        with self._lock:
            self._active.extend(faults)

    def take(self, path: str, kinds: frozenset[str] = KINDS) -> Fault | None:
        with self._lock:
            for fault in self._active:
                if fault.kind in kinds and fault.strikes(path, self._dice):
                    fault.struck += 1
                    return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._active]
