"""Pure rules of routing: how urgent a request is, and when it must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.worktime import WorkCalendar

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
# First answer after a customer's message, by priority, in working time.
ANSWER_WITHIN = {
    1: timedelta(minutes=15),
    2: timedelta(minutes=30),
    3: timedelta(hours=2),
    4: timedelta(hours=8),
}
_REACH_STEPS = ((1_000_000, 2.0), (100_000, 1.5), (10_000, 1.0), (1_000, 0.5))
_TYPE_WEIGHT = {"complaint": 1.5, "consult": 0.75, "lead": 1.0, "suggestion": 0.25}


BY_RULE = "rule"
"""The part that stands for a routing rule's word: its value is the priority that it said."""
_STAYS = ("reach", "level", "repeat", BY_RULE)
"""What later messages leave alone: what the author brings, and a rule's word."""


@dataclass(frozen=True)
class PriorityInput:
    """What a priority is made of. `sentiment` -1…1, `urgency` 0…2, `earlier_requests` of the same person."""

    type: str
    sentiment: int
    urgency: int
    followers: int | None
    is_verified: bool
    level: str | None
    earlier_requests: int


@dataclass(frozen=True)
class Weighed:
    """What one message makes of its request: its type and priority, and the parts that this is the sum of."""

    type: str
    priority: int
    parts: dict[str, Any]

    @property
    def rank(self) -> tuple[int, float, bool, str, float]:
        """The lowest is the strongest: the priority, then the type's weight, then what else there is."""
        total = _sum(self.parts)
        return self.priority, -_type_weight(self.type), self.type == "other", self.type, -round(total, 2)


def priority_of(given: PriorityInput) -> tuple[int, dict[str, Any]]:
    """1 (most urgent) to 4, and the parts it is the sum of, largest first, for the screen to explain."""
    person = {
        "reach": _reach(given.followers) + (0.5 if given.is_verified else 0.0),
        "level": 1.0 if given.level else 0.0,
        "repeat": min(1.0, 0.5 * given.earlier_requests),
    }
    weighed = weigh(person, given.type, given.sentiment, given.urgency)
    return weighed.priority, weighed.parts


def weigh(parts: Mapping[str, Any], kind: str, sentiment: int, urgency: int) -> Weighed:
    """What one message makes of a request: its own scores, with the parts that its author brings.

    What a rule said of the priority stands.
    """
    words = {"urgency": 1.5 * urgency, "type": _type_weight(kind), "sentiment": _mood_weight(sentiment)}
    made_of = {**words, **{name: parts[name] for name in _STAYS if name in parts}}
    return Weighed(kind, _priority_of(made_of), _ordered(made_of))


CHOSEN = "chosen"
"""The part that stands for a person's word: its value is the priority that they chose."""


def reweighed(
    parts: Mapping[str, Any], kind: str, sentiment: int, *, chosen: int | None = None
) -> tuple[int, dict[str, Any]]:
    """The priority and its parts when type or mood are judged anew; what else it is made of stays.

    A priority that a person chose (now or earlier) wins over a rule's, and that over the sum.
    """
    others = {name: value for name, value in parts.items() if name not in ("type", "sentiment", CHOSEN)}
    weighed = _ordered({**others, "type": _type_weight(kind), "sentiment": _mood_weight(sentiment)})
    word = parts.get(CHOSEN) if chosen is None else chosen
    if word is not None:
        return int(word), {CHOSEN: int(word), **weighed}
    return _priority_of(weighed), weighed


def ruled(parts: Mapping[str, Any], priority: int) -> dict[str, Any]:
    """The parts of a request of which a rule says how urgent it is."""
    return _ordered({**parts, BY_RULE: priority})


def _sum(parts: Mapping[str, Any]) -> float:
    """Of what has a weight: neither a person's word nor a rule's is one."""
    return float(sum(value for name, value in parts.items() if name not in (CHOSEN, BY_RULE)))


def _priority_of(parts: Mapping[str, Any]) -> int:
    if BY_RULE in parts:
        return int(parts[BY_RULE])
    total = _sum(parts)
    return 1 if total >= 4.5 else 2 if total >= 2.5 else 3 if total >= 0.75 else 4


def _ordered(parts: Mapping[str, float]) -> dict[str, Any]:
    weighty = {name: round(value, 2) for name, value in parts.items() if value}
    return {name: weighty[name] for name in heaviest_first(weighty)}


def heaviest_first(parts: Mapping[str, Any]) -> list[str]:
    """The names of the parts as a screen lists them: a person's word, a rule's, then by weight.

    A database may give them back in another order than they were stored in.
    """
    return sorted(parts, key=lambda name: (name != CHOSEN, name != BY_RULE, -parts[name], name))


def type_of(intent: str | None) -> str:
    """The type of a request whose message was taken for this; what is no request of its own is `other`."""
    return "other" if intent in (None, "spam") else intent


def _type_weight(kind: str) -> float:
    return _TYPE_WEIGHT.get(kind, 0.0)


def _mood_weight(sentiment: int) -> float:
    return 1.0 if sentiment < 0 else 0.0


def _reach(followers: int | None) -> float:
    if followers is None:
        return 0.0
    return next((weight for step, weight in _REACH_STEPS if followers >= step), 0.0)


def counted_from(waiting_since: datetime, raised_at: datetime | None) -> datetime:
    """The customer's first unanswered word, or the later one that made it more urgent."""
    return max(waiting_since, raised_at or waiting_since)


def due_at(
    calendar: WorkCalendar,
    priority: int,
    waiting_since: datetime | None,
    raised_at: datetime | None = None,
) -> datetime | None:
    """`due_within` of what has no service policy: its priority says how long an answer may take."""
    return due_within(calendar, ANSWER_WITHIN[priority], waiting_since, raised_at)


def due_within(
    calendar: WorkCalendar,
    length: timedelta,
    waiting_since: datetime | None,
    raised_at: datetime | None = None,
) -> datetime | None:
    """When so much working time is over as an answer may take; None while nobody waits.

    Of a moment that no calendar reaches (an earlier version believed any date) it is due at once.
    """
    if waiting_since is None:
        return None
    since = counted_from(waiting_since, raised_at)
    try:
        return calendar.add(since, length)
    except OverflowError:
        return since


def raised(calendar: WorkCalendar, length: timedelta, at: datetime, due: datetime | None) -> datetime:
    """From when on to count if a message leaves an answer but `length`: never so that it is due later."""
    if due is None:
        return at
    try:
        return min(at, calendar.back(due, length))
    except OverflowError:
        return min(at, due)


def urgent_at(
    due: datetime | None, window_until: datetime | None, resolve_due: datetime | None = None
) -> datetime:
    """The moment after which it is too late: the earliest of the service times and the platform's window.

    Nothing is due: far in the future, so that such requests come last in the list of the most urgent. A
    window counts only while somebody waits.
    """
    if due is None:
        return FAR_FUTURE if resolve_due is None else resolve_due
    return min(at for at in (due, window_until, resolve_due) if at is not None)
