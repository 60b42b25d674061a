"""A what-if from the command to what came of it, within reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import Permission, RoleName
from app.core.runtime import Runtime
from app.longwork.runner import go_on
from app.models import Operator, WhatIf
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ANY, SetupOffice, made

Open = Callable[[Operator | None], Browser]
DAY = 24 * 3600.0


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def day_of_work(office: SetupOffice, clock: ManualClock, requests: int = 6) -> None:
    """Requests of yesterday, each given to whoever had least in hand."""
    for _ in range(requests):
        office.make.request(office.account)
        clock.advance(60.0)
    clock.advance(DAY)


def begun(screen: Browser, runtime: Runtime, tried: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The what-if, done."""
    body = {"name": "试一试", "days": 3, "tried": tried, **more}
    number = made(screen.post("/routing/what-ifs", body), 201)["id"]
    with runtime.sessions() as session:
        work = session.scalar(select(WhatIf.long_work_id).where(WhatIf.id == number))
    go_on(runtime, work or 0)
    found: dict[str, Any] = made(screen.get(f"/routing/what-ifs/{number}"))
    assert found["state"] == "done", found
    return found


def given(side: dict[str, Any]) -> dict[int, int]:
    return {one["operator_id"]: one["given"] for one in side["people"] if one["given"]}


def test_the_same_settings_give_what_was(
    office: SetupOffice, open_browser: Open, runtime: Runtime, clock: ManualClock
) -> None:
    day_of_work(office, clock)
    lead = open_browser(office.lead)
    found = begun(lead, runtime, {})
    told = found["findings"]
    assert told["was"]["requests"] == told["was"]["given"] == 6
    assert given(told["was"]) == given(told["replayed"]) == given(told["tried"])
    assert told["same_holder"] == 6
    assert told["retold"] == {"asked": 6, "same": 6}
    assert told["was"]["wait_p50"] == told["replayed"]["wait_p50"] == 0
    assert found["said"] == ["No change: replayed as it is set now"]
    again = begun(lead, runtime, {})["findings"]
    assert again == told


def test_who_is_left_out_gets_nothing_and_who_is_put_in_gets_some(
    office: SetupOffice, open_browser: Open, runtime: Runtime, clock: ManualClock
) -> None:
    day_of_work(office, clock)
    lead = open_browser(office.lead)
    tried = {
        "left_out": [office.anna.id],
        "stand_ins": [{"team_id": office.ours.id, "count": 2}],
        "capacity": 50,
        "strategies": [{"strategy": "round_robin"}],
    }
    found = begun(lead, runtime, tried)
    side = found["findings"]["tried"]
    assert office.anna.id not in given(side)
    assert {-1, -2} <= given(side).keys()
    assert side["given"] == 6
    assert max(given(side).values()) - min(given(side).values()) <= 1, "each in turn"
    assert len(found["said"]) == 4
    assert office.anna.name in found["said"][1]


def test_other_rules_send_requests_elsewhere(
    office: SetupOffice, open_browser: Open, runtime: Runtime, clock: ManualClock
) -> None:
    day_of_work(office, clock)
    lead = open_browser(office.lead)
    queue = office.queue(lead, "另一组", team_id=office.other.id)
    rule = office.rule(lead, "都去另一组", queue_id=queue["id"])
    side = begun(lead, runtime, {"rules": [rule["id"]]})["findings"]["tried"]
    assert set(given(side)) == {office.cleo.id}, "she alone is of the other team"


def test_it_leaves_as_a_table_for_who_may_take_it_along(
    office: SetupOffice, make: Make, open_browser: Open, runtime: Runtime, clock: ManualClock
) -> None:
    day_of_work(office, clock)
    lead = open_browser(office.lead)
    found = begun(lead, runtime, {"stand_ins": [{"team_id": office.ours.id, "count": 1}]}, name="=加一人")
    path = f"/routing/what-ifs/{found['id']}/export"
    answer = lead.get(path)
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    lines = {row[0]: row[1:] for row in rows if row}
    sides = found["findings"]["was"], found["findings"]["replayed"], found["findings"]["tried"]
    assert lines["Given to somebody"] == [str(side["given"]) for side in sides]
    assert lines["Unevenness (Gini)"] == [str(side["gini"]) for side in sides]
    people = {one["name"]: one for one in sides[2]["people"]}
    assert lines["Added person 1"][2] == str(next(one["given"] for name, one in people.items() if not name))
    assert lines[office.anna.name][2] == str(people[office.anna.name]["given"])
    reader = make.role(Permission.ROUTING_READ, Permission.SERVICE_REQUESTS_READ)
    colleague = make.operator(office.agency, office.ours, role=RoleName.SUPERVISOR)
    make.give(colleague, reader, instead=True)
    assert open_browser(colleague).get(path).status_code == 403
    stranger = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    assert stranger.get(path).status_code == 404


