"""Rules at work: what sets them off, what they do, for whom, how often; what they refuse and say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from app.automation import following
from app.automation.acting import HAND
from app.automation.judging import look_over
from app.core.clock import ManualClock
from app.core.permissions import Permission, RoleName
from app.core.unit_of_work import open_context
from app.models import (
    AutomationRule,
    ChangeKind,
    Direction,
    Message,
    Operator,
    OutboundMessage,
    Presence,
    RequestChange,
    RequestStatus,
    RunState,
    SpecialListEntry,
)
from app.realtime.publisher import publish_new
from app.routing.jobs import assign_waiting_requests
from tests.automation.office import NOTED, Office, after, leaf, log_of, seen
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def notes(office: Office) -> list[str]:
    with open_context(office.make.runtime, HAND, write=False) as ctx:
        found = select(Message.text).where(Message.direction == Direction.NOTE).order_by(Message.id)
        return list(ctx.session.scalars(found))


def test_a_rule_acts_in_order_and_says_why(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(
        lead,
        {"kind": "set_priority", "priority": 1},
        {"kind": "add_note", "text": "{customer} 的请求 {number}"},
        {"kind": "assign", "operator_id": office.mate.id},
        condition={"all": [leaf("last_message", "contains", "退费")]},
    )
    meant = make.request(office.account, "我要退费", author="a")
    other = make.request(office.account, "套餐怎么改", author="b")
    office.settle()

    request = office.request(meant.id)
    assert (request.priority, request.assignee_id) == (1, office.mate.id)
    assert notes(office) == [f"用户a 的请求 {request.number}"]
    assert office.request(other.id).assignee_id is None
    (run,) = log_of(lead)
    assert (run["state"], run["service_request_id"], run["cause"]) == (
        "done",
        meant.id,
        "a request is opened",
    )
    assert run["matched"] == [{"sentence": "Last message contains “退费”", "value": "“我要退费”"}]
    assert [result["state"] for result in run["results"]] == ["done"] * 3
    assert run["results"][2]["action"] == f"assign it to {office.mate.name}"
    assert seen(lead, rule["id"])["runs_today"] == 1
    with open_context(make.runtime, HAND, write=False) as ctx:
        changes = ctx.session.scalars(
            select(RequestChange).where(
                RequestChange.service_request_id == meant.id, RequestChange.actor.like("automation:%")
            )
        ).all()
    assert {change.kind for change in changes} == {ChangeKind.CLASSIFIED, ChangeKind.ASSIGNED}
    assert {change.operator_id for change in changes} == {office.lead.id}
    office.settle()
    assert len(office.runs()) == 1


def test_it_must_be_tried_before_it_is_switched_on(open_browser: Open, office: Office) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead, on=False)
    path = f"/automation/rules/{rule['id']}"
    refused = lead.put(f"{path}/switch", {"is_on": True, "version": rule["version"]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "dry_run_wanted")
    rule = office.switched_on(lead, rule)
    assert rule["is_on"]
    body = {name: rule[name] for name in ("name", "trigger", "condition", "actions", "version")}
    renamed = lead.put(path, {**body, "name": "改名"}).get_json()
    assert renamed["is_on"]
    changed = lead.put(
        path, {**body, "version": renamed["version"], "actions": [{"kind": "set_type", "type": "lead"}]}
    ).get_json()
    assert (changed["is_on"], changed["dry_run"]["is_current"]) == (False, False)
    again = lead.put(f"{path}/switch", {"is_on": True, "version": changed["version"]})
    assert again.get_json()["code"] == "dry_run_wanted"


def test_what_happened_before_it_was_switched_on_is_left_alone(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    make.request(office.account)
    clock.advance(5)
    lead = open_browser(office.lead)
    office.rule(lead)
    office.settle()
    assert office.runs() == []
    make.request(office.account)
    office.settle()
    assert len(office.runs()) == 1


def test_a_change_is_asked_for_by_what_it_was_and_became(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    office.rule(
        lead,
        trigger={"kind": "event", "event": "request_classified"},
        condition={"all": [leaf("priority", "changed_to", 1)]},
    )
    request = make.request(office.account)
    office.settle()
    assert office.runs() == []
    for priority, expected in ((2, 0), (1, 1), (1, 1), (3, 1), (1, 2)):
        version = office.request(request.id).version
        path = f"/service-requests/{request.id}/classification"
        body = {"priority": priority, "version": version, "confirm": ["claimed_by_other"]}
        answer = lead.put(path, body)
        assert answer.status_code == 200, answer.get_json()
        office.settle()
        assert len(office.runs()) == expected, priority
    refused = lead.post(
        "/automation/rules",
        {
            "name": "时间",
            "trigger": after("opened_at", 5),
            "condition": leaf("priority", "changed"),
            "actions": [NOTED],
        },
    )
    assert refused.status_code == 422
    assert list(refused.get_json()["fields"]) == ["condition.op"]


def test_it_never_does_what_its_owner_may_not(open_browser: Open, make: Make, office: Office) -> None:
    role = make.role(
        Permission.AUTOMATION_READ,
        Permission.AUTOMATION_MANAGE,
        Permission.SERVICE_REQUESTS_READ,
        Permission.NOTES_WRITE,
        Permission.CONVERSATIONS_READ,
    )
    other = make.team(office.agency)
    narrow = make.operator(office.agency, office.team, role=role)
    browser = open_browser(narrow)
    beyond = browser.post(
        "/automation/rules",
        {
            "name": "越权",
            "trigger": {"kind": "event", "event": "request_opened"},
            "condition": {"all": []},
            "actions": [NOTED, {"kind": "assign"}],
        },
    )
    assert beyond.status_code == 422
    assert list(beyond.get_json()["fields"]) == ["actions.1.kind"]
    office.rule(browser)
    within = make.request(office.account)
    elsewhere = make.request(make.account(office.agency, other))
    abroad = make.agency()
    make.request(make.account(abroad, make.team(abroad)))
    office.settle()
    assert [run.service_request_id for run in office.runs()] == [within.id]
    assert elsewhere.id not in [run.service_request_id for run in office.runs()]


def test_whoever_changes_a_rule_owns_it(open_browser: Open, make: Make, office: Office) -> None:
    rule = office.rule(open_browser(office.lead), on=False)
    second = make.operator(office.agency, role=RoleName.SUPERVISOR)
    body = {name: rule[name] for name in ("name", "trigger", "condition", "actions", "version")}
    changed = open_browser(second).put(f"/automation/rules/{rule['id']}", body).get_json()
    assert changed["owner"]["id"] == second.id


def test_the_rule_of_somebody_shut_out_stands_still_and_says_so(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead)
    make.save(_shut_out(make, office.lead))
    make.request(office.account)
    office.settle()
    assert office.runs() == []
    second = make.operator(office.agency, role=RoleName.SUPERVISOR)
    assert seen(open_browser(second), rule["id"])["standing"] == "owner_gone"


def _shut_out(make: Make, person: Operator) -> Operator:
    with open_context(make.runtime, HAND) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == person.id).values(is_active=False))
    with open_context(make.runtime, HAND, write=False) as ctx:
        return ctx.session.get_one(Operator, person.id)


def test_a_rule_that_names_what_is_gone_is_broken_and_does_nothing(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    away = make.operator(office.agency, office.team)
    rule = office.rule(lead, {"kind": "assign", "operator_id": away.id})
    _shut_out(make, away)
    with open_context(make.runtime, HAND) as ctx:
        look_over(ctx)
    view = seen(lead, rule["id"])
    assert (view["standing"], list(view["faults"])) == ("broken", ["actions.0.operator_id"])
    make.request(office.account)
    office.settle()
    assert office.runs() == []
    refused = lead.put(f"/automation/rules/{rule['id']}/switch", {"is_on": False, "version": view["version"]})
    refused = lead.put(
        f"/automation/rules/{rule['id']}/switch",
        {"is_on": True, "version": refused.get_json()["version"]},
    )
    assert refused.get_json()["code"] == "rule_broken"


def test_rules_that_set_each_other_off_are_cut_after_three_rounds(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    changed = {"kind": "event", "event": "request_classified"}
    office.rule(
        lead,
        {"kind": "set_priority", "priority": 2},
        trigger=changed,
        condition=leaf("priority", "changed_to", 1),
    )
    office.rule(
        lead,
        {"kind": "set_priority", "priority": 1},
        trigger=changed,
        condition=leaf("priority", "changed_to", 2),
    )
    request = make.request(office.account)
    lead.put(
        f"/service-requests/{request.id}/classification",
        {"priority": 1, "version": office.request(request.id).version, "confirm": ["claimed_by_other"]},
    )
    office.settle()
    runs = office.runs()
    assert [(run.round, run.state) for run in runs] == [
        (1, RunState.DONE),
        (2, RunState.DONE),
        (3, RunState.DONE),
        (4, RunState.CUT),
    ]
    assert [run.caused_by_id for run in runs] == [None, *[run.id for run in runs[:3]]]
    assert log_of(lead)[0]["reason_text"] == "Rules set each other off for more than three rounds; cut here"


def test_what_our_own_router_does_in_answer_belongs_to_the_chain(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    """Back into the queue, given out again, back again: the router is part of the loop."""
    make.operator(office.agency, office.team, presence=Presence.ONLINE)
    make.operator(office.agency, office.team, presence=Presence.ONLINE)
    lead = open_browser(office.lead)
    office.rule(
        lead,
        {"kind": "assign"},
        trigger={"kind": "event", "event": "request_assigned"},
        condition=leaf("assignee", "is_not_empty"),
    )
    request = make.request(office.account)
    for _ in range(8):
        office.settle()
        assign_waiting_requests(make.runtime)
        clock.advance(1)
    assert all(run.round <= 4 for run in office.runs())
    assert len(office.runs()) <= 5
    assert office.request(request.id).status in (RequestStatus.NEW, RequestStatus.OPEN)


def test_over_its_hourly_limit_it_stops_and_tells(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead, hourly_limit=2)
    for _ in range(4):
        make.request(office.account)
    office.settle()
    assert len(office.runs()) == 2
    view = seen(lead, rule["id"])
    assert (view["is_on"], view["standing"]) == (False, "too_many")


def test_a_refused_act_is_told_and_the_next_is_done(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    stranger = make.operator(office.agency, make.team(office.agency))
    office.rule(lead, {"kind": "assign", "operator_id": stranger.id}, NOTED)
    make.request(office.account)
    office.settle()
    (run,) = log_of(lead)
    assert run["state"] == "refused"
    assert [(each["state"], each["code"]) for each in run["results"]] == [
        ("refused", "operator_cannot_serve"),
        ("done", None),
    ]
    assert notes(office) == ["自动备注"]


def test_a_reply_goes_through_the_ledger_once(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    office.rule(
        lead, {"kind": "send_reply", "text": "已收到，编号 {number}"}, {"kind": "add_to_list", "list": "vip"}
    )
    request = make.request(office.account, author="c9")
    office.settle()
    office.settle()
    assert [each["text"] for each in log_of(lead)[0]["results"]] == [None, None]

    with open_context(make.runtime, HAND, write=False) as ctx:
        (outbound,) = ctx.session.scalars(select(OutboundMessage)).all()
        message = ctx.session.get_one(Message, outbound.cargo_id)
        (entry,) = ctx.session.scalars(select(SpecialListEntry)).all()
    assert message.text == f"已收到，编号 {request.number}"
    assert (message.operator_id, entry.author_external_id) == (office.lead.id, "c9")
    assert office.request(request.id).status is RequestStatus.PENDING


def test_conditions_are_asked_again_when_its_turn_comes(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    office.rule(lead, condition=leaf("status", "is", "new"))
    request = make.request(office.account)
    publish_new(make.runtime)
    with open_context(make.runtime, HAND) as ctx:
        following.follow(ctx)
    version = office.request(request.id).version
    lead.put(f"/service-requests/{request.id}/status", {"status": "resolved", "version": version})
    office.settle()
    (run,) = office.runs()
    assert (run.state, run.reason) == (RunState.SKIPPED, "holds_no_more")
    assert notes(office) == []


def test_nobody_of_another_agency_sees_rules_or_runs(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead)
    make.request(office.account)
    office.settle()
    away = make.agency()
    stranger = open_browser(make.operator(away, make.team(away), role=RoleName.SUPERVISOR))
    assert stranger.get("/automation/rules").get_json()["items"] == []
    assert log_of(stranger) == []
    assert (
        stranger.put(
            f"/automation/rules/{rule['id']}/switch", {"is_on": False, "version": rule["version"]}
        ).status_code
        == 404
    )
    assert open_browser(office.mate).get("/automation/rules").status_code == 403


def test_a_run_upon_a_request_out_of_sight_is_not_shown(
    open_browser: Open, make: Make, office: Office
) -> None:
    office.rule(open_browser(office.lead))
    there = make.request(make.account(office.agency, make.team(office.agency)))
    here = make.request(office.account)
    office.settle()
    reads = make.role(Permission.AUTOMATION_READ, Permission.SERVICE_REQUESTS_READ)
    watcher = open_browser(make.operator(office.agency, office.team, role=reads))
    assert [run["service_request_id"] for run in log_of(watcher)] == [here.id]
    assert {run.service_request_id for run in office.runs()} == {here.id, there.id}


def test_pages_of_the_log(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    office.rule(lead)
    for _ in range(5):
        make.request(office.account)
    office.settle()
    first = lead.get("/automation/runs", limit=3).get_json()
    second = lead.get("/automation/runs", limit=3, cursor=first["next_cursor"]).get_json()
    ids = [run["id"] for run in (*first["items"], *second["items"])]
    assert (len(ids), ids, second["next_cursor"]) == (5, sorted(ids, reverse=True), None)


def faulty() -> list[Any]:
    good: dict[str, Any] = {
        "name": "规则",
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {"all": []},
        "actions": [NOTED],
    }
    return [
        ({**good, "actions": []}, "actions"),
        ({**good, "trigger": {"kind": "event", "event": "moon_rose"}}, "trigger.event.event"),
        ({**good, "condition": leaf("nothing", "is", 1)}, "condition.field"),
        ({**good, "actions": [{"kind": "assign", "operator_id": 10**9}]}, "actions.0.operator_id"),
        ({**good, "actions": [{"kind": "call_hook", "url": "ftp://example.com/x"}]}, "actions.0.url"),
        *(
            ({**good, "actions": [{"kind": "call_hook", "url": f"http://{host}/x"}]}, "actions.0.url")
            for host in ("127.0.0.1", "2130706433", "0x7f.1", "[::1]", "10.1.2.3", "localhost", "a.localhost")
        ),
    ]


@pytest.mark.parametrize(("body", "path"), faulty())
def test_what_is_wrong_with_a_rule_is_named(open_browser: Open, office: Office, body: Any, path: str) -> None:
    answer = open_browser(office.lead).post("/automation/rules", body)
    assert answer.status_code == 422, answer.get_json()
    assert path in answer.get_json()["fields"]


def test_the_owner_of_a_removed_rule_may_still_be_read_in_histories(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead)
    make.request(office.account)
    office.settle()
    assert lead.delete(f"/automation/rules/{rule['id']}").status_code == 204
    assert (office.runs(), notes(office)) == ([], ["自动备注"])
    with open_context(make.runtime, HAND, write=False) as ctx:
        assert ctx.session.scalars(select(AutomationRule)).all() == []
