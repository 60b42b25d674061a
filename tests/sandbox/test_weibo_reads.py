"""Weibo's lists: order, paging by ids, short pages, cut texts, deleted originals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxProcess

Weibo = Callable[..., Any]


@pytest.fixture
def posted(sandbox: SandboxProcess) -> list[str]:
    """Ids of seven mentions, oldest first."""
    return [_post(sandbox, f"第{number}条：宽带断了") for number in range(7)]


def _post(sandbox: SandboxProcess, text: str, customer: str = "甲", **more: Any) -> str:
    body = {"account": "weibo-care", "customer": customer, "text": text, **more}
    return str(sandbox.control("POST", "/customer/post", body)["id"])


def _ids(answer: Any) -> list[str]:
    return [status["idstr"] for status in answer.json()["statuses"]]


def test_mentions_come_newest_first(weibo: Weibo, posted: list[str]) -> None:
    assert _ids(weibo("statuses/mentions")) == posted[::-1]


def test_since_id_is_strictly_newer_and_max_id_includes_its_own(weibo: Weibo, posted: list[str]) -> None:
    assert _ids(weibo("statuses/mentions", since_id=posted[2])) == posted[:2:-1]
    assert _ids(weibo("statuses/mentions", max_id=posted[2])) == posted[2::-1]


def test_pages_by_number_do_not_overlap(weibo: Weibo, posted: list[str]) -> None:
    pages = [_ids(weibo("statuses/mentions", count=3, page=number)) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [id_ for page in pages for id_ in page] == posted[::-1]


def test_a_deleted_post_leaves_a_short_page_in_front_of_older_ones(
    sandbox: SandboxProcess, weibo: Weibo, posted: list[str]
) -> None:
    sandbox.control("POST", "/customer/delete", {"id": posted[5]})
    assert _ids(weibo("statuses/mentions", count=3)) == [posted[6], posted[4]]
    assert weibo("statuses/mentions", count=3).json()["total_number"] == 7


def test_ids_only_are_text(weibo: Weibo, posted: list[str]) -> None:
    assert weibo("statuses/mentions/ids").json()["statuses"] == posted[::-1]


def test_ids_are_integers_beyond_32_bits_and_the_same_as_text(weibo: Weibo, posted: list[str]) -> None:
    status = weibo("statuses/mentions", count=1).json()["statuses"][0]
    assert status["id"] == int(status["idstr"]) > 2**32
    assert status["user"]["verified_type"] == -1


def test_a_long_text_is_cut_in_lists_and_whole_in_show(sandbox: SandboxProcess, weibo: Weibo) -> None:
    text = "账单看不懂" * 60
    id_ = _post(sandbox, text)
    listed = weibo("statuses/mentions").json()["statuses"][0]
    assert listed["isLongText"]
    assert "...全文： http://m.weibo.cn/" in listed["text"]
    assert listed["text"].endswith("\u200b")
    assert weibo("statuses/show", id=id_).json()["longText"]["longTextContent"].endswith(text)


def test_a_repost_of_a_deleted_status_has_an_original_without_user(
    sandbox: SandboxProcess, weibo: Weibo
) -> None:
    original = _post(sandbox, "原来的话")
    _post(sandbox, "转发 //@甲:原来的话", "乙", repost_of=original)
    sandbox.control("POST", "/customer/delete", {"id": original})
    repost = weibo("statuses/mentions").json()["statuses"][0]
    assert repost["retweeted_status"]["deleted"] == "1"
    assert "user" not in repost["retweeted_status"]


def test_reposts_are_an_empty_array_while_there_are_none(weibo: Weibo, posted: list[str]) -> None:
    assert weibo("statuses/repost_timeline", id=posted[0]).json() == []


def test_comments_on_own_statuses_and_replies_to_own_comments_are_to_me(
    sandbox: SandboxProcess, weibo: Weibo
) -> None:
    ask = {"account": "weibo-care", "customer": "甲", "text": "请问怎么补卡"}
    first = sandbox.control("POST", "/customer/comment", ask)
    form = {"cid": first["id"], "id": first["thread"], "comment": "带身份证到营业厅", "rip": "8.8.8.8"}
    own = weibo("comments/reply", form).json()
    back = sandbox.control("POST", "/customer/comment", {**ask, "text": "好的", "reply_to": own["idstr"]})
    found = weibo("comments/to_me").json()["comments"]
    assert [comment["idstr"] for comment in found] == [back["id"], first["id"]]
    assert found[0]["reply_comment"]["text"] == "回复@甲:带身份证到营业厅"
    assert found[0]["status"]["idstr"] == first["thread"]


def test_a_comment_elsewhere_that_names_the_brand_is_a_mention(sandbox: SandboxProcess, weibo: Weibo) -> None:
    body = {"account": "weibo-campus", "customer": "甲", "text": "@云岭通信客服 校园网归你们管吗"}
    written = sandbox.control("POST", "/customer/comment", body)
    assert [c["idstr"] for c in weibo("comments/mentions").json()["comments"]] == [written["id"]]
    assert weibo("comments/to_me").json()["comments"] == []


def test_another_users_timeline_needs_the_business_api(sandbox: SandboxProcess, weibo: Weibo) -> None:
    _post(sandbox, "问一下")
    uid = weibo("statuses/mentions").json()["statuses"][0]["user"]["idstr"]
    refused = weibo("statuses/user_timeline", uid=uid)
    assert (refused.status_code, refused.json()["error_code"]) == (403, 10014)
    token = sandbox.accounts()["weibo-care"]["credentials"]["access_token"]
    path = "/weibo-c/2/statuses/user_timeline/other.json"
    allowed = sandbox.http.get(path, params={"uid": uid, "access_token": token})
    assert len(allowed.json()["statuses"]) == 1


def test_open_level_shows_five_followers_a_call(sandbox: SandboxProcess, weibo: Weibo) -> None:
    for number in range(7):
        body = {"account": "weibo-care", "customer": f"粉丝{number}", "event": "follow"}
        sandbox.control("POST", "/customer/event", body)
    first = weibo("friendships/followers", count=50).json()
    rest = weibo("friendships/followers", count=50, cursor=first["next_cursor"]).json()
    assert (len(first["users"]), len(rest["users"]), rest["next_cursor"]) == (5, 2, 0)
    assert first["users"][0]["follow_me"]


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("statuses/show", {"id": "1"}, 20101),
        ("statuses/show", {}, 10016),
        ("statuses/mentions", {"count": "many"}, 10017),
        ("users/show", {"uid": "12"}, 20003),
        ("statuses/nothing", {}, 10020),
        ("comments/create", {}, 10021),
    ],
)
def test_wrong_questions_get_the_documented_code(
    weibo: Weibo, path: str, query: dict[str, str], code: int
) -> None:
    answer = weibo(path, **query)
    assert answer.status_code in (400, 403)
    assert answer.json()["error_code"] == code
    assert answer.json()["request"] == f"/2/{path}.json"
