"""Comments, articles, followers, tags, templates and figures of WeChat."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.adapters.types import AccountRef, Budget, Cursor, Lane, SendKind, SendRequest, SendState
from app.adapters.wechat import WeChatAdapter
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.support import NOW, ScriptedPlatform, json_response
from tests.adapters.wechat import callbacks

LIST, REPLY = "/cgi-bin/comment/list", "/cgi-bin/comment/reply/add"
SUMMARY = "/datacube/getarticlesummary"
KEY = "2247483650:0"
_BASE = callbacks.account()
ACCOUNT = AccountRef("wechat", "gh_7a", {}, _BASE.credentials, {"watched_articles": [KEY]})


@pytest.fixture
def platform() -> ScriptedPlatform:
    scripted = ScriptedPlatform()
    scripted.answers("/cgi-bin/stable_token", {"access_token": "T1", "expires_in": 7200})
    scripted.answers(SUMMARY, {"list": []})
    return scripted


@pytest.fixture
def adapter(platform: ScriptedPlatform) -> WeChatAdapter:
    return WeChatAdapter(platform.services)


class CommentServer:
    """Newest first by offset: what arrives pushes everything down."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.made = 0
        self.tells_total = True

    def remove(self, count: int, dice: random.Random) -> None:
        """The newest, a stretch or any: what lies below moves up."""
        start = dice.choice((0, dice.randrange(len(self.comments) + 1)))
        kept = self.comments[::-1]
        self.comments = [*kept[:start], *kept[start + count :]][::-1]

    def add(self, count: int) -> None:
        for _ in range(count):
            self.made += 1
            number = self.made
            entry = {
                "user_comment_id": number,
                "openid": f"o{number}",
                "create_time": 1772438400,
                "content": f"第{number}条",
            }
            self.comments.append(entry)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        newest_first = self.comments[::-1][asked["begin"] : asked["begin"] + asked["count"]]
        total = {"total": len(self.comments)} if self.tells_total else {}
        return json_response({"errcode": 0, **total, "comment": newest_first})


def read(adapter: WeChatAdapter, cursor: Cursor | None, calls: int = 1) -> tuple[list[str], Cursor, bool]:
    page = adapter.poll("comments", ACCOUNT, cursor, Budget(calls))
    return [item.external_id for item in page.items], page.next_cursor, page.has_more


