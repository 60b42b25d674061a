"""What was written before the journal began is neither pushed nor listed, but it can be answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.testing import SandboxProcess

STATUS, COMMENT, BELOW = 5_100_000_000_000_001, 5_100_000_000_000_002, 5_100_000_000_000_000


def post(**values: Any) -> dict[str, Any]:
    usual = {"account": "weibo-care", "customer": "旧客", "text": "还没修好", "at": time.time() - 3_600}
    return {**usual, **values}


def test_a_status_and_a_comment_can_be_answered(sandbox: SandboxProcess, weibo: Callable[..., Any]) -> None:
    posts = [post(kind="mention", id=str(STATUS)), post(kind="comment", id=str(COMMENT), below=str(BELOW))]
    for _ in range(2):
        assert sandbox.control("POST", "/earlier", {"posts": posts}) == {"taken": 2}
    assert weibo("statuses/mentions").json()["statuses"] == []
    own = weibo("comments/create", {"id": STATUS, "comment": "马上来", "rip": "192.0.2.1"}).json()
    assert own["text"] == "马上来"
    reply = weibo(
        "comments/reply", {"id": BELOW, "cid": COMMENT, "comment": "好的", "rip": "192.0.2.1"}
    ).json()
    assert "好的" in reply["text"]


def test_a_private_message_opens_the_window_it_had(sandbox: SandboxProcess) -> None:
    said = post(kind="private_message", account="wechat-main", id="77")
    for _ in range(2):
        sandbox.control("POST", "/earlier", {"posts": [said]})
    thread = sandbox.control("GET", "/customer/thread", account="wechat-main", customer="旧客", kind="dm")
    assert [line["text"] for line in thread["messages"]] == ["还没修好"]


def test_what_lacks_something_is_refused_and_nothing_is_kept(
    sandbox: SandboxProcess, weibo: Callable[..., Any]
) -> None:
    posts = [post(kind="mention", id=str(STATUS)), post(kind="comment", id=str(COMMENT))]
    answer = sandbox.http.post("/_control/earlier", json={"posts": posts})
    assert answer.status_code == 400
    assert "below" in answer.json()["error"]
    assert sandbox.http.get("/weibo/2/statuses/show.json", params={"id": STATUS}).status_code != 200
