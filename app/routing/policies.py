"""Pure rules of routing: how urgent a request is, and when it must be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
# First answer after a customer's message, by priority.
ANSWER_WITHIN = {
    1: timedelta(minutes=15),
    2: timedelta(minutes=30),
    3: timedelta(hours=2),
    4: timedelta(hours=8),
}
_REACH_STEPS = ((1_000_000, 2.0), (100_000, 1.5), (10_000, 1.0), (1_000, 0.5))
_TYPE_WEIGHT = {"complaint": 1.5, "consult": 0.75, "lead": 1.0, "suggestion": 0.25}


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


def priority_of(given: PriorityInput) -> tuple[int, dict[str, Any]]:
    """1 (most urgent) to 4, and the parts it is the sum of, largest first, for the screen to explain."""
    parts = {
        "urgency": 1.5 * given.urgency,
        "type": _TYPE_WEIGHT.get(given.type, 0.0),
        "sentiment": 1.0 if given.sentiment < 0 else 0.0,
        "reach": _reach(given.followers) + (0.5 if given.is_verified else 0.0),
        "level": 1.0 if given.level else 0.0,
        "repeat": min(1.0, 0.5 * given.earlier_requests),
    }
    total = sum(parts.values())
    priority = 1 if total >= 4.5 else 2 if total >= 2.5 else 3 if total >= 0.75 else 4
    ordered = sorted(((name, value) for name, value in parts.items() if value), key=lambda part: -part[1])
    return priority, {name: round(value, 2) for name, value in ordered}


def _reach(followers: int | None) -> float:
    if followers is None:
        return 0.0
    return next((weight for step, weight in _REACH_STEPS if followers >= step), 0.0)


def due_at(priority: int, waiting_since: datetime | None) -> datetime | None:
    return None if waiting_since is None else waiting_since + ANSWER_WITHIN[priority]


def urgent_at(due: datetime | None, window_until: datetime | None) -> datetime:
    """The moment after which it is too late: the earlier of the service time and the platform's window.

    Nobody waits: far in the future, so that such requests come last in the list of the most urgent.
    """
    if due is None:
        return FAR_FUTURE
    return due if window_until is None else min(due, window_until)
