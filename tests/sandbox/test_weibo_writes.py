"""Weibo's writes: operator's address, length, repeated texts, rights, deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxProcess

Weibo = Callable[..., Any]
RIP = {"rip": "203.0.113.9"}


@pytest.fixture
def post(sandbox: SandboxProcess) -> str:
    body = {"account": "weibo-care", "customer": "甲", "text": "没有信号"}
    return str(sandbox.control("POST", "/customer/post", body)["id"])


def test_a_comment_is_recorded_once_with_its_target(sandbox: SandboxProcess, weibo: Weibo, post: str) -> None:
    created = weibo("comments/create", {"id": post, "comment": "正在核实", **RIP}).json()
    (sent,) = sandbox.sent("weibo-care")
    assert (sent["id"], sent["operation"], sent["target"]) == (
        created["idstr"],
        "comments/create",
        {"status": post},
    )
    thread = sandbox.control("GET", "/customer/thread", account="weibo-care", customer="甲", kind="post")
    assert [message["from"] for message in thread["messages"]] == ["customer", "brand"]


def test_a_write_without_the_operators_address_is_refused(
    sandbox: SandboxProcess, weibo: Weibo, post: str
) -> None:
    assert weibo("comments/create", {"id": post, "comment": "您好"}).json()["error_code"] == 10016
    assert (
        weibo("comments/create", {"id": post, "comment": "您好", "rip": "here"}).json()["error_code"] == 10017
    )
    assert sandbox.sent() == []
    assert [v["rule"] for v in sandbox.violations()] == ["weibo_rip_missing"]


def test_the_same_text_again_is_refused_until_minutes_have_passed(
    sandbox: SandboxProcess, weibo: Weibo, post: str
) -> None:
    form = {"id": post, "comment": "已经为您登记", **RIP}
    assert weibo("comments/create", form).status_code == 200
    assert weibo("comments/create", form).json()["error_code"] == 20019
    sandbox.control("POST", "/clock", {"advance_seconds": 601})
    assert weibo("comments/create", form).status_code == 200
    assert len(sandbox.sent()) == 2


def test_the_same_text_below_another_status_is_allowed_unless_account_wide(
    sandbox: SandboxProcess, weibo: Weibo, post: str
) -> None:
    other = sandbox.control(
        "POST", "/customer/post", {"account": "weibo-care", "customer": "乙", "text": "断网"}
    )
    text = {"comment": "您好，请私信我们号码", **RIP}
    assert weibo("comments/create", {"id": post, **text}).status_code == 200
    assert weibo("comments/create", {"id": other["id"], **text}).status_code == 200
    sandbox.control("POST", "/limits", {"values": {"weibo_duplicate_account_wide": 1}})
    third = sandbox.control(
        "POST", "/customer/post", {"account": "weibo-care", "customer": "丙", "text": "断网"}
    )
    assert weibo("comments/create", {"id": third["id"], **text}).json()["error_code"] == 20019


def test_140_units_count_full_width_as_one_and_half_width_as_half(weibo: Weibo, post: str) -> None:
    assert weibo("comments/create", {"id": post, "comment": "好" * 140, **RIP}).status_code == 200
    assert weibo("comments/create", {"id": post, "comment": "a" * 280, **RIP}).status_code == 200
    assert (
        weibo("comments/create", {"id": post, "comment": "好" * 140 + "a", **RIP}).json()["error_code"]
        == 20012
    )


def test_a_reply_needs_the_status_of_the_comment(sandbox: SandboxProcess, weibo: Weibo, post: str) -> None:
    body = {"account": "weibo-care", "customer": "甲", "text": "在吗"}
    comment = sandbox.control("POST", "/customer/comment", body)
    form = {"cid": comment["id"], "id": post, "comment": "在的", **RIP}
    assert weibo("comments/reply", form).json()["error_code"] == 20201
    right = weibo("comments/reply", {**form, "id": comment["thread"], "without_mention": 1})
    assert right.json()["text"] == "在的"


def test_an_answer_to_a_deleted_post_says_so(sandbox: SandboxProcess, weibo: Weibo, post: str) -> None:
    sandbox.control("POST", "/customer/delete", {"id": post})
    assert weibo("comments/create", {"id": post, "comment": "您好", **RIP}).json()["error_code"] == 20101


def test_only_own_statuses_can_be_destroyed(weibo: Weibo, post: str) -> None:
    assert weibo("statuses/destroy", {"id": post}).json()["error_code"] == 20102
    own = weibo("statuses/update", {"status": "夜间升级公告", **RIP}).json()
    assert weibo("statuses/destroy", {"id": own["idstr"]}).json()["idstr"] == own["idstr"]
    assert weibo("statuses/show", id=own["idstr"]).json()["error_code"] == 20101


def test_an_ordinary_app_may_only_share_with_a_link_of_its_domain(
    sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]
) -> None:
    token = {"access_token": credentials("weibo-broadband")["access_token"], **RIP}

    def write(path: str, status: str) -> Any:
        return sandbox.http.post(f"/weibo/2/statuses/{path}.json", data={**token, "status": status}).json()

    assert write("update", "公告")["error_code"] == 10014
    assert write("share", "公告")["error_code"] == 10017
    assert write("share", "#公告# https://www.yunling.example/a")["error_code"] == 10017
    assert write("share", "公告 https://evil-yunling.example/a")["error_code"] == 10017
    assert "idstr" in write("share", "公告 https://www.yunling.example/a")


def test_an_uploaded_picture_must_be_one(
    sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]
) -> None:
    form = {"access_token": credentials("weibo-care")["access_token"], "status": "看图", **RIP}
    path = "/weibo/2/statuses/upload.json"
    refused = sandbox.http.post(path, data=form, files={"pic": ("a.png", b"not a picture")})
    assert refused.json()["error_code"] == 20005
    good = sandbox.http.post(path, data=form, files={"pic": ("a.png", b"\x89PNG rest")})
    assert "/large/" in good.json()["original_pic"]
    assert "/thumbnail/" in good.json()["pic_urls"][0]["thumbnail_pic"]


def test_own_comments_can_be_read_back_after_a_lost_answer(
    sandbox: SandboxProcess, weibo: Weibo, post: str
) -> None:
    fault = {"match": "comments/create", "kind": "drop_after_acting"}
    sandbox.control("POST", "/faults", fault)
    with pytest.raises(Exception, match=r"disconnected|reset|closed"):
        weibo("comments/create", {"id": post, "comment": "已派单", **RIP})
    assert [c["text"] for c in weibo("comments/by_me").json()["comments"]] == ["已派单"]
