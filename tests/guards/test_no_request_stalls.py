"""No route and no socket event can be made to stall the web process, or to fail by its own fault.

Every declared endpoint and event is asked with hostile sizes and shapes, made from what it declares: a new
one is covered without a line here. What is wrong gets a 4xx; nothing takes more than a tenth of a second of
the loop that serves everybody (cases C1, C6, E3, E5, and the guard against a stalled loop).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from pydantic import BaseModel

from app.api.endpoint import ENDPOINTS, EndpointSpec, Public
from app.core.standard_roles import ROLES
from app.extensions import socketio
from app.realtime.sockets import SOCKET_EVENTS
from tests.architecture.asking import Ask
from tests.architecture.entries import ROUTES, SOCKETS
from tests.architecture.organisation import Stage
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.guards import hostile
from tests.support.processor import usual_seconds

LIMIT_SECONDS = 0.1
PARTS = 8
"""The walk in parts that workers can share; each makes its people and posts once."""
JSON = "application/json"
FORM = b"&".join(b"a%d=%d" % (number, number) for number in range(5000))
MAKERS = ("manager", "supervisor", "administrator", "operator")

Send = Callable[[], tuple[int, str]]


@pytest.fixture
def stage(make: Make) -> Stage:
    return Stage(make)


def measured(send: Send) -> tuple[int, str, float]:
    """Status, text and seconds of this thread's processor: the best of some tries, for others share it."""
    answers: list[tuple[int, str]] = []
    seconds = usual_seconds(lambda: answers.append(send()), enough=LIMIT_SECONDS)
    return *answers[-1], seconds


class Caller:
    """Sends variations of one endpoint's request, as somebody who may ask."""

    def __init__(self, app: Flask, stage: Stage, spec: EndpointSpec) -> None:
        self.spec = spec
        self.ask = ROUTES[spec.name].ask(stage)
        person = stage.people[_who(spec)]
        self.browser = Browser(app, stage.make.session_token(person) if person else None)
        self.headers = {"X-CSRF-Token": self.browser.csrf, "Accept-Language": "en"}

    def send(
        self, *, path: dict[str, Any] | None = None, query: Any = None, data: Any = None, kind: str = JSON
    ) -> Send:
        variables = {name: quote(str(value), safe="%") for name, value in (path or self.ask.path).items()}
        address = self.spec.rule
        for name, value in variables.items():
            address = address.replace(f"<int:{name}>", value).replace(f"<{name}>", value)
        body = json.dumps(self.ask.body).encode() if data is None and self.ask.body is not None else data

        def call() -> tuple[int, str]:
            answer = self.browser.client.open(
                address,
                method=self.spec.method,
                query_string=self.ask.query if query is None else query,
                data=body,
                content_type=kind if body is not None else None,
                headers=self.headers,
            )
            text = answer.get_data().decode(errors="replace")
            answer.close()  # a file that is sent stays open until then
            return answer.status_code, text

        return call


def _who(spec: EndpointSpec) -> str:
    if isinstance(spec.access, Public):
        return "operator"
    roles = {name: ROLES[role].mandate.permissions for name in MAKERS for role in ROLES if role.value == name}
    return next(name for name in MAKERS if spec.access in roles[name])


def _paths(caller: Caller, ask: Ask) -> Iterator[tuple[str, Send]]:
    for name in ask.path:
        for value in hostile.PATHS:
            yield f"path {name}={value[:30]}", caller.send(path={**ask.path, name: value})


def _queries(caller: Caller, model: type[BaseModel] | None, ask: Ask) -> Iterator[tuple[str, Send]]:
    many = "&".join(f"a{number}=1" for number in range(1000))
    yield "query of many", caller.send(query=many)
    yield "query of 100 KB", caller.send(query="q=" + "x" * 100_000)
    for (name, *_), field in hostile.fields(model) if model else ():
        for value in hostile.query_values(name, field):
            yield f"query {name}={value[:40]!r}", caller.send(query={**ask.query, name: value})
        repeated = "&".join([f"{name}=1"] * 900)
        yield f"query {name} repeated", caller.send(query=repeated)


