"""Ids of the platforms' shapes, always increasing, never reused."""

from __future__ import annotations

import base64
import hashlib
import threading

from sandbox.clock import PlatformClock
from sandbox.store import Store

_WEIBO_EPOCH = 515_483_463


class IdSource:
    """Weibo ids (seconds << 22), Mastodon ids (ms << 16), MsgIds (seconds << 32); they never go back."""

    def __init__(self, store: Store, clock: PlatformClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = {
            "weibo": max(
                store.number("SELECT max(id) FROM weibo_status"),
                store.number("SELECT max(id) FROM weibo_comment"),
            ),
            "mastodon": store.number("SELECT max(id) FROM mastodon_status"),
            "message": store.number("SELECT max(CAST(id AS INTEGER)) FROM message"),
        }

    def weibo(self) -> int:
        """A status or comment id of today's size, about 5×10^15."""
        return self._next("weibo", (int(self._clock.now()) - _WEIBO_EPOCH) << 22)

    def mastodon(self) -> int:
        """A snowflake of about 1.2×10^17, as Mastodon 4 gives them."""
        return self._next("mastodon", int(self._clock.now() * 1000) << 16)

    def message(self) -> int:
        """A WeChat MsgId: 64 bits, larger than a JavaScript number can hold."""
        return self._next("message", int(self._clock.now()) << 32)

    def _next(self, kind: str, floor: int) -> int:
        with self._lock:
            self._last[kind] = max(self._last[kind] + 1, floor)
            return self._last[kind]


def digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def weibo_uid(name: str) -> str:
    """A customer's uid, ten digits, the same for the same name."""
    return str(1_000_000_000 + int.from_bytes(digest("weibo", name)[:6], "big") % 6_000_000_000)


def openid(account: str, name: str) -> str:
    """28 characters, different for each official account, as WeChat's are."""
    return "o" + base64.urlsafe_b64encode(digest("openid", account, name)).decode()[:27]


def mastodon_account_id(name: str) -> str:
    return str(109_000_000_000_000_000 + int.from_bytes(digest("mastodon", name)[:6], "big"))
