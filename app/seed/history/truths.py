"""What is planted in the history: each is said here once, and found by a test with plain SQL.

Days are counted back from the first day that is not history: 1 is yesterday.
"""

from __future__ import annotations

from dataclasses import dataclass

FULL = 90
"""Days from which on all of it is there."""


@dataclass(frozen=True)
class Burst:
    """Many complain about one thing for some hours. The outage: broadband was down for an evening, which gave
    an alert of each kind and a topic."""

    days_ago: int = 24
    hours: tuple[int, int] = (19, 22)
    """From and until, in Beijing."""
    account: str = "weibo-broadband"
    posts: int = 150
    words: str = "云岭宽带大面积断网"


@dataclass(frozen=True)
class SlowTeam:
    """One team takes this many times as long for its first answers."""

    team: str = "宽带组"
    times: float = 3.5


@dataclass(frozen=True)
class Fix:
    """A product that was complained about every day, until its fault was mended."""

    product: str = "云岭掌厅"
    words: str = "闪退"
    days_ago: int = 35
    posts_before: float = 6.0
    """A day, on its account."""
    posts_after: float = 0.5
    account: str = "weibo-care"


@dataclass(frozen=True)
class BestHour:
    """Who writes in this hour (Beijing) is answered soonest: the share of the usual time."""

    hour: int = 10
    share: float = 0.3


@dataclass(frozen=True)
class Spammer:
    """Repeats one advertisement several times a day, until somebody puts them on the list of the blocked."""

    name: str = "流量卡推广员88"
    account: str = "weibo-care"
    posts: int = 3
    blocked_days_ago: int = 20
    text: str = "正规大流量卡，月租19享235G，全国发货，要的加微信：yl29ka8866，招代理，先到先得"


@dataclass(frozen=True)
class Growth:
    """One platform is written on ever more: posts a day at the beginning of ninety days and at the end."""

    platform: str = "mastodon"
    first: float = 3.0
    last: float = 30.0


MURMURS = (
    Burst(days_ago=9, hours=(9, 11), account="weibo-care", posts=14, words="云岭掌厅登不上"),
    Burst(days_ago=2, hours=(20, 23), account="weibo-campus", posts=12, words="校园网登录不了"),
    Burst(days_ago=1, hours=(20, 22), account="weibo-care", posts=9, words="话费充值不到账"),
)
"""Too few for an alarm, enough for a topic: what the last days talked about."""
OUTAGE, SLOW_TEAM, FIX, BEST_HOUR, SPAMMER, GROWTH = (
    Burst(),
    SlowTeam(),
    Fix(),
    BestHour(),
    Spammer(),
    Growth(),
)
