"""What waits too long moves on; what a lead hands out nobody takes; and the box that says so beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import (
    AssignmentDecision,
    AuditLog,
    EventLog,
    Operator,
    Presence,
    RequestChange,
    ServiceRequest,
    StoredCalendar,
)
from app.routing.job_names import ASSIGN_WAITING, OVERFLOW_QUEUES
from app.routing.overflowing import may_overflow
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ROUTER, SetupOffice, leaf, made, says

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def overflow(office: SetupOffice) -> None:
    perform(office.make.runtime, OVERFLOW_QUEUES.name, [])


def is_asked_for(office: SetupOffice) -> bool:
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        return may_overflow(ctx)


def test_after_so_many_minutes_a_request_moves_on_and_is_given_there(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    last = office.queue(lead, "兜底", team_id=office.other.id)
    first = office.queue(lead, "抢单", strategy="pull", overflow_queue_id=last["id"], overflow_minutes=30)
    office.rule(lead, queue_id=first["id"])
    request = office.make.request(office.account)
    clock.advance(29 * 60)
    assert not is_asked_for(office)
    overflow(office)
    assert office.now(request).queue_id == first["id"]
    clock.advance(60)
    assert is_asked_for(office)
    overflow(office)
    found = office.now(request)
    assert (found.queue_id, found.team_id, found.assignee_id) == (last["id"], office.other.id, None)
    assert found.queued_at == clock.now()
    assert [one.reason for one in office.decisions(request)] == ["left_to_pull", "overflow"]
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    assert office.now(request).assignee_id == office.cleo.id


def test_minutes_that_nobody_works_do_not_count(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    """The calendar is closed all week: by the clock it is late, by working time never."""
    closed: dict[str, Any] = {"week": [[] for _ in range(7)], "breaks": [], "holiday": [], "make_up": []}
    closed["week"][6] = [["00:00", "00:01"]]
    office.make.save(
        StoredCalendar(
            created_at=office.make.now,
            agency_id=office.agency.id,
            name="几乎不上班",
            zone="Asia/Shanghai",
            hours=closed,
            company_days=[],
            follows_holidays=False,
            is_default=True,
        )
    )
    last = office.queue(lead, "兜底")
    first = office.queue(lead, "抢单", strategy="pull", overflow_queue_id=last["id"], overflow_minutes=30)
    office.rule(lead, queue_id=first["id"])
    request = office.make.request(office.account)
    clock.advance(5 * 3600)
    assert is_asked_for(office)
    overflow(office)
    assert office.now(request).queue_id == first["id"]


def test_what_a_lead_hands_out_nobody_takes(office: SetupOffice, lead: Browser, open_browser: Open) -> None:
    queue = office.queue(lead, "手工", strategy="by_hand")
    office.rule(lead, queue_id=queue["id"])
    request = office.make.request(office.account)
    found = office.now(request)
    assert (found.assignee_id, office.decisions(request)[0].reason) == (None, "left_to_lead")
    body = {"operator_id": office.anna.id, "version": found.version}
    refused = open_browser(office.anna).put(f"/service-requests/{request.id}/assignee", body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "handed_out_by_lead")
    made(lead.put(f"/service-requests/{request.id}/assignee", body))
    assert office.now(request).assignee_id == office.anna.id


def test_from_a_queue_to_pull_from_everybody_takes(
    office: SetupOffice, lead: Browser, open_browser: Open
) -> None:
    queue = office.queue(lead, "抢单", strategy="pull")
    office.rule(lead, queue_id=queue["id"])
    request = office.make.request(office.account)
    body = {"operator_id": office.anna.id, "version": office.now(request).version}
    made(open_browser(office.anna).put(f"/service-requests/{request.id}/assignee", body))


def rows(office: SetupOffice) -> list[int]:
    tables = (ServiceRequest, RequestChange, AssignmentDecision, EventLog, AuditLog)
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        return [ctx.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_the_box_says_of_a_text_what_then_happens_and_writes_nothing(
    office: SetupOffice, lead: Browser
) -> None:
    skill = office.skill(lead, "宽带", bo=3)
    queue = office.queue(lead, "宽带", strategy="skill_first")
    office.rule(lead, "表扬", condition=leaf("type", "is", "praise"), priority=4)
    rule = office.rule(
        lead,
        "宽带",
        condition={"all": [says("宽带"), leaf("lane", "is", "public")]},
        queue_id=queue["id"],
        skills=[{"skill_id": skill, "level": 2}],
        priority=1,
    )
    office.rule(lead, "其余", priority=3)
    before = rows(office)
    words = "宽带坏了，谁来修？"
    text = {"account_id": office.account.id, "text": words, "type": "consult"}
    trial = made(lead.post("/routing/trials", {"text": text}))
    assert rows(office) == before
    assert [one["verdict"] for one in trial["rules"]] == ["fails", "holds", "not_asked"]
    assert len(trial["rules"][0]["decided"]) == 1
    assert len(trial["rules"][1]["decided"]) == 2
    assert (trial["queue_id"], trial["queue"], trial["priority"]) == (queue["id"], "宽带", 1)
    assert trial["chosen"]["id"] == office.bo.id
    first, *others = trial["candidates"]
    assert (first["operator_id"], first["rank"], first["parts"]["skill"]) == (office.bo.id, 1, 3)
    assert {one["excluded"] for one in others} == {"lacks_skill"}
    request = office.now(office.make.request(office.account, words))
    assert (request.routed_by_id, request.assignee_id) == (rule["id"], office.bo.id)


def test_the_box_takes_a_request_that_is_there(office: SetupOffice, lead: Browser) -> None:
    request = office.make.request(office.account, "套餐怎么改？")
    rule = office.rule(lead, condition=says("套餐"), priority=1)
    trial = made(lead.post("/routing/trials", {"service_request_id": request.id}))
    assert [(one["id"], one["verdict"]) for one in trial["rules"]] == [(rule["id"], "holds")]
    assert (trial["queue"], trial["priority"]) == (None, 1)
    assert office.now(request).priority != 1 or office.now(request).routed_by_id is None
    for body in ({}, {"service_request_id": request.id, "text": None, "more": 1}):
        assert lead.post("/routing/trials", body).status_code == 422
    assert lead.post("/routing/trials", {"service_request_id": 10**9}).status_code == 404


def test_who_came_first_is_never_passed_for_ever(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    """More urgent ones keep coming, one a quarter of an hour, and one hand is free each time: the old one is
    given before its own time is over."""
    for person in (office.bo, office.cleo):
        _away(office, person)
    _away(office, office.anna)
    office.rule(lead, "急", condition=says("急"), priority=1)
    office.rule(lead, "不急", priority=4)
    old = office.make.request(office.account, "套餐怎么改？")
    for _ in range(40):
        office.make.request(office.account, "急，断网了！")
        clock.advance(15 * 60)
        _take_one(office)
        if office.now(old).assignee_id is not None:
            break
    assert office.now(old).assignee_id == office.anna.id


def _away(office: SetupOffice, person: Operator) -> None:
    _set(office, person, Presence.OFFLINE)


def _set(office: SetupOffice, person: Operator, presence: Presence) -> None:
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.get_one(Operator, person.id).presence = presence


def _take_one(office: SetupOffice) -> None:
    """Anna has room for one more, and is gone again."""
    with open_context(office.make.runtime, ROUTER) as ctx:
        anna = ctx.session.get_one(Operator, office.anna.id)
        held = ctx.session.scalar(select(func.count()).where(ServiceRequest.assignee_id == office.anna.id))
        anna.capacity, anna.presence = (held or 0) + 1, Presence.ONLINE
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    _away(office, office.anna)
