"""What is written to the brand on one day: when, where, by whom, about what. Pure: from a seed and a day."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.lanes import Lane
from app.seed.history import words
from app.seed.history.truths import FIX, FULL, GROWTH, MURMURS, OUTAGE, SPAMMER, Burst
from app.seed.history.words import CRISIS, FLAVOURS, Meaning
from sandbox.scenario.curve import HOURS

OFFICE = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = (1.25, 1.1, 1.0, 1.0, 1.05, 0.8, 0.7)
"""Monday first, as shares of a usual day."""
POSTS: dict[str, float] = {
    "weibo-care": 64.0,
    "weibo-broadband": 34.0,
    "weibo-campus": 20.0,
    "wechat-main": 14.0,
    "wechat-hall": 8.0,
    "wechat-club": 5.0,
}
"""A usual day's posts by account; what is written on Mastodon grows."""
_MASTODON = {"mastodon-care": 0.5, "mastodon-broadband": 0.3, "mastodon-campus": 0.2}
_PEOPLE = 1_500
"""How many people may write to one account; the first of them do so often."""
_CANDIDATES = 4
_PLACES = {
    "weibo": {"mention": 50.0, "comment": 38.0, "private_message": 12.0},
    "wechat": {"private_message": 1.0},
    "mastodon": {"mention": 1.0},
}
_IN_PRIVATE = {
    "question": 5.0,
    "complaint": 4.0,
    "purchase": 2.0,
    "urgent": 0.4,
    "suggestion": 0.6,
    "praise": 0.8,
}
"""Who writes in private wants something."""
_FOLLOWS = 0.05
"""The share of private events (somebody follows) on WeChat."""


@dataclass(frozen=True)
class Post:
    """Something that is written. `people` are those who may have written it, by rank: the first who has
    nothing open with us; an advertiser goes by name."""

    at: datetime
    account: str
    kind: str
    flavour: str
    text: str
    meaning: Meaning
    people: tuple[int, ...] = ()
    name: str = ""

    @property
    def lane(self) -> Lane:
        return Lane.PRIVATE if self.kind in ("private_message", "event") else Lane.PUBLIC


@dataclass(frozen=True)
class Day:
    """One day of the history, `ago` days before the first that is none."""

    seed: int
    ago: int
    today: date

    @property
    def date(self) -> date:
        return self.today - timedelta(days=self.ago)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.date, time(), OFFICE).astimezone(UTC)

    @property
    def told(self) -> str:
        """Names what is told of it, for dice."""
        return f"{self.seed}:{self.ago}:told"

    def dice(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}:{self.ago}:{purpose}")


def posts_of(day: Day) -> list[Post]:
    """Everything that is written on the day, in order."""
    posts = [post for account, usual in _usual(day).items() for post in _ordinary(day, account, usual)]
    posts += [post for burst in (OUTAGE, *MURMURS) for post in _burst(day, burst)]
    posts += [*_faults(day), *_spam(day)]
    return sorted(posts, key=lambda post: (post.at, post.account, post.text))


def platform_of(account: str) -> str:
    return account.partition("-")[0]


def _usual(day: Day) -> dict[str, float]:
    done = 1 - min(day.ago, FULL) / FULL
    growing = GROWTH.first + (GROWTH.last - GROWTH.first) * done
    return POSTS | {account: growing * share for account, share in _MASTODON.items()}


def _ordinary(day: Day, account: str, usual: float) -> list[Post]:
    dice = day.dice(account)
    mean = usual * _WEEKDAYS[day.date.weekday()]
    count = max(0, round(dice.gauss(mean, mean**0.5 * 0.7)))
    return [_post(day, account, dice) for _ in range(count)]


def _post(day: Day, account: str, dice: random.Random) -> Post:
    platform = platform_of(account)
    at = _moment(day, dice)
    if platform == "wechat" and dice.random() < _FOLLOWS:
        return Post(at, account, "event", "event", "", Meaning("other", 0, 0, wanted=False), _people(dice))
    kind = _chosen(_PLACES[platform], dice)
    private = kind == "private_message"
    flavour = _chosen(_IN_PRIVATE if private else {name: one.weight for name, one in FLAVOURS.items()}, dice)
    name = words.advertiser_name(dice) if flavour in ("advert", "lottery") else ""
    return Post(
        at, account, kind, flavour, words.said(flavour, dice), FLAVOURS[flavour].meaning, _people(dice), name
    )


def _chosen(weights: dict[str, float], dice: random.Random) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _people(dice: random.Random) -> tuple[int, ...]:
    """Some who may have written it: low ranks, those who often write, first."""
    return tuple(int(_PEOPLE * dice.random() ** 2.4) for _ in range(_CANDIDATES))


def _moment(day: Day, dice: random.Random, hours: tuple[int, int] = (0, 24)) -> datetime:
    """A moment of the day, rather in the evening than at night; whole seconds, not the last minutes."""
    span = range(*hours)
    hour = dice.choices(span, [HOURS[hour] for hour in span])[0]
    second = dice.randrange(3_600 if hour < 23 else 3_000)
    return day.begins + timedelta(hours=hour, seconds=second)


def _burst(day: Day, burst: Burst) -> list[Post]:
    if day.ago != burst.days_ago:
        return []
    dice = day.dice(burst.words)
    first, last = burst.hours
    seconds = (last - first) * 3_600
    return [
        Post(
            day.begins + timedelta(hours=first, seconds=int(seconds * dice.random() ** 1.4)),
            burst.account,
            "mention",
            "crisis",
            words.crisis(burst.words, dice),
            CRISIS,
            _people(dice),
        )
        for _ in range(burst.posts)
    ]


def _faults(day: Day) -> list[Post]:
    dice = day.dice("fault")
    mean = FIX.posts_after if day.ago <= FIX.days_ago else FIX.posts_before
    count = int(mean) + (dice.random() < mean % 1) + dice.choice((-1, 0, 1)) * (mean > 1)
    meaning = FLAVOURS["complaint"].meaning
    return [
        Post(
            _moment(day, dice, (8, 23)),
            FIX.account,
            dice.choice(("mention", "comment")),
            "complaint",
            words.fault(FIX.product, FIX.words, dice),
            meaning,
            _people(dice),
        )
        for _ in range(count)
    ]


def _spam(day: Day) -> list[Post]:
    dice = day.dice("spam")
    spam = FLAVOURS["advert"].meaning
    return [
        Post(
            _moment(day, dice, (9, 23)),
            SPAMMER.account,
            "mention",
            "advert",
            SPAMMER.text,
            spam,
            name=SPAMMER.name,
        )
        for _ in range(SPAMMER.posts)
    ]
