"""Customer-service messages and their windows, template messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxProcess

Call = Callable[..., Any]


@pytest.fixture
def wechat(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Call:
    """Call the API as an account (`wechat-main`): POST with a body, GET without."""
    tokens: dict[str, str] = {}

    def token(key: str) -> str:
        if key not in tokens:
            known = credentials(key)
            body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
            answer = sandbox.http.post("/wechat/cgi-bin/stable_token", json=body).json()
            tokens[key] = str(answer["access_token"])
        return tokens[key]

    def call(path: str, body: Any = None, account: str = "wechat-main", **query: Any) -> Any:
        query["access_token"] = token(account)
        if body is None:
            return sandbox.http.get(f"/wechat{path}", params=query).json()
        raw = json.dumps(body, ensure_ascii=False).encode()
        return sandbox.http.post(f"/wechat{path}", params=query, content=raw).json()

    return call


@pytest.fixture
def answer(wechat: Call) -> Callable[[str], int]:
    """Send a text to an openid; gives the errcode."""

    def send(openid: str, text: str = "您好") -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return int(wechat("/cgi-bin/message/custom/send", body)["errcode"])

    return send


def _writes(sandbox: SandboxProcess, text: str = "在吗") -> str:
    body = {"account": "wechat-main", "customer": "甲", "text": text}
    return str(sandbox.control("POST", "/customer/message", body)["person"])


def _does(sandbox: SandboxProcess, event: str, **fields: str) -> str:
    body = {"account": "wechat-main", "customer": "甲", "event": event, "fields": fields}
    return str(sandbox.control("POST", "/customer/event", body)["person"])


def _later(sandbox: SandboxProcess, seconds: float) -> None:
    sandbox.control("POST", "/clock", {"advance_seconds": seconds})


def test_five_messages_may_follow_one_of_the_follower(
    sandbox: SandboxProcess, answer: Callable[[str], int]
) -> None:
    openid = _writes(sandbox)
    assert [answer(openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert len(sandbox.sent("wechat-main")) == 5
    assert [v["rule"] for v in sandbox.violations()] == ["wechat_reply_quota"]


def test_a_new_message_renews_the_allowance(sandbox: SandboxProcess, answer: Callable[[str], int]) -> None:
    openid = _writes(sandbox)
    assert [answer(openid) for _ in range(5)] == [0] * 5
    _writes(sandbox, "还在吗")
    assert [answer(openid) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_after_48_hours_the_window_is_closed(sandbox: SandboxProcess, answer: Callable[[str], int]) -> None:
    openid = _writes(sandbox)
    _later(sandbox, 48 * 3600 - 60)
    assert answer(openid) == 0
    _later(sandbox, 61)
    assert answer(openid) == 45015


@pytest.mark.parametrize("event", ["subscribe", "SCAN", "CLICK"])
def test_an_act_opens_a_minute_for_three(
    sandbox: SandboxProcess, answer: Callable[[str], int], event: str
) -> None:
    openid = _does(sandbox, event)
    assert [answer(openid) for _ in range(4)] == [0, 0, 0, 45047]
    _does(sandbox, event)
    _later(sandbox, 61)
    assert answer(openid) == 45015


def test_a_click_renews_but_does_not_add_up(sandbox: SandboxProcess, answer: Callable[[str], int]) -> None:
    openid = _writes(sandbox)
    assert [answer(openid) for _ in range(4)] == [0] * 4
    _does(sandbox, "CLICK")
    assert [answer(openid) for _ in range(4)] == [0, 0, 0, 45047]
    _later(sandbox, 61)
    assert answer(openid) == 45047


def test_a_view_opens_nothing_and_an_unsubscribe_closes(
    sandbox: SandboxProcess, answer: Callable[[str], int]
) -> None:
    openid = _does(sandbox, "VIEW", EventKey="https://www.yunling.example")
    assert answer(openid) == 45015
    _writes(sandbox)
    _does(sandbox, "unsubscribe")
    assert answer(openid) == 45015


def test_escaped_chinese_is_refused_and_noted(sandbox: SandboxProcess, wechat: Call) -> None:
    openid = _writes(sandbox)
    token = wechat("/cgi-bin/getcallbackip") and _token_of(sandbox)
    body = json.dumps({"touser": openid, "msgtype": "text", "text": {"content": "您好"}})
    refused = sandbox.http.post(
        "/wechat/cgi-bin/message/custom/send", params={"access_token": token}, content=body
    )
    assert refused.json()["errcode"] == 40033
    assert [v["rule"] for v in sandbox.violations()] == ["wechat_escaped_text"]


def _token_of(sandbox: SandboxProcess) -> str:
    known = sandbox.accounts()["wechat-main"]["credentials"]
    body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
    return str(sandbox.http.post("/wechat/cgi-bin/stable_token", json=body).json()["access_token"])


def test_2048_bytes_are_the_most(sandbox: SandboxProcess, wechat: Call) -> None:
    openid = _writes(sandbox)

    def send(text: str) -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return int(wechat("/cgi-bin/message/custom/send", body)["errcode"])

    assert send("好" * 682 + "ab") == 0
    assert send("好" * 683) == 45002


def test_an_unknown_openid_and_an_unknown_type_are_refused(sandbox: SandboxProcess, wechat: Call) -> None:
    text = {"msgtype": "text", "text": {"content": "您好"}}
    assert wechat("/cgi-bin/message/custom/send", {"touser": "o" * 28, **text})["errcode"] == 40003
    openid = _writes(sandbox)
    strange = {"touser": openid, "msgtype": "hologram", "hologram": {}}
    assert wechat("/cgi-bin/message/custom/send", strange)["errcode"] == 40008


def test_a_template_message_is_followed_by_its_event(
    sandbox: SandboxProcess, wechat: Call, receiver: Any
) -> None:
    openid = _writes(sandbox)
    template = sandbox.accounts()["wechat-main"]["settings"]["templates"][0]
    body = {
        "touser": openid,
        "template_id": template,
        "client_msg_id": "k1",
        "data": {"a": {"value": "已修复"}},
    }
    first = wechat("/cgi-bin/message/template/send", body)
    again = wechat("/cgi-bin/message/template/send", body)
    assert first["errcode"] == 0
    assert first["msgid"] == again["msgid"]
    assert b"TEMPLATESENDJOBFINISH" in receiver.wait(2)[1].body
    assert len(sandbox.sent()) == 1
    assert wechat("/cgi-bin/message/template/send", {**body, "template_id": "x"})["errcode"] == 40037


def test_the_daily_quota_of_an_interface_ends_at_midnight_in_beijing(
    sandbox: SandboxProcess, wechat: Call
) -> None:
    sandbox.control("POST", "/clock", {"set": 1_800_000_000})
    sandbox.control("POST", "/limits", {"wechat_daily": {"/cgi-bin/user/get": 2}})
    assert [wechat("/cgi-bin/user/get").get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    quota = wechat("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})["quota"]
    assert quota == {"daily_limit": 2, "used": 3, "remain": 0}
    _later(sandbox, 9 * 3600)
    token = _token_of(sandbox)
    fresh = sandbox.http.get("/wechat/cgi-bin/user/get", params={"access_token": token}).json()
    assert "errcode" not in fresh


def test_followers_have_no_name_and_former_ones_an_openid_only(sandbox: SandboxProcess, wechat: Call) -> None:
    openid = _writes(sandbox)
    info = wechat("/cgi-bin/user/info", openid=openid, lang="zh_CN")
    assert info["subscribe"] == 1
    assert "nickname" not in info
    _does(sandbox, "unsubscribe")
    batch = wechat("/cgi-bin/user/info/batchget", {"user_list": [{"openid": openid}]})
    assert batch["user_info_list"] == [{"subscribe": 0, "openid": openid, "tagid_list": []}]
    assert wechat("/cgi-bin/user/get")["total"] == 0


def test_tags_are_made_given_listed_and_deleted(sandbox: SandboxProcess, wechat: Call) -> None:
    openid = _writes(sandbox)
    tag = wechat("/cgi-bin/tags/create", {"tag": {"name": "宽带用户"}})["tag"]["id"]
    assert wechat("/cgi-bin/tags/create", {"tag": {"name": "宽带用户"}})["errcode"] == 45157
    body = {"openid_list": [openid], "tagid": tag}
    assert wechat("/cgi-bin/tags/members/batchtagging", body)["errcode"] == 0
    assert wechat("/cgi-bin/tags/get")["tags"] == [{"id": tag, "name": "宽带用户", "count": 1}]
    assert wechat("/cgi-bin/user/tag/get", {"tagid": tag})["data"]["openid"] == [openid]
    assert wechat("/cgi-bin/tags/delete", {"tag": {"id": tag}})["errcode"] == 0
    assert wechat("/cgi-bin/tags/getidlist", {"openid": openid})["tagid_list"] == []


def test_media_live_three_days_and_errors_are_json(sandbox: SandboxProcess, wechat: Call) -> None:
    openid, token = _writes(sandbox), _token_of(sandbox)
    query = {"access_token": token, "type": "image"}
    files = {"media": ("a.png", b"\x89PNG picture", "image/png")}
    media_id = sandbox.http.post("/wechat/cgi-bin/media/upload", params=query, files=files).json()["media_id"]
    got = sandbox.http.get("/wechat/cgi-bin/media/get", params={"access_token": token, "media_id": media_id})
    assert (got.content, got.headers["content-type"]) == (b"\x89PNG picture", "image/png")
    image = {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}
    assert wechat("/cgi-bin/message/custom/send", image)["errcode"] == 0
    _later(sandbox, 3 * 86_400 + 1)
    fresh = {"access_token": _token_of(sandbox), "media_id": media_id}
    gone = sandbox.http.get("/wechat/cgi-bin/media/get", params=fresh)
    assert (gone.status_code, gone.json()["errcode"]) == (200, 40007)


def test_a_mass_message_of_the_same_client_id_is_one_job(
    sandbox: SandboxProcess, wechat: Call, receiver: Any
) -> None:
    _writes(sandbox)
    body = {
        "filter": {"is_to_all": True},
        "msgtype": "text",
        "text": {"content": "公告"},
        "clientmsgid": "m1",
    }
    first, again = (wechat("/cgi-bin/message/mass/sendall", body) for _ in range(2))
    assert (first["errcode"], again["errcode"]) == (0, 45065)
    assert again["msg_id"] == first["msg_id"]
    assert [s["operation"] for s in sandbox.sent()] == ["message/mass/sendall"]
    assert any(b"MASSSENDJOBFINISH" in push.body for push in receiver.wait(2))


def test_the_agent_desks_log_is_served_and_empty(wechat: Call) -> None:
    body = {"starttime": 1, "endtime": 2, "msgid": 1, "number": 10}
    assert wechat("/customservice/msgrecord/getmsglist", body)["recordlist"] == []
