"""Every route and every socket event, asked by everybody: the declared right and the data's reach decide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIO, SocketIOTestClient

from app.api.endpoint import API, ENDPOINTS, EndpointSpec, Public
from app.core.grants import Allowed
from app.core.permissions import NEEDS, OF_OWNERS, Permission
from app.extensions import socketio
from app.realtime.sockets import SOCKET_EVENTS
from tests.architecture.asking import Reach
from tests.architecture.entries import ROUTES, SOCKETS
from tests.architecture.organisation import (
    AFTER,
    BEFORE,
    HEAD,
    LOOKING,
    MARK,
    OTHER_HEAD,
    TERMS,
    WATCHER,
    WITHIN,
    Stage,
)
from tests.factories.browser import Browser
from tests.factories.make import Make

NOT_LOGGED_IN = ("anonymous", "disabled operator")
HELPERS = (WITHIN, WATCHER)
"""People of other agencies to whom the first one's accounts are granted, and hold now."""
OUTSIDERS = (
    "operator of another team",
    "operator of another agency",
    "supervisor of another agency",
    BEFORE,
    AFTER,
)
ACTORS = (
    *NOT_LOGGED_IN,
    *OUTSIDERS,
    *HELPERS,
    "operator",
    "supervisor",
    HEAD,
    OTHER_HEAD,
    "manager",
    "administrator",
    LOOKING,
)
OF_ACCOUNT = (Reach.ACCOUNT, Reach.REQUEST)
ANYTHING = frozenset(Allowed)
READ_BY_LISTENING = frozenset({"customers.get_avatar"})
"""The picture stands beside what somebody wrote: whoever reads that sees it."""
SEEN_WITH_ITEMS = frozenset({"media.get_medium", "media.copy_medium"})
"""What came in is seen by whoever listens to the account, whoever's request came of it."""
_VARIABLE = re.compile(r"<(?:int:)?(\w+)>")


@pytest.fixture
def stage(make: Make) -> Stage:
    return Stage(make)


def test_every_endpoint_and_socket_event_is_in_the_matrix() -> None:
    assert sorted(ENDPOINTS) == sorted(ROUTES), "add the new endpoint to tests/architecture/entries.py"
    assert sorted(SOCKET_EVENTS) == sorted(SOCKETS), "add the new event to tests/architecture/entries.py"


def test_the_matrix_asks_everybody_on_the_stage(stage: Stage) -> None:
    assert sorted(stage.people) == sorted(ACTORS)


@pytest.mark.parametrize("who", ACTORS)
def test_routes_answer_as_right_and_reach_say(app: Flask, stage: Stage, who: str) -> None:
    wrong: dict[str, str] = {}
    for name, spec in ENDPOINTS.items():
        stage.asker = who
        answer = _ask(app, stage, who, spec)
        expected = _expected(stage, who, name, spec)
        if answer.status_code != expected:
            wrong[name] = f"{answer.status_code} instead of {expected}: {answer.get_data()[:200]!r}"
        if not _of_the_agency(who) and MARK in answer.get_data(as_text=True):
            wrong[name] = "tells of another agency's data"
    assert wrong == {}


def _ask(app: Flask, stage: Stage, who: str, spec: EndpointSpec) -> Any:
    ask = ROUTES[spec.name].ask(stage)
    path = _VARIABLE.sub(lambda variable: str(ask.path[variable.group(1)]), spec.rule)
    return _browser(app, stage, who).call(
        spec.method, path.removeprefix(API), ask.body, query_string=ask.query
    )


def _browser(app: Flask, stage: Stage, who: str) -> Browser:
    person = stage.people[who]
    if person is None:
        return Browser(app)
    return Browser(app, stage.make.session_token(person, through=stage.through.get(who)))


def _expected(stage: Stage, who: str, name: str, spec: EndpointSpec) -> int:
    entry = ROUTES[name]
    if who in stage.through and spec.write:
        return entry.status if spec.as_oneself else 403
    if isinstance(spec.access, Public):
        return entry.status
    if who in NOT_LOGGED_IN:
        return 401
    if not _may(stage, who, spec.access):
        return 403
    refused = name not in READ_BY_LISTENING and not _is_granted(who, spec.access) if who in HELPERS else False
    if refused and entry.reach in OF_ACCOUNT:
        return 403
    found = _finds(who, entry.reach) or _finds_by_item(stage, who, name)
    return entry.status if found else 404


def _finds_by_item(stage: Stage, who: str, name: str) -> bool:
    """Whether they see what hangs on a post though not on its request: for that one reads what comes in."""
    return who == OTHER_HEAD and name in SEEN_WITH_ITEMS and _may(stage, who, Permission.INBOUND_ITEMS_READ)


def _is_granted(who: str, permission: Permission) -> bool:
    """Whether the grant by which they reach the account gives the right too."""
    return permission not in OF_OWNERS and NEEDS.get(permission, ANYTHING) & TERMS[who][3] != frozenset()


def _may(stage: Stage, who: str, permission: Permission) -> bool:
    return permission in stage.rights[who]


def _of_the_agency(who: str) -> bool:
    return who == "operator of another team" or who not in (*NOT_LOGGED_IN, *OUTSIDERS)


def _finds(who: str, reach: Reach) -> bool:
    if reach in (Reach.AGENCY, Reach.OWNER) and who == "operator of another team":
        return reach is Reach.AGENCY
    if who == OTHER_HEAD:
        return reach is not Reach.REQUEST
    if who in HELPERS:
        return reach not in (Reach.AGENCY, Reach.OWNER)
    return reach is Reach.OWN or who not in OUTSIDERS


@pytest.mark.parametrize("who", ACTORS)
def test_socket_events_answer_as_right_and_reach_say(app: Flask, stage: Stage, who: str) -> None:
    client = _connect(app, stage, who)
    assert client.is_connected() is (who not in NOT_LOGGED_IN)
    if who in NOT_LOGGED_IN:
        return
    wrong: dict[str, Any] = {}
    for name, (reach, payload) in SOCKETS.items():
        answer = client.emit(name, payload(stage), callback=True)
        expected = _socket_code(stage, who, name, reach)
        if (answer.get("error") or {}).get("code") != expected:
            wrong[name] = (answer, expected)
        if who in OUTSIDERS and MARK in str([answer, client.get_received()]):
            wrong[name] = "tells of another agency's data"
    client.disconnect()
    assert wrong == {}


def _socket_code(stage: Stage, who: str, name: str, reach: Reach) -> str | None:
    if not _may(stage, who, SOCKET_EVENTS[name].permission):
        return "forbidden"
    if who in stage.through and SOCKET_EVENTS[name].write:
        return "view_as_reads_only"
    return None if _finds(who, reach) else "not_found"


def _connect(app: Flask, stage: Stage, who: str) -> SocketIOTestClient:
    server: SocketIO = socketio
    return server.test_client(app, flask_test_client=_browser(app, stage, who).client)


def test_a_socket_event_with_a_wrong_payload_gets_a_code_and_the_fields(app: Flask, stage: Stage) -> None:
    client = _connect(app, stage, "operator")
    payloads: list[Any] = [None, "text", 7, [], {"conversation_id": "x"}, {"after": -1}, {"extra": 1}]
    answers = {
        (name, str(payload)): client.emit(name, payload, callback=True)
        for name in SOCKETS
        for payload in payloads
    }
    client.disconnect()
    for (name, payload), answer in answers.items():
        faults = answer["error"].pop("fields")
        assert answer == {"ok": False, "error": {"code": "invalid"}}, (name, payload)
        assert faults, (name, payload)
        assert all(len(words) < 60 for words in faults.values()), (name, payload)