def _bodies(caller: Caller, spec: EndpointSpec, ask: Ask) -> Iterator[tuple[str, Send]]:
    for what, data in hostile.raw_bodies(spec.body_bytes).items():
        yield f"body: {what}", caller.send(data=data)
    yield "body: a form", caller.send(data=FORM, kind="application/x-www-form-urlencoded")
    yield "body: a file", caller.send(data=b"--x\r\n" * 10_000, kind="multipart/form-data; boundary=x")
    yield "body: no JSON", caller.send(data=b"<a/>", kind="text/xml")
    if spec.body is None:
        return
    for path, field in hostile.fields(spec.body):
        for number, value in enumerate(hostile.body_values(field, min(spec.body_bytes, 1_000_000))):
            data = json.dumps(hostile.put(ask.body, path, value)).encode()
            yield f"body {'.'.join(path)} #{number} {str(value)[:30]!r}", caller.send(data=data)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_endpoint_is_stalled_or_broken(app: Flask, stage: Stage, part: int) -> None:
    """Cases C1, C6, E3, E5."""
    wrong: dict[str, str] = {}
    for name, spec in sorted(ENDPOINTS.items())[part::PARTS]:
        caller = Caller(app, stage, spec)
        caller.send()()  # what is built at first use (a table, a model) is built
        tries = [*_paths(caller, caller.ask), *_queries(caller, spec.query, caller.ask)]
        tries += [*_bodies(caller, spec, caller.ask)] if spec.method != "GET" else []
        for what, send in tries:
            fault = _fault(
                *measured(send), must_be_refused=what.startswith("body:") and spec.body is not None
            )
            if fault:
                wrong[f"{name} {what}"] = fault
    assert wrong == {}


def _fault(status: int, text: str, seconds: float, *, must_be_refused: bool) -> str | None:
    if status >= 500:
        return f"{status} {text[:200]}"
    if seconds > LIMIT_SECONDS:
        return f"{seconds:.2f} s of the loop"
    if status < 400:
        return f"{status}: taken as right" if must_be_refused else None
    if len(text) > 20_000 or len(json.loads(text or "{}").get("fields", {})) > 20:
        return f"an answer of {len(text)} characters"
    return None


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/healthz", "/readyz", "/callbacks/weibo/none", "/nothing", "/static/x"]
)
def test_other_addresses_are_bounded_too(app: Flask, path: str) -> None:
    client = Browser(app).client
    for address in (
        path,
        f"{path}%00",
        path + "/" + "a/" * 2000,
        path + "?" + "a=1&" * 1500,
        path + "?q=" + "x" * 99_999,
    ):
        for method in ("GET", "POST", "PUT", "DELETE"):

            def call(address: str = address, method: str = method) -> tuple[int, str]:
                answer = client.open(
                    address, method=method, data=FORM, content_type="application/x-www-form-urlencoded"
                )
                return answer.status_code, ""

            status, _, seconds = measured(call)
            assert status < 500 or path == "/readyz", (method, address[:60])
            assert seconds < LIMIT_SECONDS, (method, address[:60])


def test_no_socket_event_is_stalled_or_broken(app: Flask, stage: Stage) -> None:
    wrong: dict[str, Any] = {}
    for name, spec in sorted(SOCKET_EVENTS.items()):
        usual = SOCKETS[name][1](stage)
        browser = Browser(app, stage.make.session_token(stage.operator))
        client = socketio.test_client(app, flask_test_client=browser.client)
        client.emit(name, usual, callback=True)
        tries: list[Any] = [*hostile.RAW_SOCKET]
        for path, schema in hostile.fields(spec.payload):
            tries += [hostile.put(usual, path, value) for value in hostile.body_values(schema, 50_000)]
        for payload in tries:
            answer, seconds = _emitted(client, name, payload)
            code = (answer.get("error") or {}).get("code")
            if seconds > LIMIT_SECONDS or code == "internal" or "ok" not in answer:
                wrong[f"{name} {str(payload)[:60]}"] = (seconds, answer)
        client.disconnect()
    assert wrong == {}


def _emitted(client: SocketIOTestClient, name: str, payload: Any) -> tuple[dict[str, Any], float]:
    answer: dict[str, Any] = {}

    def emit() -> tuple[int, str]:
        answer.update(client.emit(name, payload, callback=True) or {})
        return 200, ""

    return answer, measured(emit)[2]