def test_comments_are_read_once_and_a_backlog_completely(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    server = CommentServer()
    platform.answers(LIST, server)
    server.add(3)
    seen, cursor, more = read(adapter, None)
    while more:
        found, cursor, more = read(adapter, cursor)
        seen += found
    server.add(200)
    more = True
    while more:
        found, cursor, more = read(adapter, cursor)
        seen += found
        server.add(1)
    found, cursor, more = read(adapter, cursor, 5)
    seen += found
    expected = {f"comment:{KEY}:{number}" for number in range(1, len(server.comments) + 1)}
    assert set(seen) == expected
    assert read(adapter, cursor)[0] == []


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_stands_is_lost_while_rows_come_and_go_between_pages(
    platform: ScriptedPlatform, adapter: WeChatAdapter, seed: int
) -> None:
    """Case B15's kind: offsets shift down with every new comment and up with every one that is taken away."""
    dice = random.Random(seed)
    server = CommentServer()
    server.tells_total = seed % 2 == 0
    platform.answers(LIST, server)
    server.add(dice.randrange(200))
    seen: set[str] = set()
    cursor: Cursor | None = None
    for _ in range(dice.randrange(1, 40)):
        found, cursor, _more = read(adapter, cursor, dice.choice((1, 1, 3)))
        seen |= set(found)
        server.add(dice.choice((0, 1, 5, 60, 130)))
        server.remove(dice.choice((0, 0, 1, 12, 55)), dice)
    for _ in range(200):
        found, cursor, more = read(adapter, cursor)
        seen |= set(found)
        if not more and not found:
            break
    standing = {f"comment:{KEY}:{comment['user_comment_id']}" for comment in server.comments}
    assert standing - seen == set()
    assert not more, "and it comes to an end"


def test_a_comment_carries_what_an_answer_needs(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    entry = {"user_comment_id": 9, "create_time": 1772438400, "content": "宽带多少钱", "reply": []}
    platform.answers(LIST, {"errcode": 0, "comment": [entry]})
    (item,) = adapter.poll("comments", ACCOUNT, None, Budget()).items
    assert item.author is None
    platform.answers(REPLY, {"errcode": 0})
    adapter.send(ACCOUNT, SendRequest(Lane.PUBLIC, SendKind.COMMENT, "每月五十九元", "op", item.context))
    assert json.loads(platform.sent(REPLY)[0].content) == {
        "msg_data_id": 2247483650,
        "index": 0,
        "user_comment_id": 9,
        "content": "每月五十九元",
    }


def answer_to_nine() -> SendRequest:
    target = {"msg_data_id": "2247483650", "index": "0", "user_comment_id": "9"}
    return SendRequest(Lane.PUBLIC, SendKind.COMMENT, "每月五十九元", "op", target)


@pytest.mark.parametrize("shape", [{"content": "每月五十九元"}, [{"content": "每月五十九元"}]])
def test_a_reply_is_recognised_as_object_and_as_list(
    platform: ScriptedPlatform, adapter: WeChatAdapter, shape: Any
) -> None:
    platform.answers(LIST, {"errcode": 0, "comment": [{"user_comment_id": 9, "reply": shape}]})
    found = adapter.reconcile(ACCOUNT, answer_to_nine(), NOW)
    assert found is not None
    assert found.state is SendState.DONE


def test_a_comment_without_reply_may_be_answered_again_and_a_lost_one_leaves_it_open(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(LIST, {"errcode": 0, "comment": [{"user_comment_id": 9}]})
    assert adapter.reconcile(ACCOUNT, answer_to_nine(), NOW) is None
    platform.answers(LIST, {"errcode": 0, "comment": []})
    with pytest.raises(PlatformError) as caught:
        adapter.reconcile(ACCOUNT, answer_to_nine(), NOW)
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME


def test_articles_of_yesterday_are_watched_without_being_named(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(SUMMARY, {"list": [{"ref_date": "2026-03-01", "msgid": "2247483699_2"}]})
    platform.answers(LIST, {"errcode": 0, "comment": []})
    page = adapter.poll("comments", callbacks.account(), None, Budget(5))
    assert json.loads(platform.sent(LIST)[0].content)["msg_data_id"] == 2247483699
    assert json.loads(platform.sent(LIST)[0].content)["index"] == 1
    adapter.poll("comments", callbacks.account(), page.next_cursor, Budget(5))
    assert len(platform.sent(SUMMARY)) == 1


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-03-01T23:59:00Z", "2026-02-28"), ("2026-03-02T00:00:00Z", "2026-03-01")],
    ids=["just before 08:00 in Beijing", "at 08:00"],
)
def test_at_night_the_newest_figures_are_of_the_day_before_yesterday(
    platform: ScriptedPlatform, adapter: WeChatAdapter, moment: str, day: str
) -> None:
    """Comments read before their article's title is known would never have it."""
    platform.clock.advance((datetime.fromisoformat(moment) - NOW).total_seconds())
    platform.answers(SUMMARY, {"list": [{"ref_date": day, "msgid": "2247483699_2", "title": "公告"}]})
    platform.answers(LIST, {"errcode": 0, "comment": [{"user_comment_id": 9, "content": "断网了"}]})
    page = adapter.poll("comments", callbacks.account(), None, Budget(5))
    assert json.loads(platform.sent(SUMMARY)[0].content) == {"begin_date": day, "end_date": day}
    assert page.items[0].origin is not None
    assert page.items[0].origin.title == "公告"


def test_an_account_without_figures_still_reads_its_named_articles(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(SUMMARY, {"errcode": 48001, "errmsg": "api unauthorized"})
    platform.answers(LIST, {"errcode": 0, "comment": [{"user_comment_id": 1, "content": "在吗"}]})
    assert len(adapter.poll("comments", ACCOUNT, None, Budget()).items) == 1


def test_publishing_makes_a_draft_and_submits_it(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers("/cgi-bin/draft/add", {"media_id": "D1"})
    platform.answers("/cgi-bin/freepublish/submit", {"errcode": 0, "publish_id": 100001, "msg_data_id": 7})
    request = SendRequest(Lane.PUBLIC, SendKind.POST, "维护通知\n今晚 <零点>", "op")
    result = adapter.send(ACCOUNT, request)
    assert (result.external_id, result.state) == ("publish:100001", SendState.ACCEPTED)
    draft = json.loads(platform.sent("/cgi-bin/draft/add")[0].content)["articles"][0]
    assert draft["title"] == "维护通知"
    assert draft["content"] == "<p>维护通知</p><p>今晚 &lt;零点&gt;</p>"


def test_a_publication_is_found_by_its_title_and_absent_only_after_a_while(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    listed = {
        "article_id": "A1",
        "content": {"news_item": [{"title": "维护通知"}]},
        "update_time": int(NOW.timestamp()),
    }
    request = SendRequest(Lane.PUBLIC, SendKind.POST, "维护通知\n今晚", "op")
    platform.answers("/cgi-bin/freepublish/batchget", {"item": [listed]}, {"item": []})
    found = adapter.reconcile(ACCOUNT, request, NOW)
    assert found is not None
    assert found.external_id == "article:A1"
    with pytest.raises(PlatformError) as caught:
        adapter.reconcile(ACCOUNT, request, NOW)
    assert caught.value.kind is PlatformErrorKind.TEMPORARY
    assert adapter.reconcile(ACCOUNT, request, NOW - timedelta(minutes=5)) is None


@pytest.mark.parametrize("change", [-25, 0, 3, 30])
def test_a_publication_is_found_below_many_newer_ones_whatever_comes_between_pages(
    platform: ScriptedPlatform, adapter: WeChatAdapter, change: int
) -> None:
    """Case B15's kind: taken for absent it would be published a second time."""
    titles = [f"公告{number}" for number in range(60)]
    titles[45] = "维护通知"
    asked: list[int] = []

    def listed(request: httpx.Request) -> httpx.Response:
        offset = json.loads(request.content)["offset"]
        if asked and len(asked) == 1:
            if change < 0:
                del titles[:-change]
            titles[:0] = [f"新公告{number}" for number in range(change)]
        asked.append(offset)
        entries = [
            {
                "article_id": f"A-{title}",
                "content": {"news_item": [{"title": title}]},
                "update_time": int(NOW.timestamp()) + 60,
            }
            for title in titles[offset : offset + 20]
        ]
        return json_response({"item": entries})

    platform.answers("/cgi-bin/freepublish/batchget", listed)
    request = SendRequest(Lane.PUBLIC, SendKind.POST, "维护通知\n今晚", "op")
    found = adapter.reconcile(ACCOUNT, request, NOW - timedelta(minutes=5))
    assert found is not None
    assert found.external_id == "article:A-维护通知"


def test_followers_are_paged_by_the_last_openid(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers(
        "/cgi-bin/user/get",
        {"total": 3, "count": 2, "data": {"openid": ["a", "b"]}, "next_openid": "b"},
        {"total": 3, "count": 1, "data": {"openid": ["c"]}, "next_openid": "c"},
        {"total": 3, "count": 0, "next_openid": ""},
    )
    first = adapter.followers(ACCOUNT)
    second = adapter.followers(ACCOUNT, first.next_cursor)
    third = adapter.followers(ACCOUNT, second.next_cursor)
    people = [author.external_id for page in (first, second, third) for author in page.authors]
    assert (people, first.total, third.next_cursor) == (["a", "b", "c"], 3, None)


def test_a_follower_has_a_remark_at_most(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers(
        "/cgi-bin/user/info", {"subscribe": 1, "openid": "a", "remark": "老客户", "nickname": ""}
    )
    author = adapter.get_author(ACCOUNT, "a")
    assert (author.name, author.is_follower, author.avatar_url) == ("老客户", True, None)


def test_many_contacts_are_tagged_fifty_at_a_time(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers("/cgi-bin/tags/get", {"tags": [{"id": 101, "name": "投诉", "count": 0}]})
    platform.answers("/cgi-bin/tags/members/batchtagging", {"errcode": 0})
    assert adapter.list_tags(ACCOUNT) == {"101": "投诉"}
    adapter.set_tag(ACCOUNT, "101", [f"o{number}" for number in range(120)], True)
    sizes = [
        len(json.loads(request.content)["openid_list"])
        for request in platform.sent("/cgi-bin/tags/members/batchtagging")
    ]
    assert sizes == [50, 50, 20]


def test_a_template_carries_our_key(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers("/cgi-bin/message/template/send", {"errcode": 0, "msgid": 200228332})
    result = adapter.send_template(ACCOUNT, "o1", "TM1", {"result": "已修复"}, "op-9")
    assert (result.external_id, result.state) == ("template:200228332", SendState.ACCEPTED)
    body = json.loads(platform.sent("/cgi-bin/message/template/send")[0].content)
    assert (body["client_msg_id"], body["data"]) == ("op-9", {"result": {"value": "已修复"}})


def test_fan_figures_are_asked_in_weeks_and_missing_days_stay_missing(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    row = {"ref_date": "2026-02-20", "user_source": 30, "new_user": 5, "cancel_user": 1}
    platform.answers("/datacube/getusersummary", {"list": [row]}, {"list": []})
    platform.answers(
        "/datacube/getusercumulate",
        {"list": [{"ref_date": "2026-02-20", "cumulate_user": 900}]},
        {"list": []},
    )
    figures = adapter.fan_trend(ACCOUNT, "2026-02-20", "2026-03-31")
    spans = [json.loads(request.content) for request in platform.sent("/datacube/getusersummary")]
    assert spans == [
        {"begin_date": "2026-02-20", "end_date": "2026-02-26"},
        {"begin_date": "2026-02-27", "end_date": "2026-03-01"},
    ]
    assert [(figure.dimension, dict(figure.values)) for figure in figures] == [
        ("30", {"new_user": 5, "cancel_user": 1}),
        (None, {"cumulate_user": 900}),
    ]


def test_deleting_a_comment_names_its_article(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers("/cgi-bin/comment/delete", {"errcode": 88008, "errmsg": "gone"})
    adapter.delete(ACCOUNT, "comment:2247483650:0:9")
    assert json.loads(platform.sent("/cgi-bin/comment/delete")[0].content)["user_comment_id"] == 9
    with pytest.raises(ValueError, match="cannot delete"):
        adapter.delete(ACCOUNT, "message:1")


def test_a_switched_off_feature_is_refused_before_the_call(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    settings = {"disabled_features": ["reply_public"]}
    account = AccountRef("wechat", "gh_7a", {}, _BASE.credentials, settings)
    assert [v.code for v in adapter.validate(account, answer_to_nine())] == ["missing_capability"]
