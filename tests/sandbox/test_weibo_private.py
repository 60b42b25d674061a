"""The fan-service platform: signed pushes, replies within the window."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.testing import SandboxProcess

Credentials = Callable[[str], dict[str, str]]


def _write(sandbox: SandboxProcess, account: str = "weibo-care", text: str = "在吗") -> str:
    body = {"account": account, "customer": "甲", "text": text}
    return str(sandbox.control("POST", "/customer/message", body)["person"])


@pytest.fixture
def reply(sandbox: SandboxProcess, credentials: Credentials) -> Callable[..., Any]:
    token = credentials("weibo-care")["fan_token"]

    def send(receiver: str, text: str = "您好", encoded: bool = True) -> Any:
        data = json.dumps({"text": text}, ensure_ascii=False)
        form = {"access_token": token, "type": "text", "receiver_id": receiver}
        form["data"] = quote(data) if encoded else data
        return sandbox.http.post("/weibo-m/2/messages/reply.json", data=form)

    return send


def test_a_message_is_pushed_with_a_signature_over_the_app_secret(
    sandbox: SandboxProcess, receiver: Any, credentials: Credentials
) -> None:
    uid = _write(sandbox, text="我的宽带😀")
    (push,) = receiver.wait(1)
    query = push.query
    joined = "".join(sorted([credentials("weibo-care")["app_secret"], query["timestamp"], query["nonce"]]))
    assert query["signature"] == hashlib.sha1(joined.encode()).hexdigest()
    body = json.loads(push.body)
    assert push.path == "/callbacks/weibo/weibo-care"
    assert (body["type"], body["text"], str(body["sender_id"]), body["data"]) == (
        "text",
        "我的宽带😀",
        uid,
        {},
    )


def test_an_account_set_to_xml_pushes_xml_without_message_id(sandbox: SandboxProcess, receiver: Any) -> None:
    _write(sandbox, "weibo-campus", "a ]]> b")
    (push,) = receiver.wait(1)
    assert b"<MsgType><![CDATA[text]]></MsgType>" in push.body
    assert b"<MsgId></MsgId>" in push.body
    assert b"a ]]]]><![CDATA[> b" in push.body


@pytest.mark.parametrize("encoded", [True, False])
def test_a_reply_reaches_the_thread(
    sandbox: SandboxProcess, reply: Callable[..., Any], encoded: bool
) -> None:
    uid = _write(sandbox)
    assert reply(uid, "已处理 100%", encoded).json()["result"] is True
    thread = sandbox.control("GET", "/customer/thread", account="weibo-care", customer="甲", kind="dm")[
        "messages"
    ]
    assert [(m["from"], m["text"]) for m in thread] == [("customer", "在吗"), ("brand", "已处理 100%")]


def test_after_48_hours_the_window_is_closed(sandbox: SandboxProcess, reply: Callable[..., Any]) -> None:
    uid = _write(sandbox)
    sandbox.control("POST", "/clock", {"advance_seconds": 48 * 3600 + 1})
    refused = reply(uid)
    assert (refused.status_code, refused.json()["errcode"]) == (400, "20301")
    assert [v["rule"] for v in sandbox.violations()] == ["weibo_message_window"]
    assert sandbox.sent() == []


def test_any_number_of_replies_may_follow_a_message(
    sandbox: SandboxProcess, reply: Callable[..., Any]
) -> None:
    uid = _write(sandbox)
    assert all(reply(uid, f"第{number}条").status_code == 200 for number in range(8))


def test_a_mention_allows_one_private_message(
    sandbox: SandboxProcess, reply: Callable[..., Any], receiver: Any
) -> None:
    sandbox.control("POST", "/accounts/weibo-care/settings", {"mention_push": True})
    body = {"account": "weibo-care", "customer": "乙", "text": "怎么没人管"}
    uid = sandbox.control("POST", "/customer/post", body)["person"]
    assert json.loads(receiver.wait(1)[0].body)["type"] == "mention"
    assert reply(uid, "一").status_code == 200
    assert reply(uid, "二").json()["errcode"] == "20301"


def test_after_an_unfollow_nothing_may_be_sent(sandbox: SandboxProcess, reply: Callable[..., Any]) -> None:
    uid = _write(sandbox)
    sandbox.control(
        "POST", "/customer/event", {"account": "weibo-care", "customer": "甲", "event": "unfollow"}
    )
    assert reply(uid).json()["errcode"] == "20301"


def test_300_units_are_too_long(sandbox: SandboxProcess, reply: Callable[..., Any]) -> None:
    uid = _write(sandbox)
    assert reply(uid, "好" * 300).json()["errcode"] == "20013"
    assert reply(uid, "好" * 299).status_code == 200


def test_errors_of_this_host_are_spelt_errcode(sandbox: SandboxProcess) -> None:
    answer = sandbox.http.post("/weibo-m/2/messages/reply.json", data={"access_token": "wrong"})
    assert answer.json()["errcode"] == "21332"
    assert answer.json()["request"] == "https://m.api.weibo.com/2/messages/reply"


def test_a_passive_reply_in_the_answer_is_delivered(sandbox: SandboxProcess, receiver: Any) -> None:
    data = quote(json.dumps({"text": "自动回复"}, ensure_ascii=False))
    receiver.answers[:] = [(200, json.dumps({"result": True, "type": "text", "data": data}).encode())]
    _write(sandbox)
    receiver.wait(1)
    sent = _until_sent(sandbox)
    assert [(s["operation"], s["text"]) for s in sent] == [("passive_reply", "自动回复")]


def _until_sent(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    for _ in range(200):
        sent = sandbox.sent()
        if sent:
            return sent
    return []
