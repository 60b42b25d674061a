"""Queues, rules and skills as people set them up: what is made, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import Operator, RoutingQueue
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ANY, ROUTER, SetupOffice, leaf, made

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.get_json()
    found: dict[str, str] = answer.get_json()["fields"]
    return found


def order(screen: Browser, what: str) -> list[str]:
    return [one["name"] for one in made(screen.get("/routing/setup"))[what]]


@pytest.mark.parametrize("what", ["queues", "rules"])
def test_an_order_is_changed_one_by_one_and_has_no_gaps(
    office: SetupOffice, lead: Browser, what: str
) -> None:
    make = office.queue if what == "queues" else office.rule
    more = {} if what == "queues" else {"priority": 2}
    rows = [make(lead, name, **more) for name in "甲乙丙丁"]
    path = f"/routing/{what}"
    made(lead.put(f"{path}/{rows[3]['id']}/position", {"position": 1, "version": 1}))
    assert order(lead, what) == ["甲", "丁", "乙", "丙"]
    made(lead.put(f"{path}/{rows[0]['id']}/position", {"position": 100, "version": 1}))
    assert order(lead, what) == ["丁", "乙", "丙", "甲"]
    made(lead.delete(f"{path}/{rows[1]['id']}"), 204)
    assert order(lead, what) == ["丁", "丙", "甲"]
    make(lead, "乙", **more)
    assert order(lead, what) == ["丁", "丙", "甲", "乙"], "a name that is gone is free"


@pytest.mark.parametrize("what", ["queues", "rules", "skills"])
def test_of_two_who_change_the_same_the_second_is_told(office: SetupOffice, lead: Browser, what: str) -> None:
    contents: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "queues": (office.queue(lead), {"name": "另一名", "strategy": "pull"}),
        "rules": (office.rule(lead, priority=2), {"name": "另一名", "condition": ANY, "priority": 3}),
        "skills": ({"id": office.skill(lead, "宽带"), "version": 1}, {"name": "固话"}),
    }
    row, content = contents[what]
    path = f"/routing/{what}/{row['id']}"
    first = made(lead.put(path, {**content, "version": row["version"]}))
    second = lead.put(path, {**content, "name": "第三名", "version": row["version"]})
    assert (second.status_code, second.get_json()["code"]) == (409, "stale_version")
    assert first["name"] in order(lead, what)


def test_an_overflow_that_comes_back_is_refused(office: SetupOffice, lead: Browser) -> None:
    last = office.queue(lead, "丙")
    middle = office.queue(lead, "乙", overflow_queue_id=last["id"], overflow_minutes=10)
    first = office.queue(lead, "甲", overflow_queue_id=middle["id"], overflow_minutes=10)
    for to in (first, middle, last):
        body = {
            "name": "丙",
            "strategy": "least_loaded",
            "overflow_queue_id": to["id"],
            "overflow_minutes": 10,
            "version": 1,
        }
        answer = lead.put(f"/routing/queues/{last['id']}", body)
        assert faults(answer).keys() == {"overflow_queue_id"}, to["name"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"strategy": "coin"}, "strategy"),
        ({"overflow_minutes": 5}, "overflow_queue_id"),
        ({"ring_minutes": 0}, "ring_minutes"),
        ({"team_id": 10**9}, "team_id"),
        ({"strategy": "last_operator", "settings": {"days": 0}}, "settings.days"),
        ({"strategy": "round_robin", "settings": {"days": 3}}, "settings.days"),
        ({"strategy": "named", "settings": {"operator_ids": [10**9]}}, "settings.operator_ids.0"),
        (
            {"strategy": "weighted", "settings": {"weights": [{"operator_id": 10**9, "weight": 1}]}},
            "settings.weights.0.operator_id",
        ),
    ],
)
def test_a_queue_that_is_wrong_names_what_is(lead: Browser, content: dict[str, Any], field: str) -> None:
    body = {"name": "投诉", "strategy": "least_loaded", **content}
    assert field in faults(lead.post("/routing/queues", body))


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"all": [leaf("type", "is", "complaint"), leaf("type", "is", "praise")]}, "condition"),
        ({"all": [leaf("lane", "is", "public"), {"not": leaf("lane", "any_of", ["public"])}]}, "condition"),
        ({"all": [leaf("priority", "none_of", [1, 2, 3, 4])]}, "condition"),
        (
            {
                "all": [
                    leaf("contact_followers", "at_least", 100),
                    {
                        "any": [
                            leaf("contact_followers", "less_than", 100),
                            leaf("contact_followers", "is", 7),
                        ]
                    },
                ]
            },
            "condition",
        ),
        # What is asked must be known when a request comes in, whoever asks.
        (leaf("status", "is", "resolved"), "condition.field"),
        ({"all": [leaf("team", "is_own")]}, "condition.all.0.op"),
        ({"all": [leaf("team", "is", 10**9)]}, "condition.all.0.value"),
    ],
)
def test_a_rule_that_can_match_nothing_is_refused_with_the_reason(
    lead: Browser, condition: dict[str, Any], path: str
) -> None:
    body = {"name": "规则", "condition": condition, "priority": 1}
    assert path in faults(lead.post("/routing/rules", body))


@pytest.mark.parametrize(
    "condition",
    [
        ANY,
        {"any": [leaf("type", "is", "complaint"), leaf("type", "is", "praise")]},
        {"all": [leaf("type", "any_of", ["complaint", "praise"]), leaf("type", "is_not", "praise")]},
        {"not": {"all": [leaf("type", "is", "complaint"), leaf("type", "is", "praise")]}},
        {"all": [leaf("contact_followers", "at_least", 100), leaf("contact_followers", "at_most", 100)]},
    ],
)
def test_a_rule_that_something_can_meet_is_made(
    office: SetupOffice, lead: Browser, condition: dict[str, Any]
) -> None:
    rule = office.rule(lead, condition=condition, priority=1)
    assert not rule["is_broken"]
    check = made(lead.post("/routing/condition-checks", {"condition": condition}))
    assert check["can_match"]
    assert check["faults"] == {}


def test_while_it_is_written_a_rule_says_that_it_excludes_itself(lead: Browser) -> None:
    condition = {"all": [leaf("type", "is", "complaint"), leaf("type", "is", "praise")]}
    check = made(lead.post("/routing/condition-checks", {"condition": condition}))
    assert (check["can_match"], check["opened"]) == (False, 0)


def test_a_rule_that_does_nothing_is_refused(lead: Browser) -> None:
    assert "queue_id" in faults(lead.post("/routing/rules", {"name": "规则", "condition": ANY}))


def test_what_something_leads_to_is_not_removed(office: SetupOffice, lead: Browser) -> None:
    queue, skill = office.queue(lead), office.skill(lead, "宽带")
    rule = office.rule(lead, queue_id=queue["id"], skills=[{"skill_id": skill, "level": 2}])
    refused = lead.delete(f"/routing/queues/{queue['id']}")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "queue_in_use")
    refused = lead.delete(f"/routing/skills/{skill}")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "skill_in_use")
    made(lead.delete(f"/routing/rules/{rule['id']}"), 204)
    made(lead.delete(f"/routing/skills/{skill}"), 204)
    made(lead.delete(f"/routing/queues/{queue['id']}"), 204)
    assert order(lead, "queues") == []


def test_a_queue_in_which_something_waits_stays(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead, strategy="pull")
    rule = office.rule(lead, queue_id=queue["id"])
    office.make.request(office.account)
    made(lead.delete(f"/routing/rules/{rule['id']}"), 204)
    refused = lead.delete(f"/routing/queues/{queue['id']}")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "queue_has_requests")


def test_people_have_skills_by_level_and_lose_them_with_the_skill(office: SetupOffice, lead: Browser) -> None:
    skill = office.skill(lead, "宽带", anna=4, bo=2)
    setup = made(lead.get("/routing/setup"))
    assert setup["skills"][0] == {"id": skill, "name": "宽带", "people": 2, "version": 1}
    path = f"/routing/operators/{office.anna.id}/skills"
    twice = [{"skill_id": skill, "level": 1}, {"skill_id": skill, "level": 2}]
    assert faults(lead.put(path, {"skills": twice})).keys() == {"skills.1.skill_id"}
    assert faults(lead.put(path, {"skills": [{"skill_id": skill, "level": 6}]}))
    made(lead.delete(f"/routing/skills/{skill}"), 204)
    assert made(lead.get(path))["skills"] == []


def test_one_agency_sees_nothing_of_anothers_setup(
    office: SetupOffice, lead: Browser, make: Make, open_browser: Open
) -> None:
    queue, skill = office.queue(lead), office.skill(lead, "宽带")
    elsewhere = make.agency()
    other = open_browser(make.operator(elsewhere, role=RoleName.SUPERVISOR))
    assert made(other.get("/routing/setup"))["queues"] == []
    assert other.delete(f"/routing/queues/{queue['id']}").status_code == 404
    assert other.delete(f"/routing/skills/{skill}").status_code == 404
    body = {"name": "规则", "condition": ANY, "queue_id": queue["id"]}
    assert "queue_id" in faults(other.post("/routing/rules", body))


def test_a_queue_whose_strategy_is_not_installed_says_so(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead)
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(
            update(RoutingQueue).where(RoutingQueue.id == queue["id"]).values(strategy="uninstalled")
        )
    assert made(lead.get("/routing/setup"))["queues"][0]["fault"] == "strategy_gone"


def test_skills_that_a_colleague_gave_meanwhile_are_not_undone(office: SetupOffice, lead: Browser) -> None:
    first, second = office.skill(lead, "宽带"), office.skill(lead, "英语")
    path = f"/routing/operators/{office.anna.id}/skills"
    made(lead.put(path, {"skills": [{"skill_id": first, "level": 3}], "seen": []}))
    stale = lead.put(path, {"skills": [{"skill_id": second, "level": 2}], "seen": []})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    assert made(lead.get(path))["skills"] == [{"skill_id": first, "level": 3}]
