"""Case B2: nothing that people paste costs a message; encodings, marks and controls are read through."""

from __future__ import annotations

import json

import pytest

from app.adapters import bodies
from app.adapters.lenient import Unreadable
from app.adapters.types import ItemKind
from app.adapters.wechat import WeChatAdapter
from app.adapters.weibo import WeiboAdapter
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat import callbacks as made
from tests.adapters.weibo.test_push import ACCOUNT as WEIBO
from tests.adapters.weibo.test_push import message as weibo_message

PASTED = [chr(code) for code in (0x00, 0x01, 0x08, 0x0B, 0x0C, 0x1B, 0x1D, 0x1F, 0xFFFE, 0xFFFF)]


@pytest.mark.parametrize("character", PASTED, ids=[f"{ord(character):04x}" for character in PASTED])
def test_a_control_character_costs_itself_and_not_the_message(character: str) -> None:
    body = made.xml(made.message(Content=f"断网{character}三天了")).encode()
    (item,) = WeChatAdapter(ScriptedPlatform().services).parse_push(body, {}, made.account(), NOW).items
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, "断网三天了")
    assert item.author is not None
    assert item.author.external_id == made.OPENID


@pytest.mark.parametrize("character", PASTED, ids=[f"{ord(character):04x}" for character in PASTED])
def test_the_same_inside_the_encrypted_part(character: str) -> None:
    _, cipher = made.encrypted(made.xml(made.message(Content=f"断网{character}三天了")))
    body = made.xml({"ToUserName": "gh_7a", "Encrypt": cipher}).encode()
    (item,) = WeChatAdapter(ScriptedPlatform().services).parse_push(body, {}, made.account("safe"), NOW).items
    assert item.text == "断网三天了"


@pytest.mark.parametrize("reference", ["&#29;", "&#x1D;", "&#0;", "&#xFFFF;", "&#1114112;", "&#99999999;"])
def test_a_forbidden_reference_outside_cdata_is_left_out(reference: str) -> None:
    assert bodies.read(f"<xml><Content>断{reference}网</Content></xml>".encode()) == {"Content": "断网"}


def test_what_looks_like_a_reference_inside_cdata_is_a_persons_own_words() -> None:
    body = "<xml><Content><![CDATA[&#29; 是什么]]></Content><N>&#20013;</N></xml>".encode()
    assert bodies.read(body) == {"Content": "&#29; 是什么", "N": "中"}


ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "mark and blanks": lambda text: b"\xef\xbb\xbf \r\n" + text.encode(),
    "utf-16 little": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "gb18030": lambda text: text.encode("gb18030"),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_every_encoding_is_read(encode: object, form: str) -> None:
    fields = {"MsgType": "text", "Content": "宽带断了，没人修"}
    text = made.xml(fields) if form == "xml" else json.dumps(fields, ensure_ascii=False)
    assert bodies.read(encode(text)) == fields  # type: ignore[operator]


def test_a_declared_encoding_that_is_not_true_any_more_does_no_harm() -> None:
    inner = "<xml><Content>宽带</Content></xml>"
    for declared, encoding in (
        ("gb2312", "gb18030"),
        ("gb2312", "utf-8"),
        ("utf-16", "utf-8"),
        ("nonsense", "utf-8"),
    ):
        body = f'<?xml version="1.0" encoding="{declared}"?>{inner}'.encode(encoding)
        assert bodies.read(body) == {"Content": "宽带"}, declared


def test_bytes_that_are_no_text_and_lone_surrogates_leave_the_rest_readable() -> None:
    assert bodies.read(b'{"text": "a\xff\xfe\x80b", "n": 1}')["n"] == 1
    body = json.dumps({**weibo_message(), "text": "断网\ud83d了\x00"}).encode()
    (item,) = WeiboAdapter(ScriptedPlatform().services).parse_push(body, {}, WEIBO, NOW).items
    assert item.kind is ItemKind.PRIVATE_MESSAGE
    item.text.encode()
    assert "\x00" not in item.text


def test_line_breaks_and_controls_inside_json_texts_are_read() -> None:
    assert bodies.read('{"text": "第一行\n第二行\t\x0b"}'.encode())["text"].startswith("第一行\n第二行")


def test_weibo_xml_with_a_mark_and_a_control_character_is_a_message() -> None:
    fields = {"ToUserName": "1", "FromUserName": "2088100200", "CreateTime": 1_700_000_000, "MsgType": "text"}
    body = b"\xef\xbb\xbf" + made.xml({**fields, "Content": "怎么\x1d办"}).encode()
    (item,) = WeiboAdapter(ScriptedPlatform().services).parse_push(body, {}, WEIBO, NOW).items
    assert (item.kind, item.text) == (ItemKind.PRIVATE_MESSAGE, "怎么办")


@pytest.mark.parametrize("body", [b"", b"\x00", b"<xml><a></xml>", b"[" * 100_000, b"<a>" * 1000])
def test_what_is_no_message_at_all_stays_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        bodies.read(body)
