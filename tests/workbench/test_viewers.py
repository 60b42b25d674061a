"""Who has a conversation open is told to those who may see it, each time anew (case E13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.extensions import socketio
from app.models import Operator
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from app.workbench.sockets import tell_viewers
from app.workbench.viewers import viewers_of
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def hub(app: Flask) -> Hub:
    built: Hub = app.extensions["lingke_hub"]
    return built


class Room:
    """An agent who sees only their own requests, and a supervisor, both with one request open."""

    def __init__(self, app: Flask, make: Make, open_browser: Open) -> None:
        agency = make.agency()
        team = make.team(agency)
        self.agent = make.operator(agency, team, role=RoleName.AGENCY_OPERATOR)
        self.lead = make.operator(agency, team, role=RoleName.SUPERVISOR)
        self.request = make.request(make.account(agency, team), assignee=self.agent)
        self.conversation_id = self.request.conversation_id
        self.clients = {
            person.id: socketio.test_client(app, flask_test_client=open_browser(person).client)
            for person in (self.agent, self.lead)
        }
        for client in self.clients.values():
            client.emit("events.subscribe", {"after": None}, callback=True)
            client.emit("conversation.watch", {"conversation_id": self.conversation_id}, callback=True)
            client.get_received()

    def told(self, person: Operator) -> list[Any]:
        received = self.clients[person.id].get_received()
        return [packet["args"][0] for packet in received if packet["name"] == "conversation.viewers"]


@pytest.fixture
def room(app: Flask, make: Make, open_browser: Open) -> Room:
    return Room(app, make, open_browser)


def take_away(room: Room, open_browser: Open) -> None:
    """The lead takes the request over."""
    lead = open_browser(room.lead)
    version = lead.get(f"/service-requests/{room.request.id}").get_json()["version"]
    body = {"operator_id": room.lead.id, "version": version, "reason": "客户点名找组长"}
    assert lead.put(f"/service-requests/{room.request.id}/assignee", body).status_code == 200


def test_both_hear_who_else_looks(room: Room, hub: Hub) -> None:
    tell_viewers(hub, room.conversation_id)
    for person in (room.agent, room.lead):
        (message,) = room.told(person)
        assert {viewer["id"] for viewer in message["changed"]} == {room.agent.id, room.lead.id}


def test_only_what_is_different_is_told(room: Room, hub: Hub, runtime: Runtime) -> None:
    """The whole list went to everybody at each change: quadratic in those who look."""
    tell_viewers(hub, room.conversation_id)
    room.told(room.lead)
    with counted(runtime.engine) as asked:
        tell_viewers(hub, room.conversation_id)
    assert len([text for text in asked if text != "BEGIN"]) == 1, (
        "whether they may see it, for all of them at once"
    )
    assert room.told(room.lead) == []
    typing = {"conversation_id": room.conversation_id, "typing": True}
    room.clients[room.agent.id].emit("conversation.typing", typing, callback=True)
    room.told(room.lead)
    tell_viewers(hub, room.conversation_id)
    (message,) = room.told(room.lead)
    (changed,) = message["changed"]
    assert (changed["id"], changed["typing"], message["left"]) == (room.agent.id, True, [])
    leaving = {"conversation_id": room.conversation_id}
    room.clients[room.agent.id].emit("conversation.unwatch", leaving, callback=True)
    tell_viewers(hub, room.conversation_id)
    (message,) = room.told(room.lead)
    assert (message["changed"], message["left"]) == ([], [room.agent.id])


def test_who_has_lost_the_request_hears_of_its_viewers_no_more(
    room: Room, hub: Hub, runtime: Runtime, open_browser: Open
) -> None:
    """Case E13."""
    take_away(room, open_browser)
    tell_viewers(hub, room.conversation_id)
    assert room.told(room.agent) == []
    assert len(room.told(room.lead)) == 1
    assert [viewer.id for viewer in viewers_of(runtime, room.conversation_id)] == [room.lead.id]


def test_who_has_lost_the_request_is_shown_no_more_and_cannot_type(
    room: Room, hub: Hub, runtime: Runtime, open_browser: Open
) -> None:
    """Case E13."""
    take_away(room, open_browser)
    client: SocketIOTestClient = room.clients[room.agent.id]
    typing = {"conversation_id": room.conversation_id, "typing": True}
    assert client.emit("conversation.typing", typing, callback=True)["error"]["code"] == "not_found"
    assert [viewer.id for viewer in viewers_of(runtime, room.conversation_id)] == [room.lead.id]


def test_a_withdrawal_ends_watching(room: Room, hub: Hub, runtime: Runtime, open_browser: Open) -> None:
    """Case E13."""
    take_away(room, open_browser)
    publish_new(runtime)
    while hub.tail.step():
        pass
    assert [viewer.id for viewer in viewers_of(runtime, room.conversation_id)] == [room.lead.id]
