"""Sockets follow the eyes through which a login looks, in all its tabs and at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.models import Operator, Presence
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from app.workbench.viewers import viewers_of
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.realtime.listening import connect, heard, tell

Open = Callable[[Operator | None], Browser]


@dataclass(frozen=True)
class Scene:
    own: Operator
    person: Operator
    admin: Browser
    theirs: Browser

    def look(self) -> None:
        body = {"operator_id": self.person.id, "reason": "核对权限"}
        assert self.admin.post("/session/look", body).status_code == 204


@pytest.fixture
def scene(make: Make, open_browser: Open) -> Scene:
    agency = make.agency()
    own = make.operator(agency, role=RoleName.ADMINISTRATOR)
    person = make.operator(agency, make.team(agency), presence=Presence.ONLINE)
    return Scene(own, person, open_browser(own), open_browser(person))


def _follow(runtime: Runtime, hub: Hub) -> None:
    publish_new(runtime)
    hub.tail.step()


def _names(client: SocketIOTestClient) -> list[str]:
    """Also of one that has been cut."""
    return [packet["name"] for packet in client.queue]


def test_every_tab_of_the_login_turns_and_the_persons_stay(
    app: Flask, runtime: Runtime, hub: Hub, scene: Scene
) -> None:
    tab, theirs = connect(app, scene.admin), connect(app, scene.theirs)
    scene.look()
    _follow(runtime, hub)
    assert [tab.is_connected(), theirs.is_connected()] == [False, True]
    assert "session.turned" in _names(tab)
    again = connect(app, scene.admin)
    assert again.emit("events.subscribe", {}, callback=True)["ok"]
    tell(runtime, 1, f"operator{scene.person.id}")
    tell(runtime, 2, f"operator{scene.own.id}")
    _follow(runtime, hub)
    assert [event["payload"]["session_id"] for event in heard(again)] == [1]
    scene.admin.delete("/session/look")
    _follow(runtime, hub)
    assert [again.is_connected(), theirs.is_connected()] == [False, True]
    theirs.disconnect()


def test_colleagues_are_not_shown_who_is_not_there(
    app: Flask, make: Make, runtime: Runtime, hub: Hub, scene: Scene
) -> None:
    request = make.request(make.account(make.agency(), make.team(make.agency())), "宽带断了")
    scene.look()
    client = connect(app, scene.admin)
    for name in ("conversation.watch", "conversation.unwatch"):
        answer = client.emit(name, {"conversation_id": request.conversation_id}, callback=True)
        assert answer["error"]["code"] == "view_as_reads_only"
    assert viewers_of(runtime, request.conversation_id) == []
    client.disconnect()
    assert scene.theirs.get("/session").get_json()["presence"] == "online"


def _is_shut_out(scene: Scene, boss: Browser) -> None:
    assert boss.put(f"/people/{scene.person.id}/active", {"active": False}).status_code == 200


def _may_more(scene: Scene, boss: Browser) -> None:
    roles = [role["id"] for role in boss.get("/roles").get_json()["items"] if role["key"] == "administrator"]
    wanted = {"name": "甲", "role_ids": roles, "team_ids": []}
    assert boss.put(f"/people/{scene.person.id}", wanted).status_code == 200


def _looker_may_less(scene: Scene, boss: Browser) -> None:
    roles = [role["id"] for role in boss.get("/roles").get_json()["items"] if role["key"] == "manager"]
    wanted = {"name": "乙", "role_ids": roles, "team_ids": []}
    assert boss.put(f"/people/{scene.own.id}", wanted).status_code == 200


@pytest.mark.parametrize("change", [_is_shut_out, _may_more, _looker_may_less])
def test_a_change_of_either_person_is_followed_at_once(
    app: Flask,
    make: Make,
    runtime: Runtime,
    hub: Hub,
    scene: Scene,
    open_browser: Open,
    change: Callable[[Scene, Browser], None],
) -> None:
    boss = open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR))
    scene.look()
    client = connect(app, scene.admin)
    assert client.is_connected()
    change(scene, boss)
    _follow(runtime, hub)
    assert not client.is_connected()
    looks = scene.admin.get("/session").get_json()["looking"]
    # Somebody who may as much as the looker, and no more, may still be looked through.
    assert (looks is not None) is (change is _may_more)
