"""Whoever is planned for is told: once for each act of planning, and not of what they do themselves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import ManualClock
from tests.factories.make import Make
from tests.notifications.box import Box, herald
from tests.shifts.plan import MONDAY, Open, Plan, ok

WEEK = [f"2026-12-0{number}" for number in range(1, 6)]


@pytest.fixture
def plan(make: Make, open_browser: Open) -> Plan:
    return Plan(make, open_browser)


def titles(app: Flask, plan: Plan, who: int) -> list[str]:
    herald(plan.make.runtime)
    return Box(app, plan.make, plan.people[who]).titles()


def test_each_person_is_told_once_of_many_shifts(app: Flask, plan: Plan) -> None:
    ok(plan.plan(plan.kind(), 0, 1, days=WEEK), 201)
    assert titles(app, plan, 0) == titles(app, plan, 1) == ["Shifts planned for you: 12-01–12-05 (5)"]
    assert titles(app, plan, 2) == []
    box = Box(app, plan.make, plan.people[0]).read()
    assert [one["kind"] for one in box["items"]] == ["shifts_planned"]
    # What is planned meanwhile is folded into one that is not read yet.
    ok(plan.screen.post("/shifts/copies", {"from_day": "2026-12-01", "to_day": "2026-12-07"}), 201)
    assert titles(app, plan, 0) == ["Shifts planned for you: 12-08–12-12 (5) ×2"]
    assert Box(app, plan.make, plan.people[0]).unread == 1


def test_a_shift_that_goes_to_a_colleague_is_told_to_both(app: Flask, plan: Plan) -> None:
    ok(plan.plan(plan.kind(), 0, days=[WEEK[0]]), 201)
    (shift,) = plan.shifts(0)
    body: dict[str, Any] = {"day": WEEK[0], "start": "09:00", "end": "18:00"}
    moved = {**body, "operator_id": plan.people[1].id, "version": shift["version"]}
    shift = ok(plan.screen.put(f"/shifts/{shift['id']}", moved))
    assert titles(app, plan, 0) == ["Your shifts were taken off: 12-01 (1) ×2"]
    assert titles(app, plan, 1) == ["Shifts planned for you: 12-01 (1)"]
    # A word more on it is no news; another hour is.
    same = {**moved, "note": "带徒弟", "version": shift["version"]}
    shift = ok(plan.screen.put(f"/shifts/{shift['id']}", same))
    assert titles(app, plan, 1) == ["Shifts planned for you: 12-01 (1)"]
    later = {**same, "start": "10:00", "version": shift["version"]}
    ok(plan.screen.put(f"/shifts/{shift['id']}", later))
    assert titles(app, plan, 1) == ["Your shift was changed: 12-01 (1) ×2"]


def test_nobody_is_told_of_what_they_plan_for_themselves_or_what_is_over(
    app: Flask, plan: Plan, clock: ManualClock
) -> None:
    kind = plan.kind()
    body = {"template_id": kind, "operator_ids": [plan.lead.id], "days": WEEK}
    ok(plan.screen.post("/shifts", body), 201)
    herald(plan.make.runtime)
    assert Box(app, plan.make, plan.lead).titles() == []
    assert MONDAY > "2026-11-20"
    ok(plan.plan(kind, 0, days=["2026-11-02"]), 201)
    assert titles(app, plan, 0) == []
