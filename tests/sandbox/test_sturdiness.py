"""Strange input is answered, rules hold under concurrency, what waits survives a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.testing import SandboxProcess, start_sandbox

STRANGE: tuple[Any, ...] = (None, 7, -1, 2**80, "", "x", "😀", [], [1], {}, {"a": {}}, True, "9" * 40)
WECHAT_PATHS = {
    "/cgi-bin/message/custom/send": ("touser", "msgtype", "text"),
    "/cgi-bin/message/custom/typing": ("touser", "command"),
    "/cgi-bin/message/template/send": ("touser", "template_id", "data"),
    "/cgi-bin/message/mass/sendall": ("filter", "msgtype", "text"),
    "/cgi-bin/tags/create": ("tag",),
    "/cgi-bin/tags/update": ("tag",),
    "/cgi-bin/tags/members/batchtagging": ("openid_list", "tagid"),
    "/cgi-bin/user/info/batchget": ("user_list",),
    "/cgi-bin/draft/add": ("articles",),
    "/cgi-bin/draft/batchget": ("offset", "count"),
    "/cgi-bin/comment/list": ("msg_data_id", "index", "begin", "count"),
    "/cgi-bin/comment/reply/add": ("msg_data_id", "index", "user_comment_id", "content"),
    "/cgi-bin/openapi/quota/get": ("cgi_path",),
    "/datacube/getusersummary": ("begin_date", "end_date"),
}
WEIBO_PATHS = {
    "statuses/mentions": ("since_id", "max_id", "count", "page", "trim_user"),
    "statuses/show": ("id",),
    "statuses/count": ("ids",),
    "comments/show_batch": ("cids",),
    "friendships/followers": ("cursor", "count", "uid"),
    "users/show": ("screen_name",),
    "friendships/show": ("source_id", "target_id"),
    "search/topics": ("q", "count"),
}


@pytest.fixture
def wechat_token(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> str:
    known = credentials("wechat-main")
    body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
    return str(sandbox.http.post("/wechat/cgi-bin/stable_token", json=body).json()["access_token"])


@pytest.mark.parametrize("path", WECHAT_PATHS)
def test_wechat_answers_strange_bodies_with_a_code(
    sandbox: SandboxProcess, wechat_token: str, path: str
) -> None:
    for value in STRANGE:
        body = json.dumps(dict.fromkeys(WECHAT_PATHS[path], value), ensure_ascii=False).encode()
        answer = sandbox.http.post(f"/wechat{path}", params={"access_token": wechat_token}, content=body)
        assert answer.status_code == 200, (value, answer.text)
        assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", WEIBO_PATHS)
def test_weibo_answers_strange_parameters_with_a_code(
    weibo: Callable[..., httpx.Response], path: str
) -> None:
    for value in ("", "x", "-1", "9" * 40, "1,2", "😀", "1e5"):
        answer = weibo(path, **dict.fromkeys(WEIBO_PATHS[path], value))
        assert answer.status_code in (200, 400, 403), (value, answer.text)
        assert answer.status_code == 200 or answer.json()["error_code"]


@pytest.mark.parametrize("data", ["", "[]", "{}", '{"articles": [1]}', '{"text": {"a": 1}}', "%7B", "null"])
@pytest.mark.parametrize("kind", ["text", "articles", "position", "hologram"])
def test_the_fan_service_answers_strange_data(
    sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]], kind: str, data: str
) -> None:
    sandbox.control("POST", "/customer/message", {"account": "weibo-care", "customer": "甲", "text": "在吗"})
    uid = sandbox.control("GET", "/pushes")["push"][0]["person"]
    token = credentials("weibo-care")["fan_token"]
    form = {"access_token": token, "receiver_id": uid, "type": kind, "data": data}
    assert sandbox.http.post("/weibo-m/2/messages/reply.json", data=form).status_code in (200, 400)


def test_the_same_comment_sent_at_once_from_many_is_published_once(
    sandbox: SandboxProcess, weibo: Callable[..., httpx.Response]
) -> None:
    post = sandbox.control(
        "POST", "/customer/post", {"account": "weibo-care", "customer": "甲", "text": "断网"}
    )
    form = {"id": post["id"], "comment": "已登记", "rip": "203.0.113.9"}
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _n: weibo("comments/create", form).status_code, range(24)))
    assert answers.count(200) == 1
    assert len(sandbox.sent()) == 1


def test_a_quota_holds_when_many_send_at_once(sandbox: SandboxProcess, wechat_token: str) -> None:
    body = {"account": "wechat-main", "customer": "甲", "text": "在吗"}
    openid = sandbox.control("POST", "/customer/message", body)["person"]

    def send(number: int) -> int:
        message = {"touser": openid, "msgtype": "text", "text": {"content": f"{number}"}}
        query = {"access_token": wechat_token}
        return int(
            sandbox.http.post("/wechat/cgi-bin/message/custom/send", params=query, json=message).json()[
                "errcode"
            ]
        )

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(send, range(20)))
    assert sorted(codes) == [0] * 5 + [45047] * 15


def test_one_idempotency_key_used_by_many_at_once_makes_one_status(
    sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]
) -> None:
    token = credentials("mastodon-care")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "same"}

    def post(_number: int) -> str:
        answer = sandbox.http.post("/mastodon/api/v1/statuses", json={"status": "公告"}, headers=headers)
        return str(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(post, range(16)))) == 1


def test_a_push_that_waited_is_delivered_after_a_crash(listening: Any, tmp_path: Path) -> None:
    listening.received.clear()
    listening.answers[:] = [(500, b""), (200, b"success")]
    with start_sandbox(data=tmp_path, callback_base=listening.address) as sandbox:
        sandbox.control("POST", "/limits", {"values": {"push_retry_seconds": 3600}})
        body = {"account": "wechat-main", "customer": "甲", "text": "别丢了我"}
        sandbox.control("POST", "/customer/message", body)
        listening.wait(1)
        sandbox.kill()
        sandbox.start()
        first, again = listening.wait(2)
        assert first.body == again.body
        assert "别丢了我".encode() in again.body
