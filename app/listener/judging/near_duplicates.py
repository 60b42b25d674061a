"""Near duplicates: the first posts of recent clusters, kept in memory and found by bands of their simhash."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.runtime import Runtime
from app.models import InboundItem, Lane
from app.nlp.text.fingerprint import bands, is_near

CAPACITY = 50_000
"""Cluster heads remembered per process (some 40 MB); older ones are forgotten first."""
Entry = tuple[int, int, int]
"""Item id, account id, simhash."""


class NearIndex:
    """Remembers heads of clusters. Each process fills its own from the database, so restarts lose nothing.

    Its threads share it.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: deque[Entry] = deque()
        self._buckets: dict[tuple[int, int, int], list[Entry]] = {}
        self._seen_id = 0
        self._lock = threading.Lock()

    def refresh(self, session: Session, since: datetime, before_id: int) -> None:
        """Take in the heads that were stored after the last look and before `before_id`."""
        rows = session.execute(
            select(InboundItem.id, InboundItem.account_id, InboundItem.simhash)
            .where(
                InboundItem.id > self._seen_id,
                InboundItem.id < before_id,
                InboundItem.created_at > since,
                InboundItem.simhash.is_not(None),
                InboundItem.duplicate_of_id.is_(None),
                InboundItem.lane == Lane.PUBLIC,
            )
            .order_by(InboundItem.id.desc())
            .limit(self._capacity)
        ).all()
        for item_id, account_id, simhash in reversed(rows):
            if simhash is not None:
                self.add(item_id, account_id, simhash)
        self._seen_id = max(self._seen_id, before_id - 1)

    def add(self, item_id: int, account_id: int, simhash: int) -> None:
        entry = (item_id, account_id, simhash)
        with self._lock:
            self._entries.append(entry)
            for bucket in _buckets_of(account_id, simhash):
                self._buckets.setdefault(bucket, []).append(entry)
            self._seen_id = max(self._seen_id, item_id)
            if len(self._entries) > self._capacity:
                self._forget(self._entries.popleft())

    def find(self, item_id: int, account_id: int, simhash: int) -> int | None:
        """The oldest remembered item of the account that is nearly the same and came earlier."""
        with self._lock:
            found = [
                entry[0]
                for bucket in _buckets_of(account_id, simhash)
                for entry in self._buckets.get(bucket, ())
                if entry[0] < item_id and is_near(entry[2], simhash)
            ]
        return min(found, default=None)

    def _forget(self, entry: Entry) -> None:
        for bucket in _buckets_of(entry[1], entry[2]):
            rest = self._buckets[bucket]
            rest.remove(entry)
            if not rest:
                del self._buckets[bucket]


def _buckets_of(account_id: int, simhash: int) -> list[tuple[int, int, int]]:
    return [(account_id, number, band) for number, band in enumerate(bands(simhash))]


def near_index(runtime: Runtime) -> NearIndex:
    return runtime.part("near_index", lambda _runtime: NearIndex())
