"""Customers: the same name is the same person on a platform."""

from __future__ import annotations

from sandbox import ids
from sandbox.clock import PlatformClock
from sandbox.store import Store


class People:
    def __init__(self, store: Store, clock: PlatformClock) -> None:
        self._store = store
        self._clock = clock

    def weibo(self, name: str) -> str:
        """The uid of a Weibo user, created at first sight."""
        return self._known("weibo", ids.weibo_uid(name), name)

    def mastodon(self, name: str) -> str:
        """The account id of a Mastodon user, created at first sight."""
        return self._known("mastodon", ids.mastodon_account_id(name), name)

    def _known(self, platform: str, id_: str, name: str) -> str:
        self._store.add_once("person", platform=platform, id=id_, name=name, at=self._clock.now())
        return id_

    def name_of(self, platform: str, id_: str) -> str | None:
        row = self._store.one("SELECT name FROM person WHERE platform = ? AND id = ?", platform, id_)
        return str(row["name"]) if row is not None else None

    def id_of(self, platform: str, name: str) -> str | None:
        row = self._store.one("SELECT id FROM person WHERE platform = ? AND name = ?", platform, name)
        return str(row["id"]) if row is not None else None

    def newest(self, platform: str, count: int) -> list[str]:
        rows = self._store.all(
            "SELECT id FROM person WHERE platform = ? ORDER BY at DESC, id LIMIT ?", platform, count
        )
        return [str(row["id"]) for row in rows]
