"""A month of shifts is made: kinds, people by days, a copied week; what may not be is refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.unit_of_work import open_context
from app.models import AuditLog
from tests.factories.make import Make
from tests.shifts.plan import MONDAY, READER, Open, Plan, ok

WEEK = ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"]


@pytest.fixture
def plan(make: Make, open_browser: Open) -> Plan:
    return Plan(make, open_browser)


def test_a_month_is_planned_and_a_week_copied(plan: Plan) -> None:
    early, late = plan.kind(), plan.kind("晚班", "14:00", "22:00")
    assert ok(plan.plan(early, 0, 1, days=WEEK), 201) == {"added": 10, "skipped": 0}
    assert ok(plan.plan(late, 2, days=WEEK), 201)["added"] == 5
    copied = plan.screen.post(
        "/shifts/copies", {"from_day": "2026-12-02", "to_day": "2026-12-09", "weeks": 3}
    )
    assert ok(copied, 201) == {"added": 45, "skipped": 0}
    anna = plan.shifts(0)
    assert len(anna) == 20
    assert [one["day"] for one in anna][5:10] == [
        "2026-12-07",
        "2026-12-08",
        "2026-12-09",
        "2026-12-10",
        "2026-12-11",
    ]
    people = ok(plan.screen.get("/shifts", first=MONDAY, last="2026-12-06"))["people"]
    assert {one["name"]: one["minutes"] for one in people}["安娜"] == 5 * 9 * 60
    with open_context(plan.make.runtime, READER, write=False) as ctx:
        acts = ctx.session.scalars(select(AuditLog).where(AuditLog.action == "shift_plan.changed")).all()
    assert [act.detail["did"] for act in acts] == ["template_added"] * 2 + ["planned"] * 2 + ["copied"]


def test_a_shift_over_midnight_ends_on_the_next_day(plan: Plan) -> None:
    night, early = plan.kind("夜班", "22:00", "06:00"), plan.kind("清早", "05:00", "09:00")
    ok(plan.plan(night, 0, days=[MONDAY]), 201)
    (one,) = plan.shifts(0)
    assert (one["day"], one["begins_at"], one["ends_at"]) == (
        MONDAY,
        "2026-11-30T14:00:00Z",
        "2026-11-30T22:00:00Z",
    )
    refused = plan.plan(early, 0, days=["2026-12-01"])
    assert (refused.status_code, refused.get_json()["code"]) == (409, "shifts_overlap")
    told = refused.get_json()["detail"]
    assert "安娜" in told
    assert "11-30 22:00–06:00" in told
    assert "12-01 05:00–09:00" in told
    ok(plan.plan(plan.kind("接班", "06:00", "12:00"), 0, days=["2026-12-01"]), 201)


def test_all_or_what_is_free(plan: Plan) -> None:
    early, day = plan.kind(), plan.kind("白班", "10:00", "16:00")
    ok(plan.plan(early, 0, days=WEEK[:2]), 201)
    assert plan.plan(day, 0, 1, days=WEEK).status_code == 409
    assert len(plan.shifts()) == 2
    assert ok(plan.plan(day, 0, 1, days=WEEK, skip_taken=True), 201) == {"added": 8, "skipped": 2}
    assert plan.twice() == []


def test_an_edit_may_not_overlap_either(plan: Plan) -> None:
    early, late = plan.kind(), plan.kind("晚班", "18:00", "22:00")
    ok(plan.plan(early, 0, 1, days=[MONDAY]), 201)
    ok(plan.plan(late, 0, days=[MONDAY]), 201)
    shift = plan.shifts(0)[1]
    edit: dict[str, Any] = {"operator_id": plan.people[0].id, "day": MONDAY, "start": "17:00", "end": "22:00"}
    path = f"/shifts/{shift['id']}"
    refused = plan.screen.put(path, {**edit, "version": shift["version"]})
    assert refused.get_json()["code"] == "shifts_overlap"
    moved = {**edit, "operator_id": plan.people[2].id, "version": shift["version"]}
    assert ok(plan.screen.put(path, moved))["operator_id"] == plan.people[2].id
    assert plan.screen.put(path, moved).get_json()["code"] == "stale_version"
    ok(plan.screen.delete(path), 204)
    assert plan.screen.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/shift-templates", {"name": "空", "start": "09:00", "end": "09:00"}, "end"),
        ("/shift-templates", {"name": "早班", "start": "24:00", "end": "09:00"}, "start"),
        ("/shifts/copies", {"from_day": MONDAY, "to_day": MONDAY}, "to_day"),
        ("/shifts/copies", {"from_day": MONDAY, "to_day": "2026-12-07", "weeks": 9}, "weeks"),
    ],
)
def test_what_is_wrong_is_named(plan: Plan, path: str, body: dict[str, Any], field: str) -> None:
    refused = plan.screen.post(path, body)
    assert refused.status_code == 422
    assert list(refused.get_json()["fields"]) == [field]


def test_only_who_plans_plans_and_only_for_their_own_people(
    plan: Plan, make: Make, open_browser: Open
) -> None:
    kind = plan.kind()
    for path, body in (
        ("/shifts", {"template_id": kind, "operator_ids": [plan.people[0].id], "days": [MONDAY]}),
        ("/shift-templates", {"name": "x", "start": "09:00", "end": "10:00"}),
        ("/shifts/copies", {"from_day": MONDAY, "to_day": "2026-12-07"}),
    ):
        assert plan.screens[0].post(path, body).status_code == 403
    other = Plan(make, open_browser)
    refused = plan.screen.post(
        "/shifts", {"template_id": kind, "operator_ids": [other.people[0].id], "days": [MONDAY]}
    )
    assert refused.status_code == 422
    ok(plan.plan(kind, 0, days=[MONDAY]), 201)
    assert other.shifts() == []
    assert other.screen.delete(f"/shifts/{plan.shifts()[0]['id']}").status_code == 404
    assert other.plan(kind, 0, days=[MONDAY]).status_code == 404
