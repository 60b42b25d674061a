"""Pure rules: which posts are about the same thing, what is usual for an hour, and when it is not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from app.models import AlertKind, Sensitivity

# A topic needs this many posts of different people within the window below.
SMALLEST_TOPIC = 4
TOPIC_WINDOW = timedelta(hours=3)
TOPIC_SLEEPS_AFTER = timedelta(hours=12)
SAME_SUBJECT = 0.3
# How far above the usual an hour must be, and the fewest posts that can be news at all.
_FACTOR = {Sensitivity.LOW: 4.0, Sensitivity.MEDIUM: 3.0, Sensitivity.HIGH: 2.0}
_FEWEST = {Sensitivity.LOW: 30, Sensitivity.MEDIUM: 15, Sensitivity.HIGH: 8}
_SHARE_MARGIN = {Sensitivity.LOW: 0.35, Sensitivity.MEDIUM: 0.25, Sensitivity.HIGH: 0.15}
_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)
# What is usual at an hour is known from three such hours; before that, of any hour, from a whole day.
_FEWEST_ALIKE = 3
_FEWEST_HOURS = 24


def similarity(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Cosine of two weighted sets of words, 0…1."""
    if not left or not right:
        return 0.0
    dot = sum(weight * right.get(word, 0.0) for word, weight in left.items())
    return dot / (_length(left.values()) * _length(right.values()))


def _length(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights))


def topic_weights(terms: Mapping[str, int], posts: int) -> dict[str, float]:
    """How typical each word is of a topic: the share of its posts that have it, if more than one has."""
    if posts <= 1:
        return dict.fromkeys(terms, 1.0)
    return {word: count / posts for word, count in terms.items() if count > 1}


def groups_of_similar(words: Sequence[frozenset[str]], weight: Mapping[str, float]) -> list[list[int]]:
    """Indexes of posts that are about the same thing, greedily: each post joins the best group so far."""
    groups: list[list[int]] = []
    profiles: list[Counter[str]] = []
    for index, own in enumerate(words):
        vector = {word: weight.get(word, 1.0) for word in own}
        best, score = -1, SAME_SUBJECT
        for number, profile in enumerate(profiles):
            size = len(groups[number])
            candidate = {word: weight.get(word, 1.0) * count / size for word, count in profile.items()}
            found = similarity(vector, candidate)
            if found > score:
                best, score = number, found
        if best < 0:
            groups.append([index])
            profiles.append(Counter(own))
        else:
            groups[best].append(index)
            profiles[best].update(own)
    return groups


def rarity(background: Sequence[frozenset[str]]) -> dict[str, float]:
    """Weight below 1 of what everybody always says, by how many earlier posts have it.

    Measured on earlier posts, not on the burst: there the words that all share are the very subject.
    """
    if not background:
        return {}
    counts = Counter(pair for own in background for pair in own)
    return {pair: 1.0 - min(0.95, 3.0 * count / len(background)) for pair, count in counts.items()}


@dataclass(frozen=True)
class Baseline:
    """What is usual: posts an hour, negative share, and from how many past hours that is known."""

    posts: float
    negative_share: float
    hours: int

    @property
    def is_known(self) -> bool:
        """Whether enough has been seen to call anything unusual."""
        return self.hours >= _FEWEST_ALIKE


_UNKNOWN = Baseline(0.0, 0.0, 0)


def baseline_of(
    history: Mapping[datetime, tuple[int, int]], hour: datetime, since: datetime | None = None
) -> Baseline:
    """The usual volume at this hour of the week, from up to eight weeks; in an account's first weeks at this
    hour of the day; on its second and third day what a busy hour had; before that nothing is known.

    `history` maps past hours to (posts, negative); an hour without posts is not in it, but counts as quiet
    from `since` on, when the account began to be watched (or from the first hour that is there). Medians:
    last week's burst is not this week's usual.
    """
    begun = min([*history, *([since] if since is not None and since < hour else [])], default=hour)
    seen = [past for weeks in range(1, 9) if (past := hour - weeks * _WEEK) >= begun]
    if len(seen) < _FEWEST_ALIKE:
        seen = [past for days in range(1, 15) if (past := hour - timedelta(days=days)) >= begun]
    if len(seen) >= _FEWEST_ALIKE:
        return _usual([history.get(past, (0, 0)) for past in seen], 0.5)
    hours = int((hour - begun) / _HOUR)
    if hours < _FEWEST_HOURS:
        return _UNKNOWN
    return _usual([history.get(hour - back * _HOUR, (0, 0)) for back in range(1, hours + 1)], 0.9)


def _usual(chosen: Sequence[tuple[int, int]], rank: float) -> Baseline:
    ordered = sorted(total for total, _ in chosen)
    posts = median(ordered) if rank == 0.5 else ordered[int(rank * (len(ordered) - 1))]
    total = sum(ordered)
    share = sum(negative for _, negative in chosen) / total if total else 0.0
    return Baseline(float(posts), share, len(chosen))


def stands_out(
    kind: AlertKind, sensitivity: Sensitivity, posts: int, negative: int, usual: Baseline
) -> float | None:
    """The value to report when an hour is news by this rule, else None: without a baseline nothing is."""
    if posts < _FEWEST[sensitivity] or not usual.is_known:
        return None
    if kind is AlertKind.VOLUME:
        # Chance alone moves a count by its square root; the factor alone would cry at every quiet hour.
        limit = max(usual.posts * _FACTOR[sensitivity], usual.posts + 3 * math.sqrt(max(usual.posts, 1.0)))
        return float(posts) if posts > limit else None
    share = negative / posts
    return share if share >= 0.5 and share - usual.negative_share >= _SHARE_MARGIN[sensitivity] else None
