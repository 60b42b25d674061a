"""Errors as problem+json: in the reader's language, with a code, a request id, and no inside story."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from redis import Redis
from structlog.testing import capture_logs

from app.core.db import make_engine
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import PASSWORD, Make

Open = Callable[[Operator | None], Browser]


@pytest.mark.parametrize(("locale", "title"), [("zh-CN", "请先登录"), ("en", "Please log in")])
def test_a_problem_speaks_the_readers_language(app: Flask, locale: str, title: str) -> None:
    answer = Browser(app, locale=locale).get("/service-requests")
    body = answer.get_json()
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (401, 401, "unauthenticated")
    assert body["type"] == "urn:lingke:problem:unauthenticated"
    assert body["title"] == title
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_titles_differ_between_the_languages(app: Flask) -> None:
    titles = {
        Browser(app, locale=name).get("/service-requests").get_json()["title"] for name in ("zh-CN", "en")
    }
    assert len(titles) == 2


def test_a_wrong_body_names_its_fields(make: Make, open_browser: Open) -> None:
    screen = open_browser(make.operator(make.agency()))
    answer = screen.put("/session/presence", {"presence": "asleep", "extra": 1})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert set(answer.get_json()["fields"]) == {"presence", "extra"}


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        (
            "zh-CN",
            {
                "presence": "只能是 'online', 'busy', 'break', 'training', 'away', 'offline'",
                "extra": "没有这一项",
            },
        ),
        (
            "en",
            {
                "presence": "Must be one of 'online', 'busy', 'break', 'training', 'away', 'offline'",
                "extra": "There is no such field",
            },
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(
    make: Make, open_browser: Open, locale: str, texts: dict[str, str]
) -> None:
    screen = open_browser(make.operator(make.agency()))
    screen.headers["Accept-Language"] = locale
    answer = screen.put("/session/presence", {"presence": "asleep", "extra": 1})
    assert answer.get_json()["fields"] == texts


def test_codes_of_our_own_checks_are_translated_and_codes_of_screens_are_not(
    make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    screen = open_browser(make.operator(agency, make.team(agency), role=RoleName.SUPERVISOR))
    rule = {"any": ["宽带"]}
    answer = screen.post("/monitors", {"name": "网络", "rule": rule, "team_id": 10**9})
    assert answer.get_json()["fields"] == {"team_id": "There is no such team"}
    answer = screen.post("/monitors", {"name": "网络", "rule": {"expression": "(宽带"}})
    assert answer.get_json()["fields"] == {"rule.expression": "unclosed_group"}


@pytest.mark.parametrize("data", [b"{", b"", b"null", b"\xff"])
def test_a_body_that_is_not_json_is_said_to_be_so(make: Make, open_browser: Open, data: bytes) -> None:
    screen = open_browser(make.operator(make.agency()))
    headers = {"X-CSRF-Token": screen.csrf}
    answer = screen.client.put(
        "/api/v1/session/presence", data=data, headers=headers, content_type="application/json"
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_json")


def test_unknown_routes_and_methods_are_problems_too(app: Flask) -> None:
    screen = Browser(app)
    codes = [screen.get("/nothing"), screen.call("PATCH", "/session")]
    assert [(a.status_code, a.get_json()["code"]) for a in codes] == [
        (404, "not_found"),
        (405, "method_not_allowed"),
    ]


def test_an_unexpected_error_tells_the_log_and_not_the_reader(app: Flask) -> None:
    def explode() -> str:
        raise RuntimeError("the inside story")

    app.add_url_rule("/api/v1/explode", "explode", explode)
    with capture_logs() as logs:
        answer = Browser(app).get("/explode")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert "inside story" not in answer.get_data(as_text=True)
    assert "request_crashed" in {entry["event"] for entry in logs}


def test_no_password_or_token_reaches_the_log(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="somebody")
    with capture_logs() as logs:
        browser = Browser(app)
        browser.log_in("somebody", "a-wrong-secret")
        browser.log_in("somebody", PASSWORD)
        browser.get("/service-requests", cursor="broken")
    text = json.dumps(logs, default=str)
    assert "a-wrong-secret" not in text
    assert PASSWORD not in text


def test_readiness_names_each_part_and_says_which_is_missing(app: Flask, runtime: Runtime) -> None:
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "ready")
    working, runtime.engine = runtime.engine, make_engine("sqlite:////no-such-folder/nothing.db")
    try:
        broken = app.test_client().get("/readyz")
    finally:
        runtime.engine.dispose()
        runtime.engine = working
    assert (broken.status_code, broken.get_json()["status"]) == (503, "unavailable")
    assert broken.get_json()["parts"]["queue"] == "ok"
    assert broken.get_json()["parts"]["database"] != "ok"
    assert app.test_client().get("/healthz").get_json() == {"status": "ok"}


def test_without_the_queue_it_is_degraded_but_still_takes_everything(app: Flask, runtime: Runtime) -> None:
    working, runtime.redis = runtime.redis, Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    try:
        answer = app.test_client().get("/readyz")
    finally:
        runtime.redis = working
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
