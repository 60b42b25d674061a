"""The event stream: dense numbers after commit, no gap and no double, and only what one may hear."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.permissions import Permission, RequestReach, RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Operator
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.factories.tree import Tree
from tests.realtime.listening import ACTOR, connect, emit, heard, tell

Open = Callable[[Operator | None], Browser]


def numbers(runtime: Runtime) -> list[int | None]:
    with open_context(runtime, ACTOR, write=False) as ctx:
        return list(ctx.session.scalars(select(EventLog.seq).order_by(EventLog.id)))


def room(operator: Operator) -> str:
    return f"operator{operator.id}"


def test_an_event_has_no_number_before_its_commit_is_published(runtime: Runtime) -> None:
    tell(runtime, 1)
    assert numbers(runtime) == [None]
    assert publish_new(runtime) == 1
    assert publish_new(runtime) == 0
    assert numbers(runtime) == [1]


def test_numbers_are_dense_and_in_order_under_concurrent_committers(runtime: Runtime) -> None:
    def commit(start: int) -> None:
        for number in range(start, start + 10):
            tell(runtime, number)

    def publish() -> None:
        for _ in range(15):
            publish_new(runtime)

    threads = [Thread(target=commit, args=(n * 100,)) for n in range(4)]
    threads += [Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while publish_new(runtime):
        pass
    assert sorted(n or 0 for n in numbers(runtime)) == list(range(1, 41))


def test_a_rolled_back_change_leaves_no_hole(runtime: Runtime) -> None:
    tell(runtime, 1)
    with open_context(runtime, ACTOR) as ctx:
        emit(ctx, 2)
        ctx.session.flush()
        ctx.session.rollback()
        ctx.events.clear()
    tell(runtime, 3)
    publish_new(runtime)
    assert numbers(runtime) == [1, 2]


def test_a_subscriber_gets_what_it_missed_then_what_comes(
    app: Flask, runtime: Runtime, hub: Hub, operator: Operator, open_browser: Open
) -> None:
    for number in range(3):
        tell(runtime, number, room(operator))
    publish_new(runtime)
    client = connect(app, open_browser(operator))
    answer = client.emit("events.subscribe", {"after": 1}, callback=True)
    assert answer == {"ok": True, "seq": 3, "reload": False}
    assert [event["seq"] for event in heard(client)] == [2, 3]
    tell(runtime, 4, room(operator))
    publish_new(runtime)
    assert hub.tail.step()
    assert [event["seq"] for event in heard(client)] == [4]
    client.disconnect()


def test_subscribing_during_traffic_neither_skips_nor_doubles(
    app: Flask, runtime: Runtime, hub: Hub, operator: Operator, open_browser: Open
) -> None:
    stop: list[bool] = []

    def traffic() -> None:
        for number in range(60):
            tell(runtime, number, room(operator))
            publish_new(runtime)
        stop.append(True)

    def follow() -> None:
        while not stop or hub.tail.step():
            hub.tail.step()

    clients = [connect(app, open_browser(operator)) for _ in range(3)]
    threads = [Thread(target=traffic), Thread(target=follow)]
    for thread in threads:
        thread.start()
    for client in clients:
        client.emit("events.subscribe", {"after": 0}, callback=True)
    for thread in threads:
        thread.join()
    while hub.tail.step():
        pass
    for client in clients:
        assert [event["seq"] for event in heard(client)] == list(range(1, 61))
        client.disconnect()


def test_too_old_and_impossible_positions_ask_for_a_reload(
    app: Flask, runtime: Runtime, operator: Operator, open_browser: Open
) -> None:
    runtime.settings.event_retention = 100
    for number in range(102):
        tell(runtime, number)
    publish_new(runtime)
    screen = open_browser(operator)
    client = connect(app, screen)
    answers = {
        after: client.emit("events.subscribe", {"after": after}, callback=True)["reload"]
        for after in (1, 2, 102, 103)
    }
    assert answers == {1: True, 2: False, 102: False, 103: True}
    for after, reload in answers.items():
        assert screen.get("/events", after=after).get_json()["reload"] is reload
    client.disconnect()


def test_rest_and_socket_tell_the_same(
    app: Flask, runtime: Runtime, hub: Hub, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    operator = make.operator(agency, team)
    make.request(make.account(agency, team))
    publish_new(runtime)
    screen = open_browser(operator)
    client = connect(app, screen)
    client.emit("events.subscribe", {"after": 0}, callback=True)
    by_rest = screen.get("/events", after=0).get_json()["events"]
    by_socket = heard(client)
    assert [event["name"] for event in by_socket] == [event["name"] for event in by_rest]
    assert [event["payload"] for event in by_socket] == [event["payload"] for event in by_rest]
    assert "service_request.opened" in {event["name"] for event in by_socket}
    client.disconnect()


def test_whoever_loses_a_request_hears_its_number_and_nothing_else(
    app: Flask, runtime: Runtime, hub: Hub, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    first, second = (make.operator(agency, team, role=RoleName.AGENCY_OPERATOR) for _ in range(2))
    lead = make.operator(agency, team, role=RoleName.SUPERVISOR)
    request = make.request(make.account(agency, team), assignee=first)
    publish_new(runtime)
    clients = {person.id: connect(app, open_browser(person)) for person in (first, second)}
    for client in clients.values():
        client.emit("events.subscribe", {"after": None}, callback=True)
    body = {"operator_id": second.id, "version": request.version}
    assert open_browser(lead).put(f"/service-requests/{request.id}/assignee", body).status_code == 200
    publish_new(runtime)
    hub.tail.step()
    (lost,), (won,) = (heard(clients[person.id]) for person in (first, second))
    assert (lost["name"], lost["payload"]) == ("service_request.withdrawn", {"id": request.id})
    assert (won["name"], won["payload"]["service_request"]["assignee"]["id"]) == (
        "service_request.assigned",
        second.id,
    )
    for client in clients.values():
        client.disconnect()


def test_logging_out_cuts_that_sessions_sockets_only(
    app: Flask, runtime: Runtime, hub: Hub, operator: Operator, open_browser: Open
) -> None:
    leaving, staying = open_browser(operator), open_browser(operator)
    cut, kept = connect(app, leaving), connect(app, staying)
    leaving.delete("/session")
    publish_new(runtime)
    hub.tail.step()
    assert [cut.is_connected(), kept.is_connected()] == [False, True]
    kept.disconnect()


def _is_disabled(make: Make, person: Operator) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        ctx.session.get_one(Operator, person.id).is_active = False


def _has_another_role(make: Make, person: Operator) -> None:
    make.give(person, RoleName.MANAGER, instead=True)


@pytest.mark.parametrize("change", [_is_disabled, _has_another_role])
def test_losing_rights_cuts_the_socket_at_the_next_look(
    app: Flask,
    make: Make,
    hub: Hub,
    operator: Operator,
    open_browser: Open,
    change: Callable[[Make, Operator], None],
) -> None:
    client = connect(app, open_browser(operator))
    hub.tail.recheck_actors()
    assert client.is_connected()
    change(make, operator)
    hub.tail.recheck_actors()
    assert not client.is_connected()


def test_another_role_or_team_cuts_the_socket_with_the_event_that_tells_of_it(
    app: Flask, make: Make, runtime: Runtime, hub: Hub, operator: Operator, open_browser: Open
) -> None:
    """It connects anew and hears by the new rights; colleagues keep their sockets."""
    admin = open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR))
    changed, kept = connect(app, open_browser(operator)), connect(app, admin)
    role_ids = [make.role_id(RoleName.SUPERVISOR)]
    wanted = {"name": operator.name, "role_ids": role_ids, "team_ids": []}
    assert admin.put(f"/people/{operator.id}", wanted).status_code == 200
    publish_new(runtime)
    hub.tail.step()
    assert [changed.is_connected(), kept.is_connected()] == [False, True]
    kept.disconnect()


def test_a_changed_role_cuts_the_sockets_of_its_people_and_no_others(
    app: Flask, make: Make, runtime: Runtime, hub: Hub, open_browser: Open
) -> None:
    agency = make.agency()
    role = make.role(Permission.SERVICE_REQUESTS_READ)
    admin = open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR))
    theirs = connect(app, open_browser(make.operator(agency, role=[RoleName.OPERATOR, role])))
    others = connect(app, open_browser(make.operator(agency)))
    wanted = {
        "name": None,
        "rights": ["audit:read"],
        "account_reach": "team",
        "request_reach": "own",
        "masked": ["contact.phone"],
        "capacity": 0,
        "version": 1,
    }
    assert admin.put(f"/roles/{role.id}", wanted).status_code == 200
    publish_new(runtime)
    hub.tail.step()
    assert [theirs.is_connected(), others.is_connected()] == [False, True]
    others.disconnect()


def test_a_move_in_the_tree_cuts_the_sockets_of_those_who_reach_by_units_and_no_others(
    app: Flask, make: Make, runtime: Runtime, hub: Hub, open_browser: Open
) -> None:
    tree = Tree(make)
    role = make.role(Permission.SERVICE_REQUESTS_READ, request_reach=RequestReach.UNIT)
    admin = open_browser(make.operator(tree.agency, role=RoleName.ADMINISTRATOR))
    head = connect(app, open_browser(make.operator(tree.agency, role=role, unit_id=tree.department)))
    elsewhere = connect(app, open_browser(make.operator(tree.agency, role=role, unit_id=tree.other_centre)))
    operator = connect(app, open_browser(make.operator(tree.agency, unit_id=tree.department)))
    body = {"parent_id": tree.other_centre, "version": tree.version(tree.inner)}
    assert admin.post(f"/units/{tree.inner}/move", body).status_code == 200
    publish_new(runtime)
    hub.tail.step()
    assert [one.is_connected() for one in (head, elsewhere, operator)] == [False, False, True]
    operator.disconnect()


def test_somebody_who_belongs_elsewhere_from_now_on_is_cut_and_comes_back(
    app: Flask, make: Make, runtime: Runtime, hub: Hub, open_browser: Open
) -> None:
    tree = Tree(make)
    role = make.role(Permission.SERVICE_REQUESTS_READ, request_reach=RequestReach.UNIT)
    admin = open_browser(make.operator(tree.agency, role=RoleName.ADMINISTRATOR))
    person = make.operator(tree.agency, role=role, unit_id=tree.department)
    theirs = connect(app, open_browser(person))
    put = admin.put(f"/people/{person.id}/unit", {"unit_id": tree.other_centre})
    assert put.status_code == 200
    publish_new(runtime)
    hub.tail.step()
    assert not theirs.is_connected()


def test_an_anonymous_socket_is_refused(app: Flask, open_browser: Open) -> None:
    assert not connect(app, open_browser(None)).is_connected()
