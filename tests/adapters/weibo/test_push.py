"""Weibo's fan-service callback."""

from __future__ import annotations

import hashlib
import json

import pytest

from app.adapters.base import SignatureRejected
from app.adapters.types import AccountRef, Credentials, ItemKind, Lane, PushResult, Trigger
from app.adapters.weibo import WeiboAdapter
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.weibo.payloads import BRAND, weibo_date

SECRET = "a-secret-of-the-app"
ACCOUNT = AccountRef("weibo", BRAND, credentials=Credentials({"app_secret": SECRET, "access_token": "t"}))


@pytest.fixture
def adapter() -> WeiboAdapter:
    return WeiboAdapter(ScriptedPlatform().services)


def signed(seconds_ago: float = 0, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int((NOW.timestamp() - seconds_ago) * 1000))
    joined = "".join(sorted([secret, stamp, "8841"]))
    return {"signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": stamp, "nonce": "8841"}


def message(**fields: object) -> dict[str, object]:
    return {
        "type": "text",
        "receiver_id": int(BRAND),
        "sender_id": 2088100200,
        "created_at": weibo_date(NOW),
        "text": "我的流量怎么少了",
        "data": {},
        **fields,
    }


def push(adapter: WeiboAdapter, body: object) -> PushResult:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return adapter.parse_push(raw, {}, ACCOUNT, NOW)


def test_a_right_signature_is_accepted_and_the_address_check_echoed(adapter: WeiboAdapter) -> None:
    adapter.verify(signed(), {}, b"{}", ACCOUNT)
    assert adapter.verify_challenge({**signed(), "echostr": "90117"}, ACCOUNT) == (200, "90117")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"timestamp": "1", "nonce": "2"},
        signed(secret="another secret"),
        {**signed(), "nonce": "8842"},
        {**signed(), "signature": ""},
        {**signed(), "nonce": "9" * 5000},
    ],
)
def test_a_wrong_or_missing_signature_is_refused(adapter: WeiboAdapter, query: dict[str, str]) -> None:
    with pytest.raises(SignatureRejected):
        adapter.verify(query, {}, b"{}", ACCOUNT)


def test_a_recorded_callback_is_refused_when_sent_again_later(adapter: WeiboAdapter) -> None:
    adapter.verify(signed(seconds_ago=800), {}, b"", ACCOUNT)
    with pytest.raises(SignatureRejected, match="stale"):
        adapter.verify(signed(seconds_ago=1000), {}, b"", ACCOUNT)


def test_an_account_without_secret_accepts_nobody(adapter: WeiboAdapter) -> None:
    with pytest.raises(SignatureRejected):
        adapter.verify(signed(secret=""), {}, b"", AccountRef("weibo", BRAND))


def test_a_text_message_becomes_a_private_message(adapter: WeiboAdapter) -> None:
    (item,) = push(adapter, message()).items
    assert (item.kind, item.lane, item.text) == (ItemKind.PRIVATE_MESSAGE, Lane.PRIVATE, "我的流量怎么少了")
    assert (item.context, item.thread_key) == ({"user_id": "2088100200"}, "dm:2088100200")
    assert (item.trigger, item.created_at) == (Trigger.MESSAGE, NOW)


def test_a_repeated_delivery_has_the_same_id_and_two_messages_of_one_second_do_not(
    adapter: WeiboAdapter,
) -> None:
    first, again = (push(adapter, message()).items[0] for _ in range(2))
    other = push(adapter, message(text="还有一个问题")).items[0]
    assert first.external_id == again.external_id
    assert first.external_id != other.external_id


def test_a_picture_is_fetched_by_the_receivers_copy(adapter: WeiboAdapter) -> None:
    (item,) = push(adapter, message(type="image", data={"vfid": "11", "tovfid": "12"})).items
    assert [(m.kind, m.source_ref) for m in item.media] == [("image", "12")]


@pytest.mark.parametrize(
    ("subtype", "trigger", "event"),
    [
        ("follow", Trigger.FOLLOW, "follow"),
        ("unfollow", Trigger.UNFOLLOW, "unfollow"),
        ("click", Trigger.MENU_CLICK, "menu_click"),
        ("scan", Trigger.SCAN, "scan"),
    ],
)
def test_events_say_what_they_open(adapter: WeiboAdapter, subtype: str, trigger: Trigger, event: str) -> None:
    (item,) = push(adapter, message(type="event", data={"subtype": subtype, "key": "k"})).items
    assert (item.kind, item.trigger, item.event) == (ItemKind.EVENT, trigger, event)


def test_a_mention_event_asks_for_a_poll(adapter: WeiboAdapter) -> None:
    result = push(adapter, message(type="event", data={"subtype": "mention", "key": "527"}))
    assert "mentions" in result.poll_hints


def test_the_wechat_like_form_means_the_same(adapter: WeiboAdapter) -> None:
    body = (
        "<xml><ToUserName>7712000001</ToUserName><FromUserName><![CDATA[2088100200]]></FromUserName>"
        f"<CreateTime>{int(NOW.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[套餐能改吗]]></Content><MsgId></MsgId></xml>"
    )
    (item,) = push(adapter, body.encode()).items
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, "套餐能改吗")
    assert (item.context["user_id"], item.created_at) == ("2088100200", NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[1]",
        b'{"type":',
        b"\xff\xfe\x00garbage",
        b'{"text":"no sender"}',
        b'{"type":"event","sender_id":5,"data":[]}',
        b'{"type":"text","sender_id":1.5}',
        b"<xml><a></xml>",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><xml><MsgType>&e;</MsgType></xml>',
        b"[" * 100_000,
    ],
)
def test_what_is_not_understood_is_kept_with_a_reason(adapter: WeiboAdapter, body: bytes) -> None:
    (item,) = push(adapter, body).items
    assert item.kind is ItemKind.UNKNOWN
    assert item.reason
    assert item.external_id == push(adapter, body).items[0].external_id
