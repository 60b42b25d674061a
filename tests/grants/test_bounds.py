"""Within a grant: what it allows, its hours, what of the past it opens, how much leaves a day."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.office import start_of_day
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import (
    Contract,
    ContractUsage,
    OutboundMessage,
    RequestStatus,
    ServiceRequest,
    StoredCalendar,
)
from app.outbound.courier import deliver
from app.outbound.ledger import due
from app.routing import lifecycle
from app.workbench.cargo import REPLIES
from tests.factories.browser import Browser
from tests.fakes.platforms import Remote
from tests.grants.house import House


def answer(screen: Browser, request: ServiceRequest, text: str = "您好", **fields: Any) -> Any:
    body = {
        "service_request_id": request.id,
        "lane": "public",
        "text": text,
        "idempotency_key": uuid.uuid4().hex,
        "confirm": ["claimed_by_other", "second_reply"],
        **fields,
    }
    return screen.post(f"/conversations/{request.conversation_id}/replies", body)


def calendar(house: House, opens: str, closes: str) -> int:
    return house.make.save(
        StoredCalendar(
            created_at=house.make.now,
            name="授权时间",
            zone="Asia/Shanghai",
            hours={"week": [[[opens, closes]]] * 7, "breaks": [], "holiday": [], "make_up": []},
            company_days=[],
            follows_holidays=False,
        )
    ).id


def closed_now(house: House) -> int:
    """A calendar that is open an hour, three hours from now."""
    local = start_of_day(house.make.now)
    minutes = int((house.make.now - local).total_seconds() // 60) % 1200 + 180
    return calendar(house, *(f"{m // 60:02d}:{m % 60:02d}" for m in (minutes, minutes + 50)))


def test_an_answer_in_a_lane_that_was_not_granted_is_refused(house: House) -> None:
    house.granted(allows=["listen", "private_reply"])
    request = house.make.request(house.account, "账单不对")
    refused = answer(house.open_browser(house.agent), request)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "grant_does_not_allow")


def test_a_grant_to_listen_lets_nobody_act(house: House) -> None:
    house.granted(allows=["listen"], takes_new=False)
    request = house.make.request(house.account, "账单不对")
    lead = house.open_browser(house.agency_lead)
    assert house.numbers(house.agency_lead) == [request.id]
    version = lead.get(f"/service-requests/{request.id}").get_json()["version"]
    claim = lead.put(
        f"/service-requests/{request.id}/assignee",
        {"operator_id": house.agency_lead.id, "version": version},
    )
    assert (claim.status_code, claim.get_json()["code"]) == (403, "grant_does_not_allow")
    assert lead.get(f"/conversations/{request.conversation_id}").get_json()["contact"]["phone"] is None


def test_outside_the_hours_acts_are_refused_with_when_it_opens_and_reading_goes_on(house: House) -> None:
    house.granted(calendar_id=closed_now(house))
    request = house.make.request(house.account, "账单不对")
    agent = house.open_browser(house.agent)
    assert agent.get(f"/conversations/{request.conversation_id}/messages").status_code == 200
    refused = answer(agent, request)
    body = refused.get_json()
    assert (refused.status_code, body["code"]) == (409, "outside_granted_hours")
    assert body["opens_at"]
    assert answer(house.open_browser(house.lead), request).status_code == 202  # the owner's have no hours


def test_the_contracts_hours_hold_where_the_grant_has_none(house: House) -> None:
    hours = closed_now(house)
    with open_context(house.runtime, LISTENER) as ctx:
        statement = update(Contract).where(Contract.id == house.contract.id)
        ctx.session.execute(statement.values(calendar_id=hours))
    view = house.granted()
    assert view["hours_of_contract"]
    request = house.make.request(house.account, "账单不对")
    assert answer(house.open_browser(house.agent), request).get_json()["code"] == "outside_granted_hours"


def test_nothing_is_planned_for_a_moment_at_which_the_grant_is_over(house: House) -> None:
    house.granted(ends_at=house.make.later(3600).isoformat())
    request = house.make.request(house.account, "账单不对")
    agent = house.open_browser(house.agent)
    late = answer(agent, request, send_at=house.make.later(7200).isoformat())
    assert (late.status_code, late.get_json()["code"]) == (409, "grant_over_by_then")
    assert answer(agent, request, send_at=house.make.later(1800).isoformat()).status_code == 202


def finished(house: House, request: ServiceRequest) -> None:
    with open_context(house.runtime, LISTENER) as ctx:
        found = ctx.session.get_one(ServiceRequest, request.id)
        lifecycle.set_status(ctx, found, RequestStatus.RESOLVED)


def test_by_default_a_grant_opens_what_is_still_worked_on_without_earlier_notes(house: House) -> None:
    done = house.make.request(house.account, "去年的账单", author="old")
    active = house.make.request(house.account, "宽带坏了", author="new")
    note = {"text": "老客户，注意语气", "idempotency_key": uuid.uuid4().hex}
    path = f"/conversations/{active.conversation_id}"
    assert house.open_browser(house.lead).post(f"{path}/notes", note).status_code == 201
    finished(house, done)
    house.clock.advance(60)
    house.granted(opens_past="active", opens_notes=False)
    lead = house.open_browser(house.agency_lead)
    assert house.numbers(house.agency_lead) == [active.id]
    assert lead.get(f"/conversations/{done.conversation_id}").status_code == 404
    messages = lead.get(f"{path}/messages").get_json()["items"]
    assert [message["text"] for message in messages] == ["宽带坏了"]
    house.clock.advance(60)
    note = {"text": "已约师傅上门", "idempotency_key": uuid.uuid4().hex}
    assert house.open_browser(house.lead).post(f"{path}/notes", note).status_code == 201
    messages = lead.get(f"{path}/messages").get_json()["items"]
    assert [message["text"] for message in messages] == ["宽带坏了", "已约师傅上门"]
    # What is finished while it holds stays in sight.
    finished(house, active)
    assert lead.get(f"/service-requests/{active.id}").status_code == 200


def test_search_and_the_stream_open_no_more_of_the_past(house: House) -> None:
    done = house.make.request(house.account, "去年的蓝牙音箱", author="old")
    finished(house, done)
    house.clock.advance(60)
    house.granted(opens_past="active", opens_notes=False)
    lead = house.open_browser(house.agency_lead)
    found = lead.get("/search", q="蓝牙音箱").get_json()
    assert "蓝牙音箱" not in str(found["items"] if "items" in found else found.get("groups", ""))
    assert lead.get("/inbound-items").get_json()["items"] == []
    counts = lead.get("/service-requests/counts").get_json()
    assert {*counts["views"].values(), *counts["unread_by_view"].values()} == {0}
    assert counts["accounts"] == []


@pytest.fixture
def capped(house: House) -> House:
    with open_context(house.runtime, LISTENER) as ctx:
        statement = update(Contract).where(Contract.id == house.contract.id)
        ctx.session.execute(statement.values(daily_cap=1))
    house.granted()
    return house


def test_what_is_beyond_the_days_cap_leaves_the_next_day(capped: House, remote: Remote) -> None:
    house, texts = capped, ["第一条", "第二条"]
    agent = house.open_browser(house.agent)
    for number, text in enumerate(texts):
        request = house.make.request(house.account, f"问题{number}", author=f"c{number}")
        assert answer(agent, request, text).status_code == 202
    house.clock.advance(11)
    carry(house)
    assert len(remote.texts()) == 1
    with open_context(house.runtime, LISTENER, write=False) as ctx:
        waiting = ctx.session.scalars(select(OutboundMessage).where(OutboundMessage.state == "queued")).one()
        used = ctx.session.scalars(select(ContractUsage)).one()
    tomorrow = start_of_day(house.make.now) + timedelta(days=1)
    assert (waiting.not_before, used.count) == (tomorrow, 1)
    house.clock.advance((tomorrow - house.make.now).total_seconds() + 1)
    carry(house)
    assert sorted(remote.texts()) == sorted(texts)


def carry(house: House) -> None:
    with open_context(house.runtime, LISTENER, write=False) as ctx:
        waiting = due(ctx, REPLIES)
    deliver(house.runtime, REPLIES, waiting)
