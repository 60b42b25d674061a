"""A swap: asked, agreed, approved; each step by who may and by nobody else; all concerned are told."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.clock import ManualClock
from app.jobs.job import perform
from app.models import Presence
from app.shifts.job_names import REMIND_OF_SHIFTS
from tests.factories.make import Make
from tests.notifications.box import Box, herald, rows
from tests.shifts.plan import MONDAY, Open, Plan, answered, decided, ok

TUESDAY = "2026-12-01"


@pytest.fixture
def plan(make: Make, open_browser: Open) -> Plan:
    return Plan(make, open_browser)


@pytest.fixture
def planned(plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """Anna's on Monday, Bo's on Tuesday."""
    kind = plan.kind()
    ok(plan.plan(kind, 0, days=[MONDAY]), 201)
    ok(plan.plan(kind, 1, days=[TUESDAY]), 201)
    return plan.shifts(0)[0], plan.shifts(1)[0]


Two = tuple[dict[str, Any], dict[str, Any]]


def test_asked_agreed_approved_and_all_are_told(plan: Plan, planned: Two, app: Flask) -> None:
    runtime = plan.make.runtime
    swap = ok(plan.ask(0, planned[0], 1, planned[1]), 201)
    herald(runtime)
    assert Box(app, plan.make, plan.people[1]).titles()[0] == "安娜 wants to swap with you: 11-30 09:00–18:00"
    assert rows(runtime, plan.lead) == []
    swap = ok(answered(plan, 1, swap))
    herald(runtime)
    assert Box(app, plan.make, plan.lead).kinds() == ["shift_swap_agreed"]
    assert plan.shifts(0)[0]["day"] == MONDAY  # nothing is changed yet
    swap = ok(decided(plan.screen, swap))
    herald(runtime)
    assert (swap["state"], swap["decided_by"]["name"]) == ("approved", "林主管")
    assert [one["day"] for one in plan.shifts(0)] == [TUESDAY]
    assert [one["day"] for one in plan.shifts(1)] == [MONDAY]
    for person in plan.people[:2]:
        first = Box(app, plan.make, person).titles()[0]
        assert first.startswith("Swap approved: 安娜 and 小波, 11-30 09:00–18:00")
    assert rows(runtime, plan.people[2]) == []


def test_each_step_is_for_whom_it_is(plan: Plan, planned: Two) -> None:
    assert plan.ask(2, planned[0], 1).get_json()["code"] == "not_own_shift"
    assert plan.ask(0, planned[0], 0).status_code == 422
    swap = ok(plan.ask(0, planned[0], 1), 201)
    assert plan.ask(0, planned[0], 2).get_json()["code"] == "swap_is_open"
    assert answered(plan, 0, swap).get_json()["code"] == "not_asked"
    assert answered(plan, 2, swap).get_json()["code"] == "not_asked"
    assert decided(plan.screen, swap).get_json()["code"] == "swap_not_agreed"
    assert decided(plan.screens[2], swap).status_code == 403
    assert plan.screens[1].delete(f"/shift-swaps/{swap['id']}").get_json()["code"] == "not_own_swap"
    agreed = ok(answered(plan, 1, swap))
    assert answered(plan, 1, swap).get_json()["code"] == "stale_version"
    assert answered(plan, 1, agreed).get_json()["code"] == "swap_is_settled"
    refused = ok(decided(plan.screen, agreed, approves=False, reason="周一人手紧"))
    assert (refused["state"], refused["reason"]) == ("refused", "周一人手紧")
    assert decided(plan.screen, refused).get_json()["code"] == "swap_is_settled"
    assert plan.shifts(0)[0]["day"] == MONDAY


def test_who_plans_does_not_decide_about_their_own(plan: Plan, planned: Two, open_browser: Open) -> None:
    kind = plan.kind("主管班", "09:00", "17:00")
    body = {"template_id": kind, "operator_ids": [plan.lead.id], "days": [MONDAY]}
    ok(plan.screen.post("/shifts", body), 201)
    own = next(one for one in plan.shifts() if one["operator_id"] == plan.lead.id)
    asked = {"shift_id": own["id"], "other_id": plan.people[2].id}
    swap = ok(plan.screen.post("/shift-swaps", asked), 201)
    swap = ok(answered(plan, 2, swap))
    assert decided(plan.screen, swap).get_json()["code"] == "own_swap"


def test_a_swap_has_nobody_in_two_shifts(plan: Plan, planned: Two) -> None:
    night = plan.kind("夜班", "22:00", "10:00")
    ok(plan.plan(night, 2, days=["2026-11-29"]), 201)  # until Monday at ten
    refused = plan.ask(0, planned[0], 2)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "shifts_overlap")
    assert "小陈" in refused.get_json()["detail"]
    # Free when asked, but not any more when it is approved.
    swap = ok(answered(plan, 1, ok(plan.ask(0, planned[0], 1), 201)))
    ok(plan.plan(plan.kind("加班", "16:00", "20:00"), 1, days=[MONDAY]), 201)
    assert decided(plan.screen, swap).get_json()["code"] == "shifts_overlap"
    assert plan.twice() == []
    assert plan.shifts(0)[0]["day"] == MONDAY


def test_what_is_planned_otherwise_is_void(plan: Plan, planned: Two, app: Flask) -> None:
    swap = ok(plan.ask(0, planned[0], 1, planned[1]), 201)
    ok(plan.screen.delete(f"/shifts/{planned[1]['id']}"), 204)
    (shown,) = plan.swaps(plan.screens[0])
    assert shown["state"] == "void"
    assert answered(plan, 1, {**swap, "version": shown["version"]}).get_json()["code"] == "swap_is_settled"
    herald(plan.make.runtime)
    assert "shift_swap_settled" in Box(app, plan.make, plan.people[0]).kinds()


def test_what_has_begun_is_not_swapped_and_who_asks_may_withdraw(
    plan: Plan, planned: Two, clock: ManualClock
) -> None:
    swap = ok(plan.ask(0, planned[0], 1), 201)
    ok(plan.screens[0].delete(f"/shift-swaps/{swap['id']}"), 204)
    swap = ok(plan.ask(0, planned[0], 1), 201)
    clock.advance(9 * 24 * 3600)
    plan.screens = [
        type(plan.screens[0])(one.client.application, plan.make.session_token(who))
        for one, who in zip(plan.screens, plan.people, strict=True)
    ]
    assert answered(plan, 1, swap).get_json()["code"] == "shift_has_begun"
    ok(answered(plan, 1, swap, agrees=False))


def test_others_see_no_swap_of_which_they_are_no_part(plan: Plan, planned: Two) -> None:
    ok(plan.ask(0, planned[0], 1), 201)
    assert len(plan.swaps(plan.screens[0])) == len(plan.swaps(plan.screens[1])) == 1
    assert len(plan.swaps(plan.screen)) == 1
    assert plan.swaps(plan.screens[2]) == []


def test_whoever_is_not_there_is_reminded_once(
    plan: Plan, make: Make, clock: ManualClock, app: Flask
) -> None:
    there = make.operator(plan.agency, plan.team, presence=Presence.ONLINE)
    plan.people.append(there)
    kind = plan.kind("早班", "10:15", "18:00")
    ok(plan.plan(kind, 0, 3, days=["2026-11-22"]), 201)  # it is ten
    perform(make.runtime, REMIND_OF_SHIFTS.name, [])
    assert rows(make.runtime) == []
    clock.advance(6 * 60)
    for _ in range(2):
        perform(make.runtime, REMIND_OF_SHIFTS.name, [])
    assert [row.operator_id for row in rows(make.runtime)] == [plan.people[0].id]
    assert Box(app, make, plan.people[0]).titles() == ["Your shift begins soon: 11-22 10:15–18:00"]
