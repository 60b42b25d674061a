"""Special lists come before every rule: who is on one is not dealt out, or counts for more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import Operator, Presence, ServiceRequest, SpecialList, SpecialListEntry
from app.routing.job_names import ASSIGN_WAITING
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ANY, ROUTER, SetupOffice, made

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def listed(
    office: SetupOffice, name: SpecialList, author: str = "c1", expires_at: datetime | None = None
) -> SpecialListEntry:
    return office.make.save(
        SpecialListEntry(
            created_at=office.make.now,
            agency_id=office.agency.id,
            list=name,
            platform=office.account.platform,
            server=office.account.server,
            author_external_id=author,
            author_name=author,
            expires_at=expires_at,
        )
    )


def unlist(office: SetupOffice, entry: SpecialListEntry) -> None:
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(delete(SpecialListEntry).where(SpecialListEntry.id == entry.id))


def hand_out(office: SetupOffice) -> None:
    perform(office.make.runtime, ASSIGN_WAITING.name, [])


def set_presence(office: SetupOffice, person: Operator, presence: Presence) -> None:
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == person.id).values(presence=presence))


def test_who_is_not_to_be_served_opens_a_request_that_nobody_is_given_whatever_the_rules_say(
    office: SetupOffice, lead: Browser, open_browser: Open
) -> None:
    queue = office.queue(lead, "宽带投诉", team_id=office.other.id)
    office.rule(lead, "全部", condition=ANY, queue_id=queue["id"], priority=1)
    listed(office, SpecialList.DO_NOT_SERVE)
    request = office.make.request(office.account, "宽带坏了，谁来修？", author="c1")
    found = office.now(request)
    assert (found.assignee_id, found.queue_id, found.routed_by_id) == (None, None, None)
    (decision,) = office.decisions(found)
    assert decision.reason == "listed_do_not_serve"
    assert {one["excluded"] for one in decision.candidates} == {"listed_do_not_serve"}
    hand_out(office)
    assert office.now(request).assignee_id is None
    history = lead.get(f"/service-requests/{found.id}/changes").get_json()["items"]
    assert "do-not-serve list" in history[-1]["text"]
    assert "do-not-serve list" in history[-1]["decision"]["reason"]
    anna = open_browser(office.anna)
    body = {"operator_id": office.anna.id, "version": found.version}
    made(anna.put(f"/service-requests/{found.id}/assignee", body))
    assert office.now(request).assignee_id == office.anna.id, "by hand it may be taken"


def test_others_behind_them_in_the_queue_are_handed_out(office: SetupOffice) -> None:
    for person in (office.anna, office.bo, office.cleo):
        set_presence(office, person, Presence.OFFLINE)
    listed(office, SpecialList.DO_NOT_SERVE)
    withheld = office.make.request(office.account, "投诉！", author="c1")
    other = office.make.request(office.account, "请问套餐怎么改？", author="c2")
    set_presence(office, office.anna, Presence.ONLINE)
    hand_out(office)
    assert office.now(other).assignee_id == office.anna.id
    assert office.now(withheld).assignee_id is None


@pytest.mark.parametrize("how", ["removed", "expired"])
def test_a_request_is_dealt_out_once_the_entry_has_ended(
    office: SetupOffice, clock: ManualClock, how: str
) -> None:
    ends = office.make.now + timedelta(hours=1) if how == "expired" else None
    entry = listed(office, SpecialList.DO_NOT_SERVE, expires_at=ends)
    request = office.make.request(office.account, author="c1")
    hand_out(office)
    assert office.now(request).assignee_id is None
    if how == "removed":
        unlist(office, entry)
    else:
        clock.advance(3601)
    hand_out(office)
    assert office.now(request).assignee_id is not None


@pytest.mark.parametrize("name", [SpecialList.DO_NOT_SERVE, SpecialList.BLOCKED, SpecialList.STAFF])
def test_an_entry_that_begins_holds_back_what_waits_already(office: SetupOffice, name: SpecialList) -> None:
    for person in (office.anna, office.bo, office.cleo):
        set_presence(office, person, Presence.OFFLINE)
    request = office.make.request(office.account, author="c1")
    listed(office, name)
    set_presence(office, office.anna, Presence.ONLINE)
    hand_out(office)
    assert office.now(request).assignee_id is None


def test_a_colleague_may_write_in_private_like_anybody(office: SetupOffice) -> None:
    listed(office, SpecialList.STAFF)
    private = office.make.request(office.account, "我的宽带坏了", author="c1", lane=Lane.PRIVATE)
    assert office.now(private).assignee_id is not None


def test_an_entry_of_another_agency_changes_nothing(office: SetupOffice) -> None:
    entry = listed(office, SpecialList.DO_NOT_SERVE)
    other = office.make.agency().id
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(
            update(SpecialListEntry).where(SpecialListEntry.id == entry.id).values(agency_id=other)
        )
    assert office.now(office.make.request(office.account, author="c1")).assignee_id is not None


def test_the_test_box_says_that_lists_come_first(office: SetupOffice, lead: Browser) -> None:
    office.rule(lead, "全部", condition=ANY, priority=1)
    text = {"account_id": office.account.id, "text": "宽带坏了", "special_list": "do_not_serve"}
    trial = made(lead.post("/routing/trials", {"text": text}))
    assert trial["chosen"] is None
    assert "do-not-serve list" in trial["withheld"]
    assert trial["opens_none"] is False
    assert [one["verdict"] for one in trial["rules"]] == ["not_asked"]
    assert {one["excluded"] for one in trial["candidates"]} == {"listed_do_not_serve"}
    blocked = made(lead.post("/routing/trials", {"text": {**text, "special_list": "blocked"}}))
    assert blocked["opens_none"] is True
    vip = made(lead.post("/routing/trials", {"text": {**text, "special_list": "vip"}}))
    plain = made(lead.post("/routing/trials", {"text": {**text, "special_list": None}}))
    assert vip["chosen"] is not None
    assert vip["withheld"] is None
    assert vip["priority_before"] <= plain["priority_before"]
    listed(office, SpecialList.DO_NOT_SERVE)
    request = office.make.request(office.account, author="c1")
    stored = made(lead.post("/routing/trials", {"service_request_id": request.id}))
    assert "do-not-serve list" in stored["withheld"]


def test_what_a_vip_writes_weighs_more(office: SetupOffice) -> None:
    listed(office, SpecialList.VIP)
    vip = office.now(office.make.request(office.account, "请问套餐怎么改？", author="c1"))
    other = office.now(office.make.request(office.account, "请问套餐怎么改？", author="c2"))
    assert vip.priority_parts.get("level", 0) > other.priority_parts.get("level", 0)


COMPLAINT = "宽带坏了，到现在还没有人来修，我要投诉！"


def taken_up_again(office: SetupOffice, request: ServiceRequest) -> ServiceRequest:
    office.make.store(office.account, office.make.post(COMPLAINT, author="c1"))
    office.make.judge()
    return office.now(request)


def answered_and_resolved(office: SetupOffice, screen: Browser, person: Operator) -> ServiceRequest:
    request = office.make.request(office.account, COMPLAINT, author="c1", assignee=person)
    answer = {
        "service_request_id": request.id,
        "lane": "public",
        "text": "您好，师傅马上到。",
        "idempotency_key": "k" * 16,
    }
    conversation = office.now(request).conversation_id
    made(screen.post(f"/conversations/{conversation}/replies", answer), 202)
    found = office.now(request)
    made(screen.put(f"/service-requests/{found.id}/status", {"status": "resolved", "version": found.version}))
    return office.now(request)


def test_what_is_taken_up_again_goes_back_to_whoever_answered(
    office: SetupOffice, lead: Browser, open_browser: Open
) -> None:
    rule = office.rule(lead, "全部", condition=ANY, priority=1)
    request = answered_and_resolved(office, open_browser(office.bo), office.bo)
    trial = made(lead.post("/routing/trials", {"service_request_id": request.id}))
    assert trial["chosen"]["id"] == office.bo.id
    assert [one["verdict"] for one in trial["rules"]] == ["not_asked"]
    found = taken_up_again(office, request)
    assert found.assignee_id == office.bo.id
    last = office.decisions(found)[-1]
    assert (last.reason, last.chosen_operator_id) == ("answered_before", office.bo.id)
    assert next(one for one in last.candidates if one["rank"] == 1)["parts"]["days_ago"] >= 0
    assert rule["id"] == office.now(request).routed_by_id, "as it was routed the first time"


@pytest.mark.parametrize("why", ["absent", "long_ago", "never"])
def test_else_by_the_rules(
    office: SetupOffice, lead: Browser, open_browser: Open, clock: ManualClock, why: str
) -> None:
    request = answered_and_resolved(office, open_browser(office.bo), office.bo)
    queue = office.queue(lead, "复诉", team_id=office.other.id)
    rule = office.rule(lead, "全部", condition=ANY, queue_id=queue["id"])
    if why == "absent":
        set_presence(office, office.bo, Presence.OFFLINE)
    else:
        content = next(iter(lead.get("/routing-settings").get_json()["items"]))
        agency = content.pop("agency")
        days = None if why == "never" else 1
        made(lead.put(f"/routing-settings/{agency['id']}", {**content, "return_days": days}))
        clock.advance(25 * 3600)
    found = taken_up_again(office, request)
    assert (found.assignee_id, found.queue_id, found.routed_by_id) == (
        office.cleo.id,
        queue["id"],
        rule["id"],
    )
    assert office.decisions(found)[-1].reason == "least_loaded"


def test_nobody_keeps_what_is_taken_up_again_while_they_are_away(
    office: SetupOffice, open_browser: Open
) -> None:
    request = answered_and_resolved(office, open_browser(office.bo), office.bo)
    for person in (office.anna, office.bo, office.cleo):
        set_presence(office, person, Presence.OFFLINE)
    found = taken_up_again(office, request)
    assert (found.assignee_id, found.status.value) == (None, "new"), "it waits where others see it"
    listed(office, SpecialList.DO_NOT_SERVE)
    set_presence(office, office.bo, Presence.ONLINE)
    hand_out(office)
    assert office.now(request).assignee_id is None
