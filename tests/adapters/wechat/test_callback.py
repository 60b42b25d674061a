"""WeChat's callback in its three modes."""

from __future__ import annotations

import json

import pytest

from app.adapters.base import SignatureRejected
from app.adapters.types import AccountRef, InboundPost, ItemKind, Lane, Trigger
from app.adapters.wechat import WeChatAdapter
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat import callbacks as made

PLAIN, COMPATIBLE, SAFE = (made.account(mode) for mode in ("plain", "compatible", "safe"))


@pytest.fixture
def adapter() -> WeChatAdapter:
    return WeChatAdapter(ScriptedPlatform().services)


def only_item(adapter: WeChatAdapter, body: bytes, account: AccountRef = PLAIN) -> InboundPost:
    (item,) = adapter.parse_push(body, {}, account, NOW).items
    return item


def plain_item(adapter: WeChatAdapter, fields: dict[str, object]) -> InboundPost:
    return only_item(adapter, made.xml(fields).encode())


def test_the_address_check_is_echoed(adapter: WeChatAdapter) -> None:
    assert adapter.verify_challenge({**made.query(), "echostr": "77"}, SAFE) == (200, "77")
    with pytest.raises(SignatureRejected):
        adapter.verify_challenge({**made.query(token="other"), "echostr": "77"}, SAFE)


def test_a_plain_message_is_accepted_and_read(adapter: WeChatAdapter) -> None:
    body = made.xml(made.message()).encode()
    adapter.verify(made.query(), {}, body, PLAIN)
    item = only_item(adapter, body)
    assert (item.external_id, item.kind, item.lane) == (
        "message:24531234567890123",
        ItemKind.PRIVATE_MESSAGE,
        Lane.PRIVATE,
    )
    assert (item.text, item.trigger, item.created_at) == ("我要改套餐", Trigger.MESSAGE, NOW)
    assert (item.context, item.thread_key) == ({"user_id": made.OPENID}, f"dm:{made.OPENID}")


def test_the_answer_to_the_platform_is_success(adapter: WeChatAdapter) -> None:
    assert adapter.push_ack.body == "success"
    assert adapter.parse_push(b"junk", {}, PLAIN, NOW).ack_body == "success"


def test_a_safe_message_is_accepted_and_opened(adapter: WeChatAdapter) -> None:
    query, cipher = made.encrypted(made.xml(made.message(Content="加密的你好")))
    body = made.xml({"ToUserName": "gh_7a", "Encrypt": cipher}).encode()
    adapter.verify(query, {}, body, SAFE)
    assert only_item(adapter, body, SAFE).text == "加密的你好"


def test_in_compatible_mode_the_encrypted_words_count(adapter: WeChatAdapter) -> None:
    query, cipher = made.encrypted(made.xml(made.message(Content="真的")))
    body = made.xml({**made.message(Content="改过的"), "Encrypt": cipher}).encode()
    adapter.verify(query, {}, body, COMPATIBLE)
    assert only_item(adapter, body, COMPATIBLE).text == "真的"


def test_json_bodies_are_read_in_every_mode(adapter: WeChatAdapter) -> None:
    plain = json.dumps(made.message(Content="JSON 你好"), ensure_ascii=False)
    assert only_item(adapter, plain.encode()).text == "JSON 你好"
    query, cipher = made.encrypted(plain)
    body = json.dumps({"ToUserName": "gh_7a", "Encrypt": cipher}).encode()
    adapter.verify(query, {}, body, SAFE)
    assert only_item(adapter, body, SAFE).external_id == "message:24531234567890123"


def test_after_a_key_change_the_old_key_still_opens(adapter: WeChatAdapter) -> None:
    account = made.account("safe", previous_encoding_aes_key=made.OLD_KEY)
    _, cipher = made.encrypted(made.xml(made.message()), key=made.OLD_KEY)
    body = made.xml({"Encrypt": cipher}).encode()
    assert only_item(adapter, body, account).kind is ItemKind.PRIVATE_MESSAGE


def test_a_message_no_key_opens_is_kept_with_the_reason(adapter: WeChatAdapter) -> None:
    _, cipher = made.encrypted(made.xml(made.message()), key=made.OLD_KEY)
    item = only_item(adapter, made.xml({"Encrypt": cipher}).encode(), SAFE)
    assert item.kind is ItemKind.UNKNOWN
    assert "undecryptable" in (item.reason or "")


def test_forged_and_stale_callbacks_are_refused(adapter: WeChatAdapter) -> None:
    body = made.xml(made.message()).encode()
    query, cipher = made.encrypted(made.xml(made.message()))
    sealed = made.xml({"Encrypt": cipher}).encode()
    refused = [
        ({}, body, PLAIN),
        (made.query(token="other"), body, PLAIN),
        ({**made.query(), "signature": "0" * 40}, body, PLAIN),
        (made.query(seconds_ago=1000), body, PLAIN),
        (made.query(), body, SAFE),  # not encrypted
        ({**query, "msg_signature": "0" * 40}, sealed, SAFE),
        (query, sealed.replace(cipher[:8].encode(), b"AAAAAAAA"), SAFE),
        ({**query, "signature": "0" * 40}, sealed, SAFE),
        (query, b"<xml><Encrypt>", SAFE),
        (made.query(), body, AccountRef("wechat", "gh_7a")),
    ]
    for asked, raw, account in refused:
        with pytest.raises(SignatureRejected):
            adapter.verify(asked, {}, raw, account)


