"""Catching up: what was missed as far as it may be seen now, one at a time, and not without end (E4, E7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import judge_items
from app.models import Account, Operator, ServiceRequest
from app.realtime.pace import PAGES, REFUSALS_UNTIL_CUT, SUBSCRIPTIONS
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.realtime.listening import ACTOR, connect, heard, tell
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]


def caught_up(screen: Browser, after: int = 0) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = screen.get("/events", after=after, limit=500).get_json()["events"]
    return events


def requests_in(events: list[dict[str, Any]]) -> set[int]:
    """Requests whose content is in the events, wherever it stands in them."""
    shown = [event["payload"].get("service_request") for event in events]
    return {request["id"] for request in shown if request}


@pytest.fixture
def two_lanes(make: Make, runtime: Runtime) -> tuple[Operator, Operator, ServiceRequest, ServiceRequest]:
    """Two agents who see their own requests only, each with one lane of the same conversation."""
    agency = make.agency()
    team = make.team(agency)
    first, second = (make.operator(agency, team, role=RoleName.AGENCY_OPERATOR) for _ in range(2))
    account = make.account(agency, team, platform="wechat")
    public = make.request(account, "宽带又断了", author="c1", assignee=first)
    private = make.request(account, "我的号码停机了", author="c1", lane=Lane.PRIVATE, assignee=second)
    assert public.conversation_id == private.conversation_id
    return first, second, public, private


def test_a_message_tells_its_request_only_to_who_may_see_it(
    make: Make, runtime: Runtime, two_lanes: Any, open_browser: Open, hub: Hub, app: Flask
) -> None:
    """Case E7: `message.received` carried requests that GET answers with 404."""
    first, second, public, private = two_lanes
    publish_new(runtime)
    clients = {person.id: connect(app, open_browser(person)) for person in (first, second)}
    for client in clients.values():
        client.emit("events.subscribe", {"after": None}, callback=True)
    with open_context(runtime, ACTOR, write=False) as ctx:
        account = ctx.session.get_one(Account, private.account_id)
    make.store(account, make.post("还是停机", author="c1", lane=Lane.PRIVATE))
    judge_items(runtime)
    publish_new(runtime)
    while hub.tail.step():
        pass
    for person, own, foreign in ((first, public, private), (second, private, public)):
        assert open_browser(person).get(f"/service-requests/{foreign.id}").status_code == 404
        events = heard(clients[person.id])
        assert "message.received" in {event["name"] for event in events}, "the conversation is theirs to read"
        assert foreign.id not in requests_in(events)
        assert own.id == private.id or requests_in(events) == set()
        clients[person.id].disconnect()
    assert foreign.id == public.id


def test_catching_up_tells_no_more_than_get_does(
    runtime: Runtime, two_lanes: Any, open_browser: Open
) -> None:
    """Case E7: catch-up replayed what had been taken away since."""
    first, second, public, private = two_lanes
    publish_new(runtime)
    for person, own, foreign in ((first, public, private), (second, private, public)):
        screen = open_browser(person)
        events = caught_up(screen)
        assert requests_in(events) <= {own.id}
        assert screen.get(f"/service-requests/{foreign.id}").status_code == 404


def test_what_was_taken_away_is_told_as_withdrawn_once(
    make: Make, runtime: Runtime, open_browser: Open, hub: Hub, app: Flask
) -> None:
    """Case E7."""
    agency = make.agency()
    team = make.team(agency)
    keeper, mover = (make.operator(agency, team, role=RoleName.AGENCY_OPERATOR) for _ in range(2))
    account = make.account(agency, team)
    request = make.request(account, "宽带又断了", author="c1", assignee=keeper)
    make.request(account, "还是断的", author="c1")
    lead = open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    version = lead.get(f"/service-requests/{request.id}").get_json()["version"]
    body = {"operator_id": mover.id, "version": version}
    assert lead.put(f"/service-requests/{request.id}/assignee", body).status_code == 200
    publish_new(runtime)
    screen = open_browser(keeper)
    assert screen.get(f"/service-requests/{request.id}").status_code == 404
    events = caught_up(screen)
    assert requests_in(events) == set()
    told = [event for event in events if event["name"] == "service_request.withdrawn"]
    assert [event["payload"] for event in told] == [{"id": request.id}]
    assert not [event for event in events if "断" in str(event["payload"])]
    client = connect(app, screen)
    client.emit("events.subscribe", {"after": 0}, callback=True)
    assert [event["payload"] for event in heard(client)] == [event["payload"] for event in events]
    client.disconnect()


def test_a_deleted_stretch_of_the_log_asks_for_a_reload(
    runtime: Runtime, operator: Operator, open_browser: Open, app: Flask
) -> None:
    for number in range(6):
        tell(runtime, number, f"operator{operator.id}")
    publish_new(runtime)
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(EventLog).where(EventLog.seq <= 3))
    screen = open_browser(operator)
    client = connect(app, screen)
    for after, reload in ((0, True), (2, True), (3, False), (6, False)):
        assert screen.get("/events", after=after).get_json()["reload"] is reload
        answer = client.emit("events.subscribe", {"after": after}, callback=True)
        assert answer["reload"] is reload, after
    client.disconnect()


def test_a_hundred_catch_ups_are_refused_then_cut_off(
    runtime: Runtime, operator: Operator, open_browser: Open, app: Flask
) -> None:
    """Case E4."""
    for number in range(20):
        tell(runtime, number, f"operator{operator.id}")
    publish_new(runtime)
    client = connect(app, open_browser(operator))
    answers = []
    for _ in range(100):
        if not client.is_connected():
            break
        answers.append(client.emit("events.subscribe", {"after": 0}, callback=True))
    served = [answer for answer in answers if answer["ok"]]
    refused = [answer["error"]["code"] for answer in answers if not answer["ok"]]
    assert len(served) == SUBSCRIPTIONS.burst
    assert refused == ["rate_limited"] * REFUSALS_UNTIL_CUT
    assert not client.is_connected()


def test_after_a_pause_one_may_catch_up_again(
    runtime: Runtime, operator: Operator, open_browser: Open, app: Flask, clock: ManualClock
) -> None:
    """Case E4."""
    client = connect(app, open_browser(operator))
    ask = ("events.subscribe", {"after": 0})
    answers = [client.emit(*ask, callback=True) for _ in range(int(SUBSCRIPTIONS.burst) + 1)]
    assert answers[-1]["error"]["code"] == "rate_limited"
    clock.advance(answers[-1]["error"]["retry_after"])
    assert client.emit(*ask, callback=True)["ok"]
    client.disconnect()


def test_one_catches_up_once_at_a_time(
    runtime: Runtime, operator: Operator, open_browser: Open, app: Flask, hub: Hub
) -> None:
    """Case E4."""
    client = connect(app, open_browser(operator))
    (connection,) = hub.connections.all()
    connection.is_catching_up = True
    answer = client.emit("events.subscribe", {"after": 0}, callback=True)
    assert answer == {"ok": False, "error": {"code": "rate_limited", "retry_after": 1}}
    connection.is_catching_up = False
    assert client.emit("events.subscribe", {"after": 0}, callback=True)["ok"]
    assert not connection.is_catching_up
    client.disconnect()


def test_connecting_anew_gives_no_new_allowance_to_read_the_log(
    runtime: Runtime, operator: Operator, open_browser: Open, app: Flask
) -> None:
    """Case E4."""
    runtime.settings.event_retention = 100
    for number in range(90):
        tell(runtime, number)
    publish_new(runtime)
    screen = open_browser(operator)
    answers = []
    for _ in range(30):
        client = connect(app, screen)
        answers.append(client.emit("events.subscribe", {"after": 0}, callback=True)["ok"])
        client.disconnect()
    assert answers == sorted(answers, reverse=True)
    assert 10 < answers.count(True) < 20, "two thousand rows, ninety and the look each time"


def test_pages_over_rest_are_refused_when_they_come_too_fast(
    operator: Operator, open_browser: Open, clock: ManualClock
) -> None:
    """Case E4, the same for REST."""
    screen = open_browser(operator)
    answers = [screen.get("/events", after=0).status_code for _ in range(100)]
    assert answers.count(200) == PAGES.burst
    assert answers[-1] == 429
    refused = screen.get("/events", after=0)
    assert (refused.get_json()["code"], int(refused.headers["Retry-After"]) >= 1) == ("rate_limited", True)
    clock.advance(2)
    assert screen.get("/events", after=0).status_code == 200


def test_what_else_a_browser_sends_is_refused_and_bounded(
    operator: Operator, open_browser: Open, app: Flask
) -> None:
    """Case E13: names that only we send, and names that nobody knows."""
    client = connect(app, open_browser(operator))
    for name in ("events", "session.ended", "conversation.viewers", "service_request.opened", "nonsense"):
        answer = client.emit(name, {"events": []}, callback=True)
        assert answer == {"ok": False, "error": {"code": "unknown_event"}}, name
    for _ in range(200):
        if client.is_connected():
            client.emit("nonsense", {}, callback=True)
    assert not client.is_connected()


@pytest.mark.parametrize("name", ["connect", "disconnect"])
def test_an_event_named_like_the_transports_own_is_refused(
    name: str, runtime: Runtime, operator: Operator, open_browser: Open, app: Flask, hub: Hub
) -> None:
    """Case E13: it was heard as the real thing, and the browser was forgotten while its socket stood."""
    client = connect(app, open_browser(operator))
    client.emit("events.subscribe", {"after": None}, callback=True)
    client.emit(name, "client disconnect")
    assert not client.is_connected()
    assert hub.connections.all() == []


def test_a_real_disconnect_is_still_heard(
    operator: Operator, open_browser: Open, app: Flask, hub: Hub
) -> None:
    client = connect(app, open_browser(operator))
    assert len(hub.connections.all()) == 1
    client.disconnect()
    assert hub.connections.all() == []


def test_the_log_of_a_catch_up_is_read_in_few_statements(
    make: Make, runtime: Runtime, two_lanes: Any, open_browser: Open
) -> None:
    """One for each kind of object among the events, however many events there are."""
    screen = open_browser(two_lanes[0])
    counts = []
    for _ in range(2):
        publish_new(runtime)
        with counted(runtime.engine) as seen:
            caught_up(screen)
        counts.append(len(seen))
        with open_context(runtime, ACTOR, write=False) as ctx:
            account = ctx.session.get_one(Account, two_lanes[2].account_id)
        for number in range(8):
            make.request(account, f"第{number}次说了，网络又断了", author="c1")
    assert counts[0] == counts[1]
