"""The outside ledger: what was really handed over and acknowledged, kept apart from the product."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    """One composed answer; `text` is unlike every other, so it can be found on the platform."""

    key: str
    text: str
    conversation_id: int


@dataclass
class Ledger:
    """Filled by the traffic's threads; `account` is a callback key."""

    pushed: set[tuple[str, str]] = field(default_factory=set)
    """(account, message id) of our own pushes that were answered 200."""
    written: set[tuple[str, str]] = field(default_factory=set)
    """(account, text) of what the sandbox's customers wrote: Weibo's pushes carry no id."""
    replies: dict[str, Reply] = field(default_factory=dict)
    """Accepted answers by their idempotency key."""
    incidents: Counter[str] = field(default_factory=Counter)
    """What the clients met and got over: refused connections, repeated calls."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, incident: str) -> None:
        with self.lock:
            self.incidents[incident] += 1
