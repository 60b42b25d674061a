"""Weibo's objects become our values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.types import ItemKind, Lane
from app.adapters.weibo import parse
from tests.adapters.support import NOW
from tests.adapters.weibo.payloads import BRAND, comment, status, user


def test_a_status_that_names_us_is_a_public_mention() -> None:
    item = parse.status(status(5271234567890123), BRAND, NOW)
    assert item.external_id == "status:5271234567890123"
    assert (item.kind, item.lane, item.thread_key) == (
        ItemKind.MENTION,
        Lane.PUBLIC,
        "status:5271234567890123",
    )
    assert item.context["status_id"] == "5271234567890123"
    assert item.author is not None
    assert (item.author.name, item.author.followers) == ("翠湖边的阿杰", 12_000)
    assert item.url is not None
    assert item.url.startswith("https://weibo.com/2088100200/")


def test_a_repost_of_our_own_status_is_told_from_a_mention() -> None:
    ours = status(5270000000000001, "春季提速活动开始了", user=user(int(BRAND), "云岭通信客服"))
    item = parse.status(status(5271234567890124, "转发微博", retweeted_status=ours), BRAND, NOW)
    assert (item.kind, item.root) == (ItemKind.REPOST, "status:5270000000000001")
    assert item.quoted_text == "春季提速活动开始了"


def test_a_repost_of_a_deleted_status_is_read_though_it_has_no_user() -> None:
    gone = {"id": 52, "idstr": "52", "deleted": "1", "text": "该微博已被删除"}
    item = parse.status(status(5271234567890125, retweeted_status=gone), BRAND, NOW)
    assert item.kind is ItemKind.MENTION
    assert item.root == "status:52"


def test_ids_are_never_taken_from_a_float() -> None:
    item = parse.status({"id": 5.27e15, "text": "x"}, BRAND, NOW)
    assert (item.kind, item.reason) == (ItemKind.UNKNOWN, "missing_id")


def test_a_comment_carries_what_an_answer_needs() -> None:
    item = parse.comment(comment(5271234500000001, reply_comment={"id": 77, "text": "…"}), "1", NOW)
    assert item.context == {
        "comment_id": "5271234500000001",
        "status_id": "5270000000000001",
        "user_id": "2088100200",
        "user_name": "翠湖边的阿杰",
    }
    assert (item.reply_to, item.root) == ("comment:77", "status:5270000000000001")
    assert item.thread_key == "status:5270000000000001"


def test_pictures_are_given_in_full_size_with_the_small_one_as_preview() -> None:
    small = "https://wx4.sinaimg.cn/thumbnail/abc.jpg"
    item = parse.status(status(61, pic_urls=[{"thumbnail_pic": small}]), BRAND, NOW)
    assert [(m.url, m.preview_url) for m in item.media] == [("https://wx4.sinaimg.cn/large/abc.jpg", small)]


def test_a_cut_text_is_marked_and_loses_its_zero_width_space() -> None:
    cut = parse.status(
        status(62, "前半段...全文： http://m.weibo.cn/1/62 \u200b", isLongText=True), BRAND, NOW
    )
    assert cut.is_cut
    assert "\u200b" not in cut.text
    whole = parse.status(
        status(63, "短", isLongText=True, longText={"longTextContent": "长的全文"}), BRAND, NOW
    )
    assert (whole.is_cut, whole.text) == (False, "长的全文")


def test_a_trimmed_user_still_gives_an_author() -> None:
    item = parse.status(status(64, user=2088100200), BRAND, NOW)
    assert item.author is not None
    assert item.author.external_id == "2088100200"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["id", "idstr", "mid", "text", "user", "status", "created_at", "pic_urls", "retweeted_status", "longText",
     "reply_comment", "deleted", "original_pic", "isLongText", "truncated"]
)  # fmt: skip


@given(fields=st.dictionaries(FIELDS, json_values, max_size=8))
def test_no_object_makes_the_parsers_raise(fields: dict[str, object]) -> None:
    assert parse.status(dict(fields), BRAND, NOW).external_id
    assert parse.comment(dict(fields), "1", NOW).external_id
    parse.author(fields.get("user"))
