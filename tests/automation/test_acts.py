"""Acts that move a request into a team's queue, and acts that tell somebody of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.automation.acting import HAND
from app.automation.judging import look_over
from app.core.permissions import Permission, RoleName
from app.core.unit_of_work import open_context
from app.models import Operator, Presence, Team
from app.routing.jobs import assign_waiting_requests
from tests.automation.office import NOTED, Office, log_of, seen
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def second_team(office: Office, *, role: RoleName = RoleName.SUPERVISOR) -> tuple[Team, Operator]:
    """A team of the office's with somebody in it, at work, who serves its account."""
    team = office.make.team(office.agency)
    return team, office.make.operator(office.agency, team, role=role, presence=Presence.ONLINE)


def moving(team: Team) -> dict[str, Any]:
    return {"kind": "move_to_team", "team_id": team.id}


def told(browser: Browser) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = browser.get("/notifications").get_json()["items"]
    return [row for row in rows if row["kind"] == "told_by_rule"]


def test_a_request_moves_into_a_teams_queue_and_is_handed_out_there(
    open_browser: Open, make: Make, office: Office
) -> None:
    team, person = second_team(office)
    lead = open_browser(office.lead)
    rule = office.rule(lead, moving(team))
    assert team.name in rule["sentence"]
    request = make.request(office.account, assignee=office.mate)
    office.settle()
    stands = office.request(request.id)
    assert (stands.team_id, stands.assignee_id, stands.status) == (team.id, None, "new")
    assert [result["state"] for result in log_of(lead)[0]["results"]] == ["done"]
    (decision, *_) = lead.get(f"/service-requests/{request.id}/assignment-decisions").get_json()["items"]
    assert decision["reason"] == "Moved to another team"
    assign_waiting_requests(make.runtime)
    assert office.request(request.id).assignee_id == person.id


def test_where_nobody_serves_the_account_it_stays(open_browser: Open, make: Make, office: Office) -> None:
    """Its people reach their own team's accounts alone: it would wait there for ever."""
    team, _ = second_team(office, role=RoleName.OPERATOR)
    lead = open_browser(office.lead)
    office.rule(lead, moving(team), NOTED)
    request = make.request(office.account)
    office.settle()
    assert office.request(request.id).team_id == office.team.id
    (run,) = log_of(lead)
    assert [(result["state"], result["code"]) for result in run["results"]] == [
        ("refused", "team_cannot_serve"),
        ("done", None),
    ]
    assert run["results"][0]["text"].startswith("Nobody in this team serves the account")


def test_a_team_that_is_gone_or_strange_is_named(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    strange = make.team(make.agency())
    body = {
        "name": "规则",
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {"all": []},
        "actions": [NOTED, moving(strange)],
    }
    refused = lead.post("/automation/rules", body)
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["actions.1.team_id"])
    empty = make.team(office.agency)
    rule = office.rule(lead, moving(empty))
    with open_context(make.runtime, HAND) as ctx:
        ctx.session.execute(delete(Team).where(Team.id == empty.id))
        look_over(ctx)
    view = seen(lead, rule["id"])
    assert (view["standing"], list(view["faults"])) == ("broken", ["actions.0.team_id"])
    assert "gone" in view["sentence"]
    make.request(office.account)
    office.settle()
    assert office.runs() == []


def test_it_moves_nothing_for_an_owner_who_may_not(open_browser: Open, make: Make, office: Office) -> None:
    team, _ = second_team(office)
    owner = make.operator(office.agency, office.team, role=RoleName.SUPERVISOR)
    rule = office.rule(open_browser(owner), moving(team))
    rights = (
        Permission.AUTOMATION_READ,
        Permission.AUTOMATION_MANAGE,
        Permission.SERVICE_REQUESTS_READ,
        Permission.CONVERSATIONS_READ,
    )
    make.give(owner, make.role(*rights), instead=True)
    request = make.request(office.account)
    office.settle()
    assert office.request(request.id).team_id == office.team.id
    view = seen(open_browser(office.lead), rule["id"])
    assert (view["standing"], list(view["faults"])) == ("broken", ["actions.0.kind"])


def test_somebody_is_told_once_by_the_rules_name(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(
        lead,
        {"kind": "notify", "operator_id": office.lead.id},
        {"kind": "notify"},
        name="大客户来了",
    )
    assert office.lead.name in rule["sentence"]
    request = make.request(office.account, "宽带坏了", author="a", assignee=office.mate)
    office.settle()
    for person in (office.lead, office.mate):
        (row,) = told(open_browser(person))
        assert "大客户来了" in row["title"]
        assert request.number in row["title"]
        assert row["path"].endswith(f"/{request.id}")
    assert told(open_browser(make.operator(office.agency, office.team))) == []


def test_nobody_is_told_of_what_they_do_not_see(open_browser: Open, make: Make, office: Office) -> None:
    elsewhere = make.operator(office.agency, make.team(office.agency))
    lead = open_browser(office.lead)
    office.rule(lead, {"kind": "notify", "operator_id": elsewhere.id}, {"kind": "notify"}, NOTED)
    request = make.request(office.account)  # nobody has it
    assert office.request(request.id).assignee_id is None
    office.settle()
    results = log_of(lead)[0]["results"]
    assert [result["state"] for result in results] == ["refused", "refused", "done"]
    assert {result["code"] for result in results[:2]} == {"nobody_to_tell"}
    assert told(open_browser(elsewhere)) == []


def test_whom_an_act_names_must_be_there(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    body = {
        "name": "规则",
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {"all": []},
        "actions": [{"kind": "notify", "operator_id": make.operator(make.agency()).id}],
    }
    refused = lead.post("/automation/rules", body)
    assert list(refused.get_json()["fields"]) == ["actions.0.operator_id"]
    with open_context(make.runtime, HAND, write=False) as ctx:
        assert ctx.session.scalars(select(Operator.id)).first() is not None


def test_a_dry_run_of_these_acts_looks_and_does_nothing(
    open_browser: Open, make: Make, office: Office
) -> None:
    team, _ = second_team(office)
    lead = open_browser(office.lead)
    request = make.request(office.account)
    rule = office.rule(lead, moving(team), {"kind": "notify", "operator_id": office.lead.id}, on=False)
    view = office.tried(lead, rule)
    assert (view["dry_run"]["matched"], view["dry_run"]["requests"]) == (1, 1)
    assert office.request(request.id).team_id == office.team.id
    assert told(lead) == []
