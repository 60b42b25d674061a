"""Numbers that the platforms publish, as values that a test or the demo may change.

Two profiles: `demo` is generous so that an account may be polled every few seconds; `strict` holds the
figures of the current documentation (Weibo: 100 calls per authorised user and day, 150 per hour, 15,000
per IP and hour, 30 posts and 60 comments per hour; Mastodon: 300 calls per 5 minutes).
"""

from __future__ import annotations

from sandbox.clock import PlatformClock, beijing_day
from sandbox.store import Store

_SHARED: dict[str, float] = {
    "weibo_text_units": 140,
    "weibo_message_units": 300,
    "weibo_duplicate_minutes": 10,
    "weibo_duplicate_account_wide": 0,
    "weibo_token_seconds": 30 * 86_400,
    "weibo_message_hours": 48,
    "weibo_list_depth": 2_000,
    "wechat_text_bytes": 2_048,
    "wechat_message_quota": 5,
    "wechat_message_hours": 48,
    "wechat_action_quota": 3,
    "wechat_action_seconds": 60,
    "wechat_token_seconds": 7_200,
    "wechat_publish_seconds": 2,
    "wechat_media_days": 3,
    "mastodon_max_characters": 500,
    "mastodon_max_media": 4,
    "mastodon_require_user_agent": 1,
    # 1: the server calls itself GoToSocial, with its limits, and has no quotes.
    "mastodon_gotosocial": 0,
    # Every so many notifications commit late, by so many seconds: their ids are given at once.
    "mastodon_late_every": 0,
    "mastodon_late_seconds": 0,
    "mastodon_idempotency": 1,
    "push_timeout_seconds": 5,
    "push_retry_seconds": 5,
    "push_deliveries": 3,
}
PROFILES: dict[str, dict[str, float]] = {
    "demo": {
        **_SHARED,
        "weibo_user_day": 2_000_000,
        "weibo_user_hour": 200_000,
        "weibo_ip_hour": 2_000_000,
        "weibo_posts_hour": 100_000,
        "weibo_comments_hour": 100_000,
        "wechat_default_day": 5_000_000,
        "mastodon_calls": 100_000,
    },
    "strict": {
        **_SHARED,
        "weibo_user_day": 100,
        "weibo_user_hour": 150,
        "weibo_ip_hour": 15_000,
        "weibo_posts_hour": 30,
        "weibo_comments_hour": 60,
        "wechat_default_day": 500_000,
        "mastodon_calls": 300,
    },
}
# Daily quotas of single WeChat interfaces that the documentation states apart.
WECHAT_DAILY: dict[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/openapi/quota/get": 5_000,
}


class Limits:
    """Current values; `enabled=False` lets every counted call through (text rules stay)."""

    def __init__(self, profile: str) -> None:
        self.reset(profile)

    def reset(self, profile: str) -> None:
        """Raises KeyError for an unknown profile."""
        self.values = dict(PROFILES[profile])
        self.profile = profile
        self.enabled = True
        self.wechat_daily = dict(WECHAT_DAILY)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def update(self, changes: dict[str, float]) -> None:
        """Raises KeyError for a name that is not a limit."""
        for name, value in changes.items():
            if name not in self.values:
                raise KeyError(name)
            self.values[name] = float(value)

    def wechat_day(self, path: str) -> int:
        """Calls of one interface and account a day; the default caps those that are stated apart."""
        default = int(self.values["wechat_default_day"])
        return min(default, self.wechat_daily.get(path, default))


class Counters:
    """How often something happened in a period; kept in the journal so that a restart forgives nothing."""

    def __init__(self, store: Store, clock: PlatformClock) -> None:
        self._store = store
        self._clock = clock

    def hour(self) -> str:
        return f"h{int(self._clock.now() // 3600)}"

    def day(self) -> str:
        return beijing_day(self._clock.now())

    def span(self, seconds: int) -> str:
        return f"s{seconds}:{int(self._clock.now() // seconds)}"

    def used(self, scope: str, who: str, period: str) -> int:
        sql = "SELECT used FROM counter WHERE scope = ? AND who = ? AND period = ?"
        return self._store.number(sql, scope, who, period)

    def add(self, scope: str, who: str, period: str) -> int:
        """Count one more and return the new sum."""
        self._store.run(
            "INSERT INTO counter (scope, who, period, used) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (scope, who, period) DO UPDATE SET used = used + 1",
            scope,
            who,
            period,
        )
        return self.used(scope, who, period)

    def clear(self, who: str) -> None:
        self._store.run("DELETE FROM counter WHERE who = ?", who)
