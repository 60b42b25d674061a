"""Where short-lived platform tokens live. The store is injected: in production it is shared by all
processes."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredToken:
    """`refresh_at` is when a new one should be fetched (80 % of its life), `expires_at` when it is dead."""

    value: str = field(repr=False)
    refresh_at: datetime
    expires_at: datetime


class TokenStore(Protocol):
    """`lock(key)` must exclude every other process that shares the store, and must let go when its holder
    dies."""

    def get(self, key: str) -> StoredToken | None: ...

    def put(self, key: str, token: StoredToken) -> None: ...

    def lock(self, key: str) -> AbstractContextManager[object]: ...


class MemoryTokenStore:
    """Threads of one process share it; used by tools, examples and tests."""

    def __init__(self) -> None:
        self._tokens: dict[str, StoredToken] = {}
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: str) -> StoredToken | None:
        return self._tokens.get(key)

    def put(self, key: str, token: StoredToken) -> None:
        self._tokens[key] = token

    def lock(self, key: str) -> AbstractContextManager[object]:
        with self._guard:
            return self._locks[key]
