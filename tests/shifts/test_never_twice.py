"""No sequence of acts, and no two acts at the same moment, leave one person in two shifts at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.shifts.plan import Open, Plan, answered, decided, ok

KINDS = (("早", "06:00", "14:00"), ("晚", "13:00", "22:00"), ("夜", "21:00", "07:00"))
DAYS = ("2026-11-30", "2026-12-01", "2026-12-02")
FINE = {200, 201, 204, 403, 404, 409, 422}
acts = st.lists(
    st.tuples(
        st.sampled_from(["plan", "skip", "edit", "remove", "ask", "answer", "decide", "copy"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 5),
    ),
    max_size=14,
)


@pytest.fixture
def plan(make: Make, open_browser: Open) -> Plan:
    return Plan(make, open_browser)


def act(plan: Plan, kinds: list[int], step: tuple[str, int, int, int, int]) -> None:
    what, who, other, day, which = step
    shifts = plan.shifts()
    shift = shifts[which % len(shifts)] if shifts else None
    if what in ("plan", "skip"):
        answer = plan.plan(kinds[other], who, days=[DAYS[day]], skip_taken=what == "skip")
    elif what == "copy":
        answer = plan.screen.post(
            "/shifts/copies",
            {"from_day": DAYS[0], "to_day": "2026-12-07", "weeks": 1 + day, "skip_taken": bool(which % 2)},
        )
    elif shift is None:
        return
    elif what == "edit":
        start, end = KINDS[other][1:]
        body = {"operator_id": plan.people[who].id, "day": DAYS[day], "start": start, "end": end}
        answer = plan.screen.put(f"/shifts/{shift['id']}", {**body, "version": shift["version"]})
    elif what == "remove":
        answer = plan.screen.delete(f"/shifts/{shift['id']}")
    elif what == "ask":
        owner = next(at for at, person in enumerate(plan.people) if person.id == shift["operator_id"])
        theirs = next((one for one in plan.shifts(other)), None) if which % 2 else None
        answer = plan.ask(owner, shift, other, theirs)
    else:
        swaps = [one for one in plan.swaps(plan.screen) if one["state"] in ("asked", "agreed")]
        if not swaps:
            return
        swap = swaps[which % len(swaps)]
        if what == "decide":
            answer = decided(plan.screen, swap)
        else:
            colleague = next(at for at, person in enumerate(plan.people) if person.id == swap["other"]["id"])
            answer = answered(plan, colleague, swap)
    assert answer.status_code in FINE, answer.get_json()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=acts)
def test_no_sequence_of_acts_has_anybody_in_two_shifts(
    make: Make, open_browser: Open, steps: list[tuple[str, int, int, int, int]]
) -> None:
    plan = Plan(make, open_browser)
    kinds = [plan.kind(*kind) for kind in KINDS]
    for step in steps:
        act(plan, kinds, step)
        assert plan.twice() == [], step


def test_nor_do_acts_of_the_same_moment(plan: Plan, open_browser: Open) -> None:
    """Two leads plan overlapping shifts for the same people, while swaps of theirs are approved."""
    early, late = plan.kind("早", "06:00", "14:00"), plan.kind("晚", "13:00", "22:00")
    screens = [open_browser(plan.lead) for _ in range(4)]
    assert all(screen.csrf for screen in screens)
    for day in ("2026-12-07", "2026-12-08", "2026-12-09"):
        barrier = Barrier(len(screens))

        def go(at: int, day: str = day, barrier: Barrier = barrier) -> int:
            screen: Browser = screens[at]
            body: dict[str, Any] = {
                "template_id": (early, late)[at % 2],
                "operator_ids": [person.id for person in plan.people],
                "days": [day],
            }
            barrier.wait()
            status: int = screen.post("/shifts", body).status_code
            return status

        with ThreadPoolExecutor(len(screens)) as pool:
            answers = sorted(pool.map(go, range(len(screens))))
        assert answers == [201, 409, 409, 409]
        assert plan.twice() == []


def test_a_swap_and_a_plan_that_meet(plan: Plan, open_browser: Open) -> None:
    """A swap is approved while its colleague is given a shift of that time: one of the two is refused."""
    early, late = plan.kind("早", "06:00", "14:00"), plan.kind("晚", "13:00", "22:00")
    other = open_browser(plan.lead)
    assert other.csrf
    for day in ("2026-12-07", "2026-12-08", "2026-12-09"):
        ok(plan.plan(early, 0, days=[day]), 201)
        shift = next(one for one in plan.shifts(0) if one["day"] == day)
        swap = ok(answered(plan, 1, ok(plan.ask(0, shift, 1), 201)))
        barrier = Barrier(2)
        body = {"template_id": late, "operator_ids": [plan.people[1].id], "days": [day]}

        def approve(swap: dict[str, Any] = swap, barrier: Barrier = barrier) -> int:
            barrier.wait()
            status: int = decided(plan.screen, swap).status_code
            return status

        def give(body: dict[str, Any] = body, barrier: Barrier = barrier) -> int:
            barrier.wait()
            status: int = other.post("/shifts", body).status_code
            return status

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(approve), pool.submit(give)
        assert (first.result(), second.result()) in {(200, 409), (409, 201)}
        assert plan.twice() == []
