"""Faults on demand, rate limits, the clock, and what is recorded of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.testing import SandboxProcess

Weibo = Callable[..., Any]


def _set_afternoon(sandbox: SandboxProcess) -> None:
    """16:00 in Beijing today: a full hour, eight hours before the day's end, and within the tokens' life."""
    now = time.time()
    sandbox.control("POST", "/clock", {"set": now - (now + 8 * 3600) % 86_400 + 16 * 3600})


def _fault(sandbox: SandboxProcess, kind: str, match: str = "mentions", **more: Any) -> None:
    sandbox.control("POST", "/faults", {"match": match, "kind": kind, **more})


def _posts(sandbox: SandboxProcess, count: int) -> list[str]:
    body = {"account": "weibo-care", "customer": "甲"}
    return [
        sandbox.control("POST", "/customer/post", {**body, "text": f"第{n}条"})["id"] for n in range(count)
    ]


def test_too_many_requests_says_when_to_come_back(sandbox: SandboxProcess, weibo: Weibo) -> None:
    _fault(sandbox, "http_429", retry_after=17)
    refused = weibo("statuses/mentions")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "17")
    assert weibo("statuses/mentions").status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("http_500", 500), ("html_error", 502)])
def test_a_gateways_answer_is_no_json(sandbox: SandboxProcess, weibo: Weibo, kind: str, status: int) -> None:
    _fault(sandbox, kind)
    answer = weibo("statuses/mentions")
    assert answer.status_code == status
    assert not answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("kind", ["drop_connection", "drop_after_acting", "half_body"])
def test_a_broken_connection_gives_no_answer(sandbox: SandboxProcess, weibo: Weibo, kind: str) -> None:
    _fault(sandbox, kind)
    with pytest.raises(httpx.TransportError):
        weibo("statuses/mentions")
    assert weibo("statuses/mentions").status_code == 200


def test_a_timeout_before_does_nothing_and_one_after_acts(sandbox: SandboxProcess, weibo: Weibo) -> None:
    (post,) = _posts(sandbox, 1)
    form = {"id": post, "comment": "您好", "rip": "203.0.113.9"}
    for kind, sent in (("timeout_before", 0), ("timeout_after_acting", 1)):
        _fault(sandbox, kind, "comments/create", delay=0.2)
        started = time.monotonic()
        with pytest.raises(httpx.TransportError):
            weibo("comments/create", form)
        assert time.monotonic() - started >= 0.2
        assert len(sandbox.sent()) == sent


def test_an_expired_token_is_told_in_each_platforms_words(sandbox: SandboxProcess, weibo: Weibo) -> None:
    _fault(sandbox, "expired_token", "^/", times=3)
    assert weibo("statuses/mentions").json()["error_code"] == 21327
    assert sandbox.http.get("/wechat/cgi-bin/user/get").json()["errcode"] == 42001
    assert sandbox.http.get("/mastodon/api/v1/notifications").status_code == 401


def test_a_refused_address_is_told_in_each_platforms_words(sandbox: SandboxProcess, weibo: Weibo) -> None:
    _fault(sandbox, "ip_not_allowed", "^/", times=2)
    assert weibo("statuses/mentions").json()["error_code"] == 10004
    assert sandbox.http.get("/wechat/cgi-bin/user/get").json()["errcode"] == 40164


def test_a_repeated_page_and_an_unordered_one(sandbox: SandboxProcess, weibo: Weibo) -> None:
    posts = _posts(sandbox, 12)
    first = weibo("statuses/mentions", count=6).json()
    _fault(sandbox, "repeat_page")
    assert weibo("statuses/mentions", count=6, page=2).json() == first
    _fault(sandbox, "unordered_page")
    mixed = [s["idstr"] for s in weibo("statuses/mentions", count=12).json()["statuses"]]
    assert mixed != posts[::-1]
    assert sorted(mixed) == posts


def test_a_fault_with_a_probability_lasts(sandbox: SandboxProcess, weibo: Weibo) -> None:
    _fault(sandbox, "http_500", probability=0.5)
    statuses = [weibo("statuses/mentions").status_code for _ in range(40)]
    assert 5 < statuses.count(500) < 35
    sandbox.http.delete("/_control/faults")
    assert weibo("statuses/mentions").status_code == 200


def test_an_unknown_fault_is_refused(sandbox: SandboxProcess) -> None:
    answer = sandbox.http.post("/_control/faults", json={"match": ".", "kind": "earthquake"})
    assert answer.status_code == 400
    assert "earthquake" in answer.json()["error"]


def test_strict_limits_refuse_the_151st_call_of_an_hour(sandbox: SandboxProcess, weibo: Weibo) -> None:
    sandbox.control("POST", "/limits", {"profile": "strict", "values": {"weibo_user_day": 1000}})
    _set_afternoon(sandbox)
    codes = [weibo("account/get_uid").json().get("error_code", 0) for _ in range(151)]
    assert codes == [0] * 150 + [10023]
    assert [v["rule"] for v in sandbox.violations()] == ["weibo_user_hour"]
    sandbox.control("POST", "/clock", {"advance_seconds": 3600})
    assert weibo("account/get_uid").status_code == 200


def test_the_day_of_a_quota_is_beijings(sandbox: SandboxProcess, weibo: Weibo) -> None:
    sandbox.control("POST", "/limits", {"values": {"weibo_user_day": 1}})
    _set_afternoon(sandbox)
    assert weibo("account/get_uid").status_code == 200
    assert weibo("account/get_uid").json()["error_code"] == 10023
    sandbox.control("POST", "/clock", {"advance_seconds": 8 * 3600 + 1})
    assert weibo("account/get_uid").status_code == 200


def test_limits_can_be_switched_off_and_asked_for(sandbox: SandboxProcess, weibo: Weibo) -> None:
    sandbox.control("POST", "/limits", {"enabled": False, "values": {"weibo_user_day": 0}})
    assert weibo("account/rate_limit_status").json()["user_limit"] > 0
    refused = sandbox.http.post("/_control/limits", json={"values": {"weibo_moon_phase": 1}})
    assert refused.status_code == 400


def test_thirty_posts_an_hour(sandbox: SandboxProcess, weibo: Weibo) -> None:
    sandbox.control("POST", "/limits", {"values": {"weibo_posts_hour": 2}})
    codes = [
        weibo("statuses/update", {"status": f"公告{n}", "rip": "203.0.113.9"}).json().get("error_code", 0)
        for n in range(3)
    ]
    assert codes == [0, 0, 20016]


def test_calls_are_recorded_without_their_tokens(
    sandbox: SandboxProcess, weibo: Weibo, credentials: Callable[[str], dict[str, str]]
) -> None:
    token = credentials("weibo-care")["access_token"]
    sandbox.http.get("/weibo/2/statuses/mentions.json", params={"access_token": token, "count": 3})
    weibo("statuses/show", id="1")
    calls = sandbox.calls()
    assert [(c["account"], c["path"], c["status"], c["code"]) for c in calls] == [
        ("weibo-care", "/weibo/2/statuses/mentions.json", 200, ""),
        ("weibo-care", "/weibo/2/statuses/show.json", 400, "20101"),
    ]
    assert "count=3" in calls[0]["query"]
    assert token not in str(calls)


def test_an_expired_demo_token_stops_the_account(sandbox: SandboxProcess, weibo: Weibo) -> None:
    sandbox.control("POST", "/accounts/weibo-care/expire_token")
    answer = weibo("statuses/mentions")
    assert (answer.status_code, answer.json()["error_code"]) == (403, 21327)


def test_a_frozen_clock_stands(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/clock", {"set": 1_800_000_000, "freeze": True})
    first = sandbox.control("GET", "/clock")["now"]
    time.sleep(0.02)
    assert sandbox.control("GET", "/clock")["now"] == first
    assert sandbox.control("POST", "/clock", {"advance_seconds": 60})["now"] == first + 60
    assert abs(sandbox.control("POST", "/clock", {"reset": True})["now"] - time.time()) < 600


def test_an_added_account_works_at_once_and_is_gone_after_a_reset(sandbox: SandboxProcess) -> None:
    body = {"platform": "weibo", "name": "云岭实验室", "external_id": "7712999999", "callback_key": "lab"}
    added = sandbox.http.post("/_control/accounts", json=body).json()
    sandbox.control("POST", "/customer/post", {"account": "lab", "customer": "甲", "text": "你好"})
    query = {"access_token": added["credentials"]["access_token"]}
    assert len(sandbox.http.get("/weibo/2/statuses/mentions.json", params=query).json()["statuses"]) == 1
    sandbox.control("POST", "/reset")
    assert "lab" not in sandbox.accounts()
    missing = sandbox.http.post("/_control/customer/post", json={"account": "lab", "text": "x"})
    assert missing.status_code == 404
