"""An agency works with an account while its grant holds: before and after it sees nothing, and loses nothing
of the brand's.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import Flask

from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AUTHOR_LEFT, OutboundMessage
from app.outbound.courier import COURIER
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from app.workbench.held import hold_replies
from tests.grants.house import WEEK, House
from tests.realtime.listening import connect, heard


def iso(house: House, seconds: float) -> str:
    return house.make.later(seconds).isoformat()


def test_an_agency_reaches_the_account_from_the_first_moment_to_the_last(house: House) -> None:
    waiting = house.make.request(house.account, "宽带坏了")
    house.granted(begins_at=iso(house, 3600), ends_at=iso(house, 3600 + WEEK))
    for person in (house.agency_lead, house.agent):
        assert house.numbers(person) == []
    house.clock.advance(3600)  # the moment itself decides: nobody has been told yet
    assert house.numbers(house.agency_lead) == [waiting.id]
    house.clock.advance(WEEK - 1)
    assert house.numbers(house.agency_lead) == [waiting.id]
    house.clock.advance(1)
    assert house.numbers(house.agency_lead) == []
    assert house.numbers(house.lead) == [waiting.id]


def test_new_requests_go_to_the_agency_while_its_grant_holds(house: House) -> None:
    before = house.stands(house.make.request(house.account, "宽带坏了"))
    grant = house.granted()
    during = house.stands(house.make.request(house.account, "账单不对"))
    assert house.end(grant).status_code == 200
    after = house.stands(house.make.request(house.account, "怎么退订"))
    assert [one.team_id for one in (before, during, after)] == [
        house.team.id,
        house.agency_team.id,
        house.team.id,
    ]
    assert (before.assignee_id, during.assignee_id) == (None, house.agent.id)


def test_what_an_agency_held_goes_home_when_its_grant_ends(house: House) -> None:
    grant = house.granted()
    held = house.make.request(house.account, "账单不对")
    assert house.stands(held).assignee_id == house.agent.id
    waiting = house.make.unassign(house.make.request(house.account, "怎么退订"))
    assert house.numbers(house.own) == []  # the brand's team serves others meanwhile
    house.end(grant)
    house.settle()
    for request in (held, waiting):
        stands = house.stands(request)
        assert (stands.team_id, stands.assignee_id, stands.status) == (house.team.id, None, "new")
    assert sorted(house.numbers(house.own)) == sorted([held.id, waiting.id])


def test_the_brand_keeps_what_the_agency_wrote(house: House) -> None:
    grant = house.granted()
    request = house.make.request(house.account, "账单不对")
    path = f"/conversations/{request.conversation_id}"
    agent = house.open_browser(house.agent)
    note = {"text": "客户等了三天", "idempotency_key": uuid.uuid4().hex}
    assert agent.post(f"{path}/notes", note).status_code == 201
    house.end(grant)
    assert agent.get(f"{path}/messages").status_code == 404
    brand = house.open_browser(house.lead).get(f"{path}/messages").get_json()["items"]
    assert "客户等了三天" in [message["text"] for message in brand]


def test_a_planned_reply_of_an_agency_that_left_waits_for_somebody(house: House) -> None:
    grant = house.granted()
    request = house.make.request(house.account, "账单不对")
    reply = {
        "service_request_id": request.id,
        "lane": "public",
        "text": "明天给您回电。",
        "send_at": iso(house, 7200),
        "idempotency_key": uuid.uuid4().hex,
    }
    path = f"/conversations/{request.conversation_id}/replies"
    assert house.open_browser(house.agent).post(path, reply).status_code == 202
    house.end(grant)
    with open_context(house.runtime, COURIER) as ctx:
        hold_replies(ctx)
    with open_context(house.runtime, LISTENER, write=False) as ctx:
        (outbound,) = ctx.session.query(OutboundMessage).all()
    assert (outbound.state, outbound.error_code) == ("queued", AUTHOR_LEFT)


def test_a_socket_follows_within_a_second(app: Flask, house: House, hub: Hub) -> None:
    """By hand: told of, looked up, cut; it hears nothing that comes after."""
    grant = house.granted()
    publish_new(house.runtime)
    client = connect(app, house.open_browser(house.agency_lead))
    while hub.tail.step():
        pass
    client.emit("events.subscribe", {"after": None}, callback=True)
    house.make.request(house.account, "宽带坏了")
    publish_new(house.runtime)
    hub.tail.step()
    assert "service_request.opened" in [told["name"] for told in heard(client)]
    house.end(grant)
    publish_new(house.runtime)
    hub.tail.step()
    assert not client.is_connected()
    assert not hub.connections.all()


def test_a_socket_hears_nothing_after_the_last_moment_though_nobody_told(
    app: Flask, house: House, hub: Hub
) -> None:
    house.granted(ends_at=iso(house, 3600))
    publish_new(house.runtime)
    client = connect(app, house.open_browser(house.agency_lead))
    while hub.tail.step():
        pass
    client.emit("events.subscribe", {"after": None}, callback=True)
    house.clock.advance(3600)
    house.make.request(house.account, "又坏了")
    publish_new(house.runtime)
    hub.tail.step()
    assert not client.is_connected()
    assert "service_request" not in str(client.queue)


def test_a_contract_that_is_shortened_ends_its_grants(house: House) -> None:
    house.granted()
    house.make.request(house.account, "账单不对")
    assert len(house.numbers(house.agency_lead)) == 1
    today = house.make.now.date()
    body = {
        "first_day": (today - timedelta(days=30)).isoformat(),
        "last_day": (today - timedelta(days=1)).isoformat(),
        "version": house.contract.version,
    }
    manager = house.open_browser(house.manager)
    answer = manager.put(f"/contracts/{house.contract.id}", body)
    assert answer.status_code == 200, answer.get_json()
    assert house.numbers(house.agency_lead) == []
    # Prolonged, it holds again.
    body |= {"last_day": None, "version": answer.get_json()["version"]}
    assert manager.put(f"/contracts/{house.contract.id}", body).status_code == 200
    assert len(house.numbers(house.agency_lead)) == 1


def test_the_clock_tells_once_of_a_beginning_and_of_an_end(house: House) -> None:
    house.granted(begins_at=iso(house, 3600), ends_at=iso(house, 7200))
    told = []
    for seconds in (0, 3600, 1800, 1800, 600):
        house.pass_time(seconds)
        publish_new(house.runtime)
        events = house.open_browser(house.manager).get("/events", after=0).get_json()["events"]
        told = [event["name"] for event in events if event["name"].startswith("grant.")]
    assert told == ["grant.added", "grant.begun", "grant.ended"]


def test_who_sees_the_account_is_told_to_its_owner_alone(house: House) -> None:
    grant = house.granted()
    house.granted(agency_id=house.department.id, team_id=None, takes_new=False, allows=["listen"])
    path = f"/accounts/{house.account.id}/watchers"
    seen = house.open_browser(house.lead).get(path).get_json()["items"]
    by_name = {one["person"]["id"]: one for one in seen}
    people = (house.manager, house.own, house.lead, house.agent, house.agency_lead, house.watcher)
    assert by_name.keys() == {one.id for one in people}
    assert by_name[house.agent.id]["by_grant"] == grant["id"]
    assert (by_name[house.watcher.id]["listens"], by_name[house.watcher.id]["answers"]) == (True, False)
    assert house.open_browser(house.agency_lead).get(path).status_code == 404