@pytest.mark.parametrize(
    ("name", "trigger", "event"),
    [
        ("subscribe", Trigger.FOLLOW, "follow"),
        ("unsubscribe", Trigger.UNFOLLOW, "unfollow"),
        ("SCAN", Trigger.SCAN, "scan"),
        ("CLICK", Trigger.MENU_CLICK, "menu_click"),
        ("VIEW", None, "menu_view"),
        ("LOCATION", None, "location"),
        ("TEMPLATESENDJOBFINISH", None, "templatesendjobfinish"),
        ("user_get_card", None, "user_get_card"),
        ("guide_qrcode_scan_event", None, "guide_qrcode_scan_event"),
    ],
)
def test_events_are_known_whatever_their_case(
    adapter: WeChatAdapter, name: str, trigger: Trigger | None, event: str
) -> None:
    item = plain_item(adapter, made.event(name, EventKey="menu_bill"))
    assert (item.kind, item.trigger, item.event) == (ItemKind.EVENT, trigger, event)


def test_a_choice_in_our_menu_message_is_named(adapter: WeChatAdapter) -> None:
    item = plain_item(adapter, made.message(Content="满意", bizmsgmenuid="101"))
    assert (item.text, item.context["menu_choice"]) == ("满意", "101")


def test_two_events_of_one_second_are_two_and_a_repeat_is_one(adapter: WeChatAdapter) -> None:
    click, again = (plain_item(adapter, made.event("CLICK", EventKey="a")) for _ in range(2))
    other = plain_item(adapter, made.event("CLICK", EventKey="b"))
    assert click.external_id == again.external_id != other.external_id


def test_a_compatible_repeat_with_a_new_encryption_is_the_same_event(adapter: WeChatAdapter) -> None:
    fields = made.event("CLICK", EventKey="a")
    ids = {
        only_item(
            adapter, made.xml({**fields, "Encrypt": made.encrypted(made.xml(fields))[1]}).encode()
        ).external_id
        for _ in range(3)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("fields", "text", "media"),
    [
        ({"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/a", "MediaId": "m1"}, "", [("image", "m1")]),
        (
            {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": "查话费"},
            "查话费",
            [("voice", "m2")],
        ),
        ({"MsgType": "video", "MediaId": "m3", "ThumbMediaId": "t"}, "", [("video", "m3")]),
        ({"MsgType": "shortvideo", "MediaId": "m4"}, "", [("video", "m4")]),
        (
            {"MsgType": "location", "Location_X": "25.04", "Location_Y": "102.71", "Label": "翠湖"},
            "翠湖",
            [("location", None)],
        ),
        (
            {"MsgType": "link", "Title": "标题", "Description": "说明", "Url": "http://a.cn"},
            "标题\n说明\nhttp://a.cn",
            [("link", None)],
        ),
        (
            {"MsgType": "miniprogrampage", "Title": "查宽带", "PagePath": "p/x"},
            "查宽带",
            [("mini_program", None)],
        ),
    ],
    ids=lambda value: value.get("MsgType", "") if isinstance(value, dict) else "",
)
def test_every_message_type_is_read(
    adapter: WeChatAdapter, fields: dict[str, str], text: str, media: list[tuple[str, str | None]]
) -> None:
    item = plain_item(adapter, made.message(Content="", **fields))
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, text)
    assert [(m.kind, m.source_ref) for m in item.media] == media


@pytest.mark.parametrize(
    "fields",
    [
        made.event("brand_new_event"),
        {"FromUserName": made.OPENID},
        {"MsgType": "text"},
        {},
    ],
)
def test_unknown_and_incomplete_messages_are_kept_with_a_reason(
    adapter: WeChatAdapter, fields: dict[str, object]
) -> None:
    item = plain_item(adapter, fields)
    assert item.kind is ItemKind.UNKNOWN
    assert item.reason


def test_a_message_without_id_gets_a_stable_one(adapter: WeChatAdapter) -> None:
    fields = {name: value for name, value in made.message().items() if name != "MsgId"}
    first, again = (plain_item(adapter, fields) for _ in range(2))
    assert first.external_id == again.external_id
    assert plain_item(adapter, {**fields, "Content": "别的"}).external_id != first.external_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x01",
        b"null",
        b"<xml>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><xml><MsgType>&b;</MsgType></xml>',
        b"<xml>" * 50_000,
        b"<xml><a>" + b"<b>" * 300 + b"</b>" * 300 + b"</a></xml>",
        b"<xml>" + b"<a/>" * 20_000 + b"</xml>",
        '<?xml version="1.0" encoding="utf-16"?><xml/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="klingon"?><xml/>',
    ],
)
def test_hostile_bodies_are_kept_as_unknown(adapter: WeChatAdapter, body: bytes) -> None:
    item = only_item(adapter, body)
    assert item.kind is ItemKind.UNKNOWN
    assert item.reason
