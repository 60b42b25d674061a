"""Drafts, publishing, comments below articles, datacube."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxProcess

ARTICLE = {"title": "夏季套餐", "content": "<p>详情</p>", "thumb_media_id": "t", "need_open_comment": 1}


@pytest.fixture
def wechat(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Callable[..., Any]:
    def call(path: str, body: Any, account: str = "wechat-main") -> Any:
        known = credentials(account)
        client = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
        token = sandbox.http.post("/wechat/cgi-bin/stable_token", json=client).json()["access_token"]
        raw = json.dumps(body, ensure_ascii=False).encode()
        return sandbox.http.post(f"/wechat{path}", params={"access_token": token}, content=raw).json()

    return call


def _publish(sandbox: SandboxProcess, wechat: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Publish one article; the submission's answer and the final state."""
    sandbox.control("POST", "/limits", {"values": {"wechat_publish_seconds": 0.05}})
    media_id = wechat("/cgi-bin/draft/add", {"articles": [ARTICLE]})["media_id"]
    job = wechat("/cgi-bin/freepublish/submit", {"media_id": media_id})
    for _ in range(6000):
        state = wechat("/cgi-bin/freepublish/get", {"publish_id": job["publish_id"]})
        if state["publish_status"] == 0:
            return job, state
        time.sleep(0.01)
    raise AssertionError("the article was not published")


def test_a_draft_can_be_read_changed_listed_and_deleted(wechat: Callable[..., Any]) -> None:
    media_id = wechat("/cgi-bin/draft/add", {"articles": [ARTICLE]})["media_id"]
    change = {"media_id": media_id, "index": 0, "articles": {"title": "改名"}}
    assert wechat("/cgi-bin/draft/update", change)["errcode"] == 0
    assert wechat("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["title"] == "改名"
    listed = wechat("/cgi-bin/draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert (listed["total_count"], listed["item"][0]["media_id"]) == (1, media_id)
    assert "content" not in listed["item"][0]["content"]["news_item"][0]
    assert wechat("/cgi-bin/draft/delete", {"media_id": media_id})["errcode"] == 0
    assert wechat("/cgi-bin/draft/get", {"media_id": media_id})["errcode"] == 40007


def test_publishing_is_asynchronous_and_announced(
    sandbox: SandboxProcess, wechat: Callable[..., Any], receiver: Any
) -> None:
    job, state = _publish(sandbox, wechat)
    body = receiver.wait(1)[0].body.decode()
    assert "PUBLISHJOBFINISH" in body
    assert f"<publish_id>{job['publish_id']}</publish_id>" in body
    assert f"<![CDATA[{state['article_id']}]]>" in body
    article = wechat("/cgi-bin/freepublish/getarticle", {"article_id": state["article_id"]})
    assert article["news_item"][0]["title"] == "夏季套餐"
    assert [s["operation"] for s in sandbox.sent("wechat-main")] == ["freepublish"]


def test_a_comment_is_answered_once(sandbox: SandboxProcess, wechat: Callable[..., Any]) -> None:
    job, _state = _publish(sandbox, wechat)
    body = {"account": "wechat-main", "customer": "甲", "text": "多少钱一个月"}
    written = sandbox.control("POST", "/customer/comment", body)
    key = {"msg_data_id": job["msg_data_id"], "index": 0}
    page = wechat("/cgi-bin/comment/list", {**key, "begin": 0, "count": 49, "type": 0})
    assert [(c["content"], "reply" in c) for c in page["comment"]] == [("多少钱一个月", False)]
    answer = {**key, "user_comment_id": int(written["id"]), "content": "59 元"}
    assert wechat("/cgi-bin/comment/reply/add", answer)["errcode"] == 0
    assert wechat("/cgi-bin/comment/reply/add", answer)["errcode"] == 88005
    page = wechat("/cgi-bin/comment/list", {**key, "begin": 0, "count": 49, "type": 0})
    assert page["comment"][0]["reply"]["content"] == "59 元"
    thread = sandbox.control("GET", "/customer/thread", account="wechat-main", customer="甲", kind="comment")
    assert [m["text"] for m in thread["messages"]] == ["多少钱一个月", "59 元"]


@pytest.mark.parametrize(
    ("account", "body", "code"),
    [
        ("wechat-club", {"msg_data_id": 1, "index": 0, "begin": 0, "count": 10}, 88000),
        ("wechat-main", {"msg_data_id": 1, "index": 0, "begin": 0, "count": 10}, 88001),
    ],
)
def test_comments_need_the_right_and_the_article(
    wechat: Callable[..., Any], account: str, body: dict[str, int], code: int
) -> None:
    assert wechat("/cgi-bin/comment/list", body, account)["errcode"] == code


def test_datacube_is_the_same_each_time_and_only_for_past_days(
    sandbox: SandboxProcess, wechat: Callable[..., Any]
) -> None:
    sandbox.control("POST", "/clock", {"set": 1_800_000_000})  # 2027-01-15 16:00 in Beijing
    week = {"begin_date": "2027-01-08", "end_date": "2027-01-14"}
    first, again = (wechat("/datacube/getusercumulate", week) for _ in range(2))
    assert first == again
    assert [row["ref_date"] for row in first["list"]][-1] == "2027-01-14"
    assert wechat("/datacube/getusersummary", week)["list"]
    assert wechat("/datacube/getupstreammsg", week)["list"][0]["msg_count"] > 0
    today = {"begin_date": "2027-01-15", "end_date": "2027-01-15"}
    assert wechat("/datacube/getusercumulate", today)["errcode"] == 61501
    eight = {"begin_date": "2027-01-07", "end_date": "2027-01-14"}
    assert wechat("/datacube/getusercumulate", eight)["errcode"] == 61501
    assert wechat("/datacube/getusercumulate", {**week, "end_date": "soon"})["errcode"] == 61500
