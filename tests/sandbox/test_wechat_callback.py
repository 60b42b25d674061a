"""The callback push: three modes, retries, the address check, answers of all kinds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from sandbox.testing import SandboxProcess
from sandbox.wechat import crypto

Credentials = Callable[[str], dict[str, str]]


def _write(
    sandbox: SandboxProcess, account: str = "wechat-main", text: str = "在吗", **more: Any
) -> dict[str, Any]:
    body = {"account": account, "customer": "甲", "text": text, **more}
    return sandbox.control("POST", "/customer/message", body)


def _fields(text: str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in fromstring(text)}


def _settled(sandbox: SandboxProcess, seq: int = 0) -> dict[str, Any]:
    """The push once it is delivered or given up."""
    for _ in range(6000):
        push = sandbox.control("GET", "/pushes")["push"][seq]
        if push["state"] != "pending":
            return dict(push)
        time.sleep(0.01)
    raise AssertionError("the push is still pending")


def test_plain_mode_sends_signed_xml(
    sandbox: SandboxProcess, receiver: Any, credentials: Credentials
) -> None:
    written = _write(sandbox, text="流量 ]]> 😀")
    (push,) = receiver.wait(1)
    known, query = credentials("wechat-main"), push.query
    assert query["signature"] == crypto.signature(known["token"], query["timestamp"], query["nonce"])
    assert query["openid"] == written["person"]
    assert "msg_signature" not in query
    fields = _fields(push.body.decode())
    assert fields["Content"] == "流量 ]]> 😀"
    assert (fields["ToUserName"], fields["FromUserName"]) == (known["gh_id"], written["person"])
    assert fields["MsgId"] == written["id"]
    assert 2**53 < int(fields["MsgId"]) < 2**63


@pytest.mark.parametrize(("account", "visible"), [("wechat-hall", False), ("wechat-club", True)])
def test_encrypted_modes_seal_the_message(
    sandbox: SandboxProcess, receiver: Any, credentials: Credentials, account: str, visible: bool
) -> None:
    _write(sandbox, account, "账单不对")
    (push,) = receiver.wait(1)
    known, query, outer = credentials(account), push.query, _fields(push.body.decode())
    expected = crypto.signature(known["token"], query["timestamp"], query["nonce"], outer["Encrypt"])
    assert (query["encrypt_type"], query["msg_signature"]) == ("aes", expected)
    inner = crypto.decrypt(known["encoding_aes_key"], outer["Encrypt"], known["appid"])
    assert _fields(inner)["Content"] == "账单不对"
    assert (outer.get("Content") == "账单不对") is visible
    assert visible or set(outer) == {"ToUserName", "Encrypt"}


def test_an_account_may_be_set_to_json_bodies(sandbox: SandboxProcess, receiver: Any) -> None:
    sandbox.control("POST", "/accounts/wechat-main/settings", {"body_format": "json"})
    _write(sandbox, text="json")
    body = json.loads(receiver.wait(1)[0].body)
    assert (body["MsgType"], body["Content"]) == ("text", "json")


def test_other_types_carry_their_own_fields(sandbox: SandboxProcess, receiver: Any) -> None:
    place = {"Location_X": 25.04, "Location_Y": 102.71, "Scale": 16, "Label": "翠湖"}
    _write(sandbox, kind="location", text="", fields=place)
    fields = _fields(receiver.wait(1)[0].body.decode())
    assert (fields["MsgType"], fields["Location_X"], fields["Label"]) == ("location", "25.04", "翠湖")


def test_an_event_has_no_message_id(sandbox: SandboxProcess, receiver: Any) -> None:
    event = {
        "account": "wechat-main",
        "customer": "甲",
        "event": "subscribe",
        "fields": {"EventKey": "qrscene_9"},
    }
    sandbox.control("POST", "/customer/event", event)
    fields = _fields(receiver.wait(1)[0].body.decode())
    assert (fields["MsgType"], fields["Event"], fields["EventKey"]) == ("event", "subscribe", "qrscene_9")
    assert "MsgId" not in fields


def test_a_refused_push_comes_three_times_with_the_same_message_id(
    sandbox: SandboxProcess, receiver: Any
) -> None:
    receiver.answers[:] = [(500, b"")]
    _write(sandbox)
    push = _settled(sandbox)
    assert (push["state"], len(push["deliveries"])) == ("given_up", 3)
    bodies = [_fields(p.body.decode())["MsgId"] for p in receiver.received]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1


def test_delivery_ends_with_the_first_success(sandbox: SandboxProcess, receiver: Any) -> None:
    receiver.answers[:] = [(503, b""), (200, b"success")]
    _write(sandbox)
    push = _settled(sandbox)
    assert (push["state"], [d["status"] for d in push["deliveries"]]) == ("delivered", [503, 200])


def test_what_was_given_up_can_be_delivered_later(sandbox: SandboxProcess, receiver: Any) -> None:
    receiver.answers[:] = [(500, b""), (500, b""), (500, b""), (200, b"success")]
    _write(sandbox)
    assert _settled(sandbox)["state"] == "given_up"
    assert sandbox.control("POST", "/pushes/redeliver")["queued"] == 1
    receiver.wait(4)
    assert _settled(sandbox)["state"] == "delivered"


def test_pushes_of_one_person_keep_their_order(sandbox: SandboxProcess, receiver: Any) -> None:
    receiver.answers[:] = [(500, b""), (200, b"success")]
    for number in range(5):
        _write(sandbox, text=str(number))
    texts = [_fields(push.body.decode())["Content"] for push in receiver.wait(6)]
    assert texts == ["0", "0", "1", "2", "3", "4"]


def test_a_duplicate_is_delivered_on_demand(sandbox: SandboxProcess, receiver: Any) -> None:
    sandbox.control("POST", "/faults", {"match": "/callbacks/wechat", "kind": "duplicate_push"})
    _write(sandbox)
    first, second = receiver.wait(2)
    assert first.body == second.body


def test_an_encrypted_passive_reply_reaches_the_follower(
    sandbox: SandboxProcess, receiver: Any, credentials: Credentials
) -> None:
    known = credentials("wechat-hall")
    inner = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[稍等]]></Content></xml>"
    sealed = crypto.encrypt(known["encoding_aes_key"], inner, known["appid"])
    signed = crypto.signature(known["token"], "1", "2", sealed)
    parts = {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": "1", "Nonce": "2"}
    reply = "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</xml>"
    receiver.answers[:] = [(200, reply.encode())]
    _write(sandbox, "wechat-hall")
    assert _settled(sandbox)["deliveries"][0]["outcome"] == "passive"
    assert [(s["operation"], s["text"]) for s in sandbox.sent()] == [("passive_reply", "稍等")]


def test_a_strange_answer_is_noted_and_not_delivered_again(sandbox: SandboxProcess, receiver: Any) -> None:
    receiver.answers[:] = [(200, b"<html>ok</html")]
    _write(sandbox)
    assert len(_settled(sandbox)["deliveries"]) == 1
    assert [v["rule"] for v in sandbox.violations()] == ["wechat_malformed_answer"]


@pytest.mark.parametrize("account", ["wechat-main", "wechat-hall", "weibo-care"])
def test_the_address_check_wants_its_echostr_back(
    sandbox: SandboxProcess, receiver: Any, account: str
) -> None:
    assert sandbox.control("POST", "/verify_callback", {"account": account})["verified"] is True
    (push,) = receiver.received
    assert push.method == "GET"
    assert set(push.query) == {"signature", "timestamp", "nonce", "echostr"}


def test_nobody_listening_is_a_given_up_push_and_no_crash() -> None:
    from sandbox.testing import start_sandbox  # noqa: PLC0415  (a server of its own, with no listener)

    with start_sandbox(callback_base="http://127.0.0.1:9") as alone:
        alone.control("POST", "/limits", {"values": {"push_retry_seconds": 0.01}})
        _write(alone)
        push = _settled(alone)
        assert (push["state"], push["deliveries"][0]["outcome"]) == ("given_up", "ConnectionRefusedError")
