"""Ready-made rules: each is taken as it is offered, tried, switched on, and does what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.automation.acting import HAND
from app.automation.ready_made import ready_made
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import (
    AutomationRun,
    Direction,
    Message,
    Operator,
    RequestStatus,
    RunState,
    ServiceRequest,
)
from app.routing.jobs import tell_of_late_requests
from tests.automation.office import Office, log_of, seen
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.model import PRAISE

Open = Callable[[Operator | None], Browser]
DAY = 24 * 3600


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def taken(office: Office, lead: Browser, key: str) -> dict[str, Any]:
    """As it is offered, added and switched on."""
    offer = lead.get("/automation/offer").get_json()["ready_made"]
    (content,) = [one["content"] for one in offer if one["key"] == key]
    answer = lead.post("/automation/rules", content)
    assert answer.status_code == 201, answer.get_json()
    return office.switched_on(lead, answer.get_json())


def told(browser: Browser, kind: str = "told_by_rule") -> list[str]:
    rows = browser.get("/notifications").get_json()["items"]
    return [row["title"] for row in rows if row["kind"] == kind]


def becomes_urgent(office: Office, lead: Browser, request: ServiceRequest) -> None:
    body = {"priority": 1, "version": office.request(request.id).version, "confirm": ["claimed_by_other"]}
    answer = lead.put(f"/service-requests/{request.id}/classification", body)
    assert answer.status_code == 200, answer.get_json()


def said(office: Office, request: ServiceRequest, direction: Direction) -> list[str]:
    with open_context(office.make.runtime, HAND, write=False) as ctx:
        found = select(Message.text).where(
            Message.service_request_id == request.id, Message.direction == direction
        )
        notes = select(Message.text).where(
            Message.conversation_id == request.conversation_id, Message.direction == direction
        )
        return list(ctx.session.scalars(notes if direction is Direction.NOTE else found))


def policy(office: Office, open_browser: Open) -> Browser:
    """Half an hour for a first answer, a quarter of it before a warning is left."""
    admin = open_browser(office.make.operator(office.agency, role=RoleName.ADMINISTRATOR))
    body = {
        "name": "全部",
        "condition": {"all": []},
        "first_minutes": 40,
        "next_minutes": 40,
        "resolve_minutes": None,
        "warn_share": 75,
        "steps": [],
    }
    made = admin.post("/service-policies", body).get_json()
    path = f"/service-policies/{made['id']}/switch"
    answer = admin.put(path, {"is_on": True, "version": made["version"]})
    assert answer.status_code == 200, answer.get_json()
    return admin


def time_passes(office: Office, clock: ManualClock, minutes: float) -> None:
    clock.advance(minutes * 60)
    for _ in range(2):
        tell_of_late_requests(office.make.runtime)
    office.settle()


def test_every_one_can_be_taken_as_it_is(open_browser: Open, office: Office) -> None:
    lead = open_browser(office.lead)
    assert [one.key for one in ready_made("zh-CN")] == [
        "close_silent",
        "window_closes",
        "urgent_unanswered",
        "thank_praise",
        "ask_back",
        "level_missed",
        "answer_failed",
    ]
    for one in ready_made("en"):
        view = taken(office, lead, one.key)
        assert (view["standing"], view["faults"], view["is_on"]) == ("fine", {}, True)
        assert seen(lead, view["id"])["dry_run"]["matched"] == 0


def test_what_waited_three_days_for_its_customer_is_resolved(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    taken(office, lead, "close_silent")
    request, waiting = make.request(office.account), make.request(office.account)
    version = office.request(request.id).version
    body = {"status": "pending", "version": version, "confirm": ["claimed_by_other"]}
    assert lead.put(f"/service-requests/{request.id}/status", body).status_code == 200
    clock.advance(3 * DAY - 60)
    office.watch_time()
    assert office.runs() == []
    clock.advance(120)
    office.watch_time()
    assert office.request(request.id).status is RequestStatus.RESOLVED
    assert office.request(waiting.id).status is RequestStatus.NEW


def test_before_the_window_closes_holder_and_lead_are_told(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    account = make.account(office.agency, office.team, platform="wechat")
    lead = open_browser(office.lead)
    taken(office, lead, "window_closes")
    request = make.request(account, "我的号码停机了", lane=Lane.PRIVATE, assignee=office.mate)
    until = office.request(request.id).window_until
    assert until is not None
    clock.advance((until - clock.now()).total_seconds() - 3 * 3600)
    office.watch_time()
    assert office.runs() == []
    clock.advance(3600 + 60)
    office.watch_time()
    office.watch_time()
    for person in (office.lead, office.mate):
        assert len(told(open_browser(person))) == 1
    assert len(office.runs()) == 1


def test_a_most_urgent_one_without_an_answer_is_the_leads_matter(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    taken(office, lead, "urgent_unanswered")
    urgent = make.request(office.account, assignee=office.mate)
    usual = make.request(office.account, assignee=office.mate)
    becomes_urgent(office, lead, urgent)
    office.watch_time()
    assert office.runs() == []
    for _ in range(20):  # whatever the calendar: fifteen minutes of work are over within these days
        clock.advance(4 * 3600)
        office.watch_time()
    assert len(told(open_browser(office.lead))) == 1
    assert told(open_browser(office.mate)) == []
    assert len(said(office, urgent, Direction.NOTE)) == 1
    assert said(office, usual, Direction.NOTE) == []
    assert office.request(urgent.id).assignee_id == office.mate.id


def test_praise_is_thanked_for_and_done(open_browser: Open, make: Make, office: Office) -> None:
    lead = open_browser(office.lead)
    taken(office, lead, "thank_praise")
    praise = make.request(office.account, f"{PRAISE}你们的师傅，宽带修得又快又好", author="甲")
    complaint = make.request(office.account, "我要投诉，宽带又断了", author="乙")
    assert (office.request(praise.id).type, office.request(praise.id).sentiment) == ("praise", 1)
    office.settle()
    (answer,) = said(office, praise, Direction.OUTBOUND)
    assert "thank you" in answer
    assert office.request(praise.id).status is RequestStatus.RESOLVED
    assert said(office, complaint, Direction.OUTBOUND) == []
    assert len(log_of(lead)) == 1


def test_who_left_no_number_is_asked_for_it_in_private_alone(
    open_browser: Open, make: Make, office: Office
) -> None:
    account = make.account(office.agency, office.team, platform="wechat")
    lead = open_browser(office.lead)
    taken(office, lead, "ask_back")
    bare = make.request(account, "我的宽带断了，怎么办？", lane=Lane.PRIVATE, author="a")
    told_it = make.request(account, "我的宽带断了，号码13800000000", lane=Lane.PRIVATE, author="b")
    public = make.request(office.account, "我的宽带断了，怎么办？", author="c")
    office.settle()
    assert len(said(office, bare, Direction.OUTBOUND)) == 1
    assert said(office, told_it, Direction.OUTBOUND) == said(office, public, Direction.OUTBOUND) == []


def test_a_missed_level_is_told_to_the_leads_once(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    policy(office, open_browser)
    lead = open_browser(office.lead)
    rule = taken(office, lead, "level_missed")
    warned = office.rule(
        lead,
        {"kind": "add_note", "text": "快到时限"},
        name="快到时限",
        trigger={"kind": "event", "event": "level_warned"},
    )
    clock.advance(1)
    request = make.request(office.account, assignee=office.mate)
    time_passes(office, clock, 31)
    assert [(run.rule_id, run.cause) for run in office.runs()] == [(warned["id"], "level_warned")]
    time_passes(office, clock, 10)
    time_passes(office, clock, 10)
    runs = office.runs()
    assert [(run.rule_id, run.cause, run.state) for run in runs[1:]] == [
        (rule["id"], "level_missed", RunState.DONE)
    ]
    assert len(told(open_browser(office.lead))) == 1
    assert told(open_browser(office.mate)) == []
    assert said(office, request, Direction.NOTE) == ["快到时限"]
    tried = office.tried(lead, rule)["dry_run"]
    assert (tried["matched"], tried["requests"]) == (1, 1)
    assert office.tried(lead, warned)["dry_run"]["matched"] == 1


def test_what_a_rule_makes_late_belongs_to_its_chain(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    """Time that runs out soon after a rule has acted follows from that, so rules cannot go round for ever."""
    policy(office, open_browser)
    lead = open_browser(office.lead)
    office.rule(
        lead, {"kind": "add_note", "text": "快了"}, trigger={"kind": "event", "event": "level_warned"}
    )
    taken(office, lead, "level_missed")
    clock.advance(1)
    make.request(office.account, assignee=office.mate)
    time_passes(office, clock, 35)
    time_passes(office, clock, 6)
    with open_context(make.runtime, HAND, write=False) as ctx:
        rows = ctx.session.execute(
            select(AutomationRun.round, AutomationRun.caused_by_id).order_by(AutomationRun.id)
        ).all()
        first = ctx.session.scalar(select(AutomationRun.id).order_by(AutomationRun.id).limit(1))
    assert [tuple(row) for row in rows] == [(1, None), (2, first)]


def test_leads_or_a_person_and_not_both(open_browser: Open, office: Office) -> None:
    lead = open_browser(office.lead)
    both = {"kind": "notify", "operator_id": office.mate.id, "leads": True}
    body = {
        "name": "两者",
        "trigger": {"kind": "event", "event": "level_missed"},
        "condition": {"all": []},
        "actions": [both],
    }
    assert lead.post("/automation/rules", body).status_code == 422
    body["actions"] = [{"kind": "notify", "leads": True}]
    made = lead.post("/automation/rules", body)
    assert made.status_code == 201
    assert "tell the leads" in made.get_json()["sentence"]
