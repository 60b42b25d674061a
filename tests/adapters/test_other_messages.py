"""Case B3: whatever a known person sends us in private is a message that says what it was."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters.types import InboundPost, ItemKind, Trigger
from app.adapters.wechat import WeChatAdapter
from app.adapters.weibo import WeiboAdapter
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat import callbacks as made
from tests.adapters.weibo import test_push as weibo


def wechat(fields: dict[str, Any]) -> InboundPost:
    adapter = WeChatAdapter(ScriptedPlatform().services)
    (item,) = adapter.parse_push(made.xml(fields).encode(), {}, made.account(), NOW).items
    return item


def from_weibo(**fields: object) -> InboundPost:
    (item,) = weibo.push(WeiboAdapter(ScriptedPlatform().services), weibo.message(**fields)).items
    return item


@pytest.mark.parametrize(
    ("fields", "text", "kind"),
    [
        (
            {"MsgType": "file", "Title": "账单.pdf", "FileTotalLen": 12, "Content": ""},
            "[文件] 账单.pdf",
            "file",
        ),
        ({"MsgType": "device_text", "Content": "aGVsbG8="}, "[设备消息] aGVsbG8=", "unknown"),
        ({"MsgType": "hologram", "Content": ""}, "[其他消息]", "unknown"),
        ({"MsgType": "hologram", "Content": "", "MediaId": "m9"}, "[其他消息]", "file"),
    ],
)
def test_an_unknown_type_of_a_known_sender_is_kept(fields: dict[str, Any], text: str, kind: str) -> None:
    item = wechat(made.message(**fields))
    assert (item.kind, item.text, item.trigger) == (ItemKind.PRIVATE_MESSAGE, text, Trigger.MESSAGE)
    assert item.author is not None
    assert (item.author.external_id, item.context["user_id"]) == (made.OPENID, made.OPENID)
    assert [medium.kind for medium in item.media] == [kind]


def test_a_message_without_type_whose_words_are_there_is_a_message() -> None:
    fields = {name: value for name, value in made.message().items() if name != "MsgType"}
    item = wechat(fields)
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, "我要改套餐")


def test_a_place_picked_on_a_map_shows_name_and_coordinates() -> None:
    place = "<Location_X><![CDATA[24.8801]]></Location_X><Location_Y><![CDATA[102.8329]]></Location_Y>"
    inner = f"{place}<Scale>16</Scale><Label><![CDATA[盘龙区北京路]]></Label><Poiname>营业厅</Poiname>"
    fields = made.xml(made.event("location_select", EventKey="6"))
    body = fields.replace("</xml>", f"<SendLocationInfo>{inner}</SendLocationInfo></xml>")
    adapter = WeChatAdapter(ScriptedPlatform().services)
    (item,) = adapter.parse_push(body.encode(), {}, made.account(), NOW).items
    (medium,) = item.media
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, "盘龙区北京路")
    assert (medium.kind, medium.latitude, medium.longitude) == ("location", 24.8801, 102.8329)


@pytest.mark.parametrize(("x", "y"), [("", ""), ("north", "1"), ("91", "0"), ("nan", "1"), ("1", "181")])
def test_coordinates_that_are_none_are_left_out(x: str, y: str) -> None:
    item = wechat(made.message(MsgType="location", Location_X=x, Location_Y=y, Label="家"))
    assert (item.text, item.media[0].latitude, item.media[0].longitude) == ("家", None, None)


@pytest.mark.parametrize(
    ("fields", "text", "kind"),
    [
        ({"type": "hologram", "text": "看看"}, "看看", "unknown"),
        ({"type": "file", "text": "", "data": {"name": "a.doc", "tovfid": "9"}}, "[文件] a.doc", "file"),
        ({"type": "video", "text": "", "data": {"tovfid": "9"}}, "[视频]", "file"),
    ],
)
def test_weibos_unknown_pushes_keep_their_sender(fields: dict[str, Any], text: str, kind: str) -> None:
    item = from_weibo(**fields)
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, text)
    assert item.author is not None
    assert item.context == {"user_id": item.author.external_id}
    assert [medium.kind for medium in item.media] == [kind]


def test_weibos_place_has_coordinates_and_words() -> None:
    item = from_weibo(type="position", text="", data={"longitude": "102.83", "latitude": "24.88"})
    assert (item.text, item.media[0].latitude, item.media[0].longitude) == ("24.88,102.83", 24.88, 102.83)


def test_a_body_without_sender_is_kept_for_review_and_one_without_words_keeps_its_sender() -> None:
    assert wechat({"MsgType": "text", "Content": "谁"}).kind is ItemKind.UNKNOWN
    nameless = wechat({"FromUserName": made.OPENID})
    assert nameless.kind is ItemKind.UNKNOWN
    assert nameless.author is not None
