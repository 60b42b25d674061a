"""Service policies: which one a request gets, by when it is due then, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import ManualClock
from app.routing.jobs import recount_deadlines
from tests.calendars.office import made as made_calendar
from tests.factories.make import Make
from tests.routing.house import COMPLAINTS, STEPS, House, content, when
from tests.support.statements import counted


@pytest.fixture
def house(make: Make, clock: ManualClock, open_browser: Any) -> House:
    return House(make, clock, open_browser)


def test_without_a_policy_the_times_of_before_hold(house: House) -> None:
    house.policy(is_on=False)
    request = house.now(house.asks())
    assert (request.priority, request.policy_id, request.resolve_due_at) == (3, None, None)
    assert when(request.due_at) == "2026-11-27 19:30", "two hours"


def test_a_request_gets_the_first_policy_that_fits(house: House) -> None:
    house.policy("投诉", condition=COMPLAINTS, first_minutes=5)
    everything = house.policy("其他")
    request = house.now(house.asks())
    assert request.policy_id == everything["id"]
    assert when(request.due_at) == "2026-11-27 18:00"
    assert when(request.resolve_due_at) == "2026-11-28 01:30"
    assert request.urgent_at == request.due_at


def test_time_is_counted_on_the_calendar(house: House) -> None:
    made_calendar(house.admin, is_default=True)
    house.policy()
    request = house.asks()
    assert when(house.now(request).due_at) == "2026-11-27 18:00"
    house.clock.advance(60)
    request = house.asks(author="u2")
    assert when(house.now(request).due_at) == "2026-11-30 09:01"
    found = house.admin.get(f"/service-requests/{request.id}/deadline").get_json()
    assert (found["policy"], found["clock"], found["allowed_minutes"]) == ("投诉加急", "first", 30)
    assert found["resolution"]["allowed_minutes"] == 480
    assert found["resolution"]["stopped_minutes"] == 0


def test_policies_are_asked_in_the_order_that_people_give_them(house: House) -> None:
    first, second = house.policy("甲", first_minutes=10), house.policy("乙", first_minutes=20)
    answer = house.admin.put("/service-policies/order", {"ids": [second["id"], first["id"]]})
    assert [row["name"] for row in answer.get_json()["items"]] == ["乙", "甲"]
    assert house.now(house.asks()).policy_id == second["id"]
    refused = house.admin.put("/service-policies/order", {"ids": [second["id"]]})
    assert refused.get_json()["code"] == "policies_changed"


def test_what_is_open_is_counted_anew_when_a_policy_changes(house: House) -> None:
    request = house.asks()
    policy = house.policy()
    recount_deadlines(house.make.runtime)
    assert house.now(request).policy_id == policy["id"]
    assert when(house.now(request).due_at) == "2026-11-27 18:00"
    body = content(first_minutes=45, version=policy["version"])
    edited = house.admin.put(f"/service-policies/{policy['id']}", body).get_json()
    recount_deadlines(house.make.runtime)
    assert when(house.now(request).due_at) == "2026-11-27 18:15"
    house.switch(edited, is_on=False)
    recount_deadlines(house.make.runtime)
    stands = house.now(request)
    assert (stands.policy_id, stands.resolve_due_at) == (None, None)
    assert when(stands.due_at) == "2026-11-27 19:30"


def test_a_person_who_says_what_it_is_gives_it_another_policy(house: House) -> None:
    hasty = house.policy("投诉", condition=COMPLAINTS, first_minutes=5)
    house.policy("其他")
    request = house.asks()
    body = {"type": "complaint", "version": request.version}
    assert house.admin.put(f"/service-requests/{request.id}/classification", body).status_code == 200
    assert house.now(request).policy_id == hasty["id"]
    assert when(house.now(request).due_at) == "2026-11-27 17:35"


def test_raised_by_a_message_it_is_never_due_later(house: House) -> None:
    urgent = {"all": [{"field": "priority", "op": "any_of", "value": [1, 2]}]}
    house.policy("急", condition=urgent, first_minutes=20)
    house.policy("其他", first_minutes=30)
    request = house.asks()
    before = house.now(request).due_at
    house.clock.advance(600)
    house.asks("你们扣费骗人！马上给我退钱，不然投诉到工信部！急！")
    after = house.now(request)
    assert after.priority in (1, 2)
    assert after.due_at is not None
    assert before is not None
    assert after.due_at == min(before, house.clock.now() + timedelta(minutes=20))


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"first_minutes": 0}, "first_minutes"),
        ({"next_minutes": -5}, "next_minutes"),
        ({"first_minutes": 1, "warn_share": 75}, "first_minutes"),
        ({"resolve_minutes": 20}, "resolve_minutes"),
        ({"warn_share": 100}, "warn_share"),
        ({"steps": [{"at": "missed"}]}, "steps.0.people"),
        ({"steps": [{"at": "missed", "people": [999999]}]}, "steps.0.people"),
        ({"steps": [{"at": "warning", "after_minutes": 5, "leads": True}]}, "steps.0.after_minutes"),
        ({"steps": [*STEPS, *STEPS]}, "steps.1.at"),
        ({"condition": {"all": [{"field": "due_at", "op": "is_past"}]}}, "condition.all.0.field"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(house: House, wrong: dict[str, Any], path: str) -> None:
    assert path in house.refused(**wrong)


def test_a_policy_that_nothing_can_come_under_is_said_while_it_is_edited(house: House) -> None:
    def never(condition: dict[str, Any]) -> str | None:
        found = house.admin.post("/service-policies/condition-checks", {"condition": condition}).get_json()
        said: str | None = found["never"]
        return said

    praise = {"field": "type", "op": "is", "value": "praise"}
    assert never(COMPLAINTS) is None
    assert "exclude each other" in (never({"all": [*COMPLAINTS["all"], praise]}) or "")
    house.policy("全部")
    assert "全部" in (never(COMPLAINTS) or "")


def test_a_person_who_left_is_shown_as_broken(house: House, make: Make) -> None:
    person = make.operator(house.agency, house.team)
    policy = house.policy(steps=[{"at": "missed", "people": [person.id]}])
    assert policy["faults"] == {}
    assert house.admin.put(f"/people/{person.id}/active", {"active": False}).status_code == 200
    (shown_now,) = house.admin.get("/service-policies").get_json()["items"]
    assert list(shown_now["faults"]) == ["steps.0.people"]
    assert shown_now["steps"][0]["people"] == [{"id": person.id, "name": None}]


def test_a_dry_run_says_how_many_would_have_been_late(house: House) -> None:
    answered, late = house.asks(author="u1"), house.asks(author="u2")
    house.clock.advance(1200)
    body = {"status": "resolved", "version": answered.version}
    assert house.admin.put(f"/service-requests/{answered.id}/status", body).status_code == 200
    house.clock.advance(1200)
    house.log_in()
    trial = house.admin.post("/service-policies/trials", {"content": content()}).get_json()
    assert trial == {"opened": 2, "matched": 2, "looked_at": 2, "first_late": 1, "resolve_late": 0}
    assert late.id != answered.id
    house.policy("全部")
    trial = house.admin.post("/service-policies/trials", {"content": content()}).get_json()
    assert trial["matched"] == 0, "the first takes them all"


def test_a_batch_costs_no_statement_more_with_policies(house: House, make: Make) -> None:
    house.asks(author="u0")
    with counted(make.runtime.engine) as without:
        house.asks(author="u1")
    house.policy("投诉", condition=COMPLAINTS)
    house.policy("大号", condition={"all": [{"field": "contact_followers", "op": "at_least", "value": 1000}]})
    house.asks(author="u2")
    with counted(make.runtime.engine) as with_policies:
        house.asks(author="u3")
    assert len(with_policies) == len(without)