def test_before_anything_has_come_of_it_there_is_no_table(office: SetupOffice, lead: Browser) -> None:
    made_now = made(lead.post("/routing/what-ifs", {"name": "试", "days": 3, "tried": {}}), 201)
    answer = lead.get(f"/routing/what-ifs/{made_now['id']}/export")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "what_if_not_done")


def test_what_is_not_there_is_named(office: SetupOffice, lead: Browser) -> None:
    tried = {
        "rules": [10**9],
        "strategies": [{"queue_id": 10**9, "strategy": "coin"}],
        "left_out": [office.anna.id, 10**9],
        "stand_ins": [{"team_id": 10**9, "count": 1}],
    }
    answer = lead.post("/routing/what-ifs", {"name": "试", "days": 3, "tried": tried})
    assert answer.status_code == 422
    assert answer.get_json()["fields"].keys() == {
        "tried.rules.0",
        "tried.strategies.0.queue_id",
        "tried.strategies.0.strategy",
        "tried.left_out.1",
        "tried.stand_ins.0.team_id",
    }
    for wrong in ({"days": 0}, {"days": 93}, {"name": " "}):
        body = {"name": "试", "days": 3, "tried": {}, **wrong}
        assert lead.post("/routing/what-ifs", body).status_code == 422


def test_the_same_command_twice_is_one(office: SetupOffice, lead: Browser) -> None:
    body = {"name": "试", "days": 3, "tried": {}, "idempotency_key": "a-key-that-is-long-enough"}
    first, second = (made(lead.post("/routing/what-ifs", body), 201)["id"] for _ in range(2))
    assert first == second
    assert [one["id"] for one in made(lead.get("/routing/what-ifs"))["items"]] == [first]


def test_it_is_read_by_who_reaches_as_far_and_removed_for_good(
    office: SetupOffice,
    make: Make,
    open_browser: Open,
    runtime: Runtime,
    clock: ManualClock,
) -> None:
    day_of_work(office, clock, 2)
    lead = open_browser(office.lead)
    number = begun(lead, runtime, {})["id"]
    path = f"/routing/what-ifs/{number}"
    stranger = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    colleague = open_browser(make.operator(office.agency, office.ours, role=RoleName.SUPERVISOR))
    narrow = open_browser(make.operator(office.agency, office.other, role=RoleName.OPERATOR))
    assert stranger.get(path).status_code == 404
    assert made(stranger.get("/routing/what-ifs"))["items"] == []
    assert made(colleague.get(path))["findings"]["was"]["requests"] == 2
    assert narrow.get(path).status_code in (403, 404)
    assert stranger.delete(path).status_code == 404
    made(lead.delete(path), 204)
    assert lead.get(path).status_code == 404
    acts = (
        made(lead.get("/audit-entries"))["items"] if lead.get("/audit-entries").status_code == 200 else None
    )
    assert acts is None or "what_if.removed" in {act["action"] for act in acts}


def test_a_period_in_which_nothing_came(office: SetupOffice, lead: Browser, runtime: Runtime) -> None:
    told = begun(lead, runtime, {"rules": []})["findings"]
    assert (told["was"]["requests"], told["tried"]["wait_p50"]) == (0, None)


def test_a_rule_asks_what_is_known_now(
    office: SetupOffice, open_browser: Open, runtime: Runtime, clock: ManualClock
) -> None:
    day_of_work(office, clock, 1)
    lead = open_browser(office.lead)
    rule = office.rule(lead, "所有", condition=ANY, priority=1)
    assert begun(lead, runtime, {"rules": [rule["id"]]})["findings"]["tried"]["given"] == 1
