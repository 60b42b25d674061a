"""Reply windows: what a customer's act allows a brand to send in private, and for how long.

WeChat (documentation of 2025): a message opens 48 h for 5 messages; a menu click, a new follow or a scan
opens 1 minute for 3. A new act refreshes, it does not add up. Weibo fan service: 48 h after a message,
follow, click or scan, any number; after a mention one message within 48 h; nothing after an unfollow.
"""

from __future__ import annotations

from enum import StrEnum

from sandbox.clock import PlatformClock
from sandbox.limits import Limits
from sandbox.store import Store

UNLIMITED = 1_000_000


class Refusal(StrEnum):
    CLOSED = "closed"
    USED_UP = "used_up"


class Windows:
    def __init__(self, store: Store, clock: PlatformClock, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits

    def opened_by(self, platform: str, account: str, person: str, act: str) -> None:
        """`act` is message, mention, follow, subscribe, click or scan."""
        seconds, quota = self._allowance(platform, act)
        reason = act if act in ("message", "mention") else "action"
        now = self._clock.now()
        self._store.put(
            "reply_window",
            account=account,
            person=person,
            reason=reason,
            opened_at=now,
            until=now + seconds,
            quota=quota,
            used=0,
        )

    def _allowance(self, platform: str, act: str) -> tuple[float, int]:
        limits = self._limits
        if platform == "weibo":
            return limits["weibo_message_hours"] * 3600, 1 if act == "mention" else UNLIMITED
        if act == "message":
            return limits["wechat_message_hours"] * 3600, int(limits["wechat_message_quota"])
        return limits["wechat_action_seconds"], int(limits["wechat_action_quota"])

    def close(self, account: str, person: str) -> None:
        self._store.run("DELETE FROM reply_window WHERE account = ? AND person = ?", account, person)

    def refusal(self, account: str, person: str) -> Refusal | None:
        """Why a private message may not be sent now, or None when it may."""
        rows = self._store.all(
            "SELECT quota, used FROM reply_window WHERE account = ? AND person = ? AND until > ?",
            account,
            person,
            self._clock.now(),
        )
        if not rows:
            return Refusal.CLOSED
        return None if any(row["used"] < row["quota"] for row in rows) else Refusal.USED_UP

    def use(self, account: str, person: str) -> None:
        """Count one message against every open window: a quota never adds to another."""
        self._store.run(
            "UPDATE reply_window SET used = used + 1 WHERE account = ? AND person = ? AND until > ?",
            account,
            person,
            self._clock.now(),
        )
