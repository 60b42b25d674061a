"""Malformed bodies grown from well-formed ones: broken bytes, odd values, wrong types, hostile XML."""

from __future__ import annotations

import json
import random
from typing import Any

SEEDS: list[dict[str, Any]] = [
    {
        "type": "text",
        "receiver_id": 7712000001,
        "sender_id": 2088100200,
        "created_at": "Mon Mar 02 16:05:09 +0800 2026",
        "text": "我的流量怎么少了",
        "data": {},
    },
    {
        "type": "event",
        "sender_id": 5,
        "created_at": "x",
        "text": "",
        "data": {"subtype": "follow", "key": "k"},
    },
    {
        "ToUserName": "gh_7a",
        "FromUserName": "oYl1ngF",
        "CreateTime": 1772438400,
        "MsgType": "text",
        "Content": "我要改套餐",
        "MsgId": 24531234567890123,
    },
    {
        "ToUserName": "gh",
        "FromUserName": "o1",
        "CreateTime": 1,
        "MsgType": "event",
        "Event": "CLICK",
        "EventKey": "m",
    },
    {
        "ToUserName": "gh",
        "FromUserName": "o1",
        "CreateTime": 1,
        "MsgType": "image",
        "PicUrl": "http://a",
        "MediaId": "m",
    },
    {"ToUserName": "gh", "Encrypt": "AAAAAAAAAAAAAAAAAAAAAAAA"},
    {
        "id": 5271234567890123,
        "idstr": "5271234567890123",
        "text": "@云岭通信客服 断网",
        "created_at": "Mon Mar 02 16:05:09 +0800 2026",
        "user": {"id": 1, "screen_name": "a", "followers_count": "1.2万"},
        "pic_urls": [{"thumbnail_pic": "http://a/thumbnail/1.jpg"}],
        "retweeted_status": {"id": 2, "deleted": "1"},
        "status": {"id": 3, "text": "…"},
    },
    {
        "id": "109",
        "type": "mention",
        "created_at": "2026-03-02T08:00:00.000Z",
        "content": "<p>@a <a href='http://b'>x</a></p>",
        "account": {"id": "1", "acct": "a@b"},
        "status": {"id": "2", "content": "<p>hi</p>", "visibility": "direct", "account": {"id": "1"}},
        "media_attachments": [{"id": "1", "type": "image", "url": None}],
    },
    {"statuses": [{"id": 1, "text": "x"}], "comments": [{"id": 2}], "users": [{"id": 3}], "next_cursor": 0},
    {"errcode": 45009, "errmsg": "used up rid: 1-2"},
    {"error_code": "10023", "error": "limit", "request": "/2/x"},
    {
        "comment": [{"user_comment_id": 3, "reply": [{"content": "您好"}]}],
        "list": [{"ref_date": "2026-02-20"}],
    },
]
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, 2**70, -(2**70), 1e308, 1.5, "", " ", "0", "9" * 40, "NaN", "null",
    "\x00", "\ud800", "\u202e", "😀" * 50, "啊" * 5000, [], {}, [[]], [{}], {"a": {}}, [None], "<", "]]>",
    "%00", "../../etc/passwd", "'; --", "Mon Foo 99 99:99:99 +9999 0000", "1.2万", "万", "2026-13-45T99:99",
    253402300800, "253402300800", -62135596801, "1" * 400,
]  # fmt: skip
NOISE = [
    b"",
    b"{",
    b"[",
    b"<xml>",
    b"null",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe<\x00",
    b"\x00" * 50,
    b"[" * 3000,
    b'{"a":' * 2000,
]


class Mutator:
    """An endless, repeatable source of bodies."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def body(self) -> bytes:
        kind = self._dice.random()
        if kind < 0.05:
            return self._dice.choice(NOISE)
        if kind < 0.1:
            return self._dice.randbytes(self._dice.randrange(400))
        value = self._bent(self._dice.choice(SEEDS))
        text = json.dumps(value, ensure_ascii=self._dice.random() < 0.5) if kind < 0.6 else self._xml(value)
        content = text.encode("utf-8", "surrogatepass")
        return self._broken(content) if self._dice.random() < 0.35 else content

    def _bent(self, value: Any) -> Any:
        """A copy with some fields missing, strange, nested or new."""
        if isinstance(value, list):
            return [self._bent(entry) for entry in value] * self._dice.choice((1, 1, 1, 3))
        if not isinstance(value, dict):
            return value
        result: dict[str, Any] = {}
        for key, entry in value.items():
            chance = self._dice.random()
            if chance < 0.08:
                continue
            if chance < 0.25:
                result[key] = self._dice.choice(ODD_VALUES)
            elif chance < 0.3:
                result[key] = self._dice.choice(SEEDS)
            else:
                result[key] = self._bent(entry)
        if self._dice.random() < 0.1:
            result[str(self._dice.choice(ODD_VALUES))] = self._dice.choice(ODD_VALUES)
        return result

    def _xml(self, value: Any) -> str:
        prefix = ""
        if self._dice.random() < 0.05:
            prefix = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        if self._dice.random() < 0.03:
            prefix = f'<?xml version="1.0" encoding="{self._dice.choice(("utf-16", "klingon", "gbk", ""))}"?>'
        return f"{prefix}<xml>{self._elements(value)}</xml>"

    def _elements(self, value: Any) -> str:
        if isinstance(value, dict):
            return "".join(f"<{key}>{self._elements(entry)}</{key}>" for key, entry in value.items())
        if isinstance(value, list):
            return "".join(f"<item>{self._elements(entry)}</item>" for entry in value)
        return f"<![CDATA[{value}]]>" if self._dice.random() < 0.7 else str(value)

    def _broken(self, content: bytes) -> bytes:
        """Cut, doubled, with bytes changed or put in."""
        spot = self._dice.randrange(len(content) + 1)
        choice = self._dice.randrange(4)
        if choice == 0:
            return content[:spot]
        if choice == 1:
            return content[:spot] + self._dice.randbytes(self._dice.randrange(1, 5)) + content[spot:]
        if choice == 2:
            return content + content[spot:]
        changed = bytearray(content)
        for _ in range(self._dice.randrange(1, 6)):
            if changed:
                changed[self._dice.randrange(len(changed))] = self._dice.randrange(256)
        return bytes(changed)
