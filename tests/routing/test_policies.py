"""Routing's arithmetic by tables of cases: when an answer is due, what comes first, what priority is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.models import Direction, OutboundState
from app.routing.lifecycle.thread import Said, summed_up
from app.routing.policies import (
    ANSWER_WITHIN,
    CHOSEN,
    FAR_FUTURE,
    PriorityInput,
    due_at,
    priority_of,
    raised,
    reweighed,
    urgent_at,
)
from app.worktime import ALWAYS
from tests.worktime.calendars import clock, office, shown

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("priority", "waiting_since", "due"),
    [
        (1, NOON, at(15)),
        (2, NOON, at(30)),
        (3, NOON, at(120)),
        (4, NOON, at(480)),
        (1, None, None),
        (4, None, None),
    ],
)
def test_due_at(priority: int, waiting_since: datetime | None, due: datetime | None) -> None:
    assert due_at(ALWAYS, priority, waiting_since) == due


def test_time_is_counted_while_work_is_done() -> None:
    """Two hours on Friday at five are Monday at ten; what raises it in the evening makes it due no later."""
    calendar, friday, evening = office(), clock("2026-11-27 17:00"), clock("2026-11-27 20:00")
    due = due_at(calendar, 3, friday)
    assert due is not None
    assert shown(due) == "2026-11-30 10:00"
    begun = raised(calendar, ANSWER_WITHIN[1], evening, due)
    assert begun == evening
    assert shown(due_at(calendar, 1, friday, begun) or due) == "2026-11-30 09:15"
    late = raised(calendar, ANSWER_WITHIN[4], clock("2026-11-30 09:59"), due)
    assert due_at(calendar, 4, friday, late) is not None
    assert raised(calendar, ANSWER_WITHIN[2], clock("2026-11-30 09:50"), due) == clock("2026-11-30 09:30")


@pytest.mark.parametrize(
    ("due", "window", "urgent"),
    [
        (at(30), None, at(30)),
        (at(30), at(60), at(30)),
        (at(60), at(30), at(30)),
        (at(30), at(30), at(30)),
        (None, at(30), FAR_FUTURE),
        (None, None, FAR_FUTURE),
        (at(30), at(-5), at(-5)),
    ],
)
def test_urgent_at_is_the_earlier_of_the_two(
    due: datetime | None, window: datetime | None, urgent: datetime
) -> None:
    assert urgent_at(due, window) == urgent


PLAIN: dict[str, Any] = {
    "type": "other",
    "sentiment": 0,
    "urgency": 0,
    "followers": None,
    "is_verified": False,
    "level": None,
    "earlier_requests": 0,
}


@pytest.mark.parametrize(
    ("given", "priority", "parts"),
    [
        ({}, 4, {}),
        ({"type": "consult"}, 3, {"type": 0.75}),
        ({"type": "suggestion"}, 4, {"type": 0.25}),
        ({"type": "lead"}, 3, {"type": 1.0}),
        ({"type": "complaint"}, 3, {"type": 1.5}),
        ({"type": "complaint", "sentiment": -1}, 2, {"type": 1.5, "sentiment": 1.0}),
        ({"sentiment": 1}, 4, {}),
        ({"urgency": 1}, 3, {"urgency": 1.5}),
        ({"urgency": 2}, 2, {"urgency": 3.0}),
        ({"urgency": 2, "type": "complaint"}, 1, {"urgency": 3.0, "type": 1.5}),
        ({"followers": 999}, 4, {}),
        ({"followers": 1_000}, 4, {"reach": 0.5}),
        ({"followers": 10_000}, 3, {"reach": 1.0}),
        ({"followers": 100_000}, 3, {"reach": 1.5}),
        ({"followers": 1_000_000}, 3, {"reach": 2.0}),
        ({"followers": 1_000_000, "is_verified": True}, 2, {"reach": 2.5}),
        ({"is_verified": True}, 4, {"reach": 0.5}),
        ({"level": "vip"}, 3, {"level": 1.0}),
        ({"earlier_requests": 1}, 4, {"repeat": 0.5}),
        ({"earlier_requests": 2}, 3, {"repeat": 1.0}),
        ({"earlier_requests": 9}, 3, {"repeat": 1.0}),
        ({"type": "never heard of"}, 4, {}),
    ],
)
def test_priority_of(given: dict[str, Any], priority: int, parts: dict[str, float]) -> None:
    found, made_of = priority_of(PriorityInput(**{**PLAIN, **given}))
    assert (found, made_of) == (priority, parts)
    assert list(made_of) == list(parts), "the heaviest first"


@pytest.mark.parametrize(
    ("parts", "kind", "sentiment", "chosen", "priority", "becomes"),
    [
        ({"type": 0.75}, "complaint", -1, None, 2, {"type": 1.5, "sentiment": 1.0}),
        ({"type": 1.5, "sentiment": 1.0}, "consult", 0, None, 3, {"type": 0.75}),
        (
            {"urgency": 3.0, "type": 0.75},
            "complaint",
            -1,
            None,
            1,
            {"urgency": 3.0, "type": 1.5, "sentiment": 1.0},
        ),
        ({"reach": 2.0, "level": 1.0}, "other", 0, None, 2, {"reach": 2.0, "level": 1.0}),
        ({"type": 0.75}, "consult", 0, 1, 1, {CHOSEN: 1, "type": 0.75}),
        ({CHOSEN: 1, "type": 0.75}, "praise", 1, None, 1, {CHOSEN: 1}),
        ({CHOSEN: 1, "type": 0.75}, "complaint", -1, 4, 4, {CHOSEN: 4, "type": 1.5, "sentiment": 1.0}),
    ],
)
def test_reweighed(
    parts: dict[str, Any],
    kind: str,
    sentiment: int,
    chosen: int | None,
    priority: int,
    becomes: dict[str, Any],
) -> None:
    found, made_of = reweighed(parts, kind, sentiment, chosen=chosen)
    assert (found, list(made_of.items())) == (priority, list(becomes.items()))


@pytest.mark.parametrize("kind", ["complaint", "consult", "lead", "suggestion", "praise", "other"])
@pytest.mark.parametrize("sentiment", [-1, 0, 1])
@pytest.mark.parametrize("urgency", [0, 1, 2])
def test_judging_anew_gives_what_judging_at_first_would_have(kind: str, sentiment: int, urgency: int) -> None:
    """Whatever it was taken for before."""
    rest = {**PLAIN, "urgency": urgency, "followers": 120_000, "level": "vip", "earlier_requests": 1}
    right = priority_of(PriorityInput(**{**rest, "type": kind, "sentiment": sentiment}))
    for was, mood in (("complaint", -1), ("other", 1), ("consult", 0)):
        _, before = priority_of(PriorityInput(**{**rest, "type": was, "sentiment": mood}))
        priority, parts = reweighed(before, kind, sentiment)
        assert (priority, sorted(parts.items())) == (right[0], sorted(right[1].items()))


def test_the_first_word_that_no_answer_follows_is_since_when_a_customer_waits() -> None:
    """Whoever takes a request up again finds the clock that what was said asks for."""
    thread = summed_up(
        [
            Said(1, Direction.INBOUND, "断网了", at(0)),
            Said(2, Direction.OUTBOUND, "在查", at(1), state=OutboundState.SENT),
            Said(3, Direction.INBOUND, "好了吗", at(2)),
            Said(4, Direction.INBOUND, "人呢", at(3)),
        ]
    )
    assert (thread.waiting_since, thread.is_answered) == (at(2), False)
    answered = summed_up(
        [
            Said(1, Direction.INBOUND, "断网了", at(0)),
            Said(2, Direction.OUTBOUND, "在查", at(1), state=OutboundState.QUEUED),
        ]
    )
    assert (answered.waiting_since, answered.is_answered) == (None, True)
