"""Signed pushes as whole HTTP requests, made beforehand so that offering one costs the generator no work.

Three kinds, as the platforms send them: WeChat in plain and in safe mode (XML, encrypted XML), and Weibo's
fan service (JSON). Every push is another message, so none may be taken for a repeat.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

from sandbox.accounts import DEMO_ACCOUNTS, BrandAccount
from sandbox.wechat import crypto
from sandbox.weibo.push import signature as weibo_signature

XML = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
    "<CreateTime>{time}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{id}</MsgId></xml>"
)
ENVELOPE = "<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
# Enough different people that requests are opened all the time, few enough that conversations grow.
PEOPLE = 500


def text_of(number: int) -> str:
    return f"宽带断了第{number}次，怎么办"


class Pushes:
    """Requests to one installation; `first` is the first message's id, so that two series differ."""

    def __init__(self, port: int, first: int, people: int = PEOPLE) -> None:
        self._port = port
        self._first = first
        self._people = people
        self._now = int(time.time())
        self._accounts = {account.callback_key: account for account in DEMO_ACCOUNTS}

    def mixed(self, count: int) -> list[bytes]:
        """The three kinds in turn."""
        return [KINDS[number % len(KINDS)](self, number) for number in range(count)]

    def wechat_plain(self, number: int) -> bytes:
        account = self._accounts["wechat-main"]
        query = self._signed(account, number)
        return self._request(account, query, "text/xml", self._xml(account, number).encode())

    def wechat_safe(self, number: int) -> bytes:
        account = self._accounts["wechat-hall"]
        keys = account.credentials
        sealed = crypto.encrypt(keys["encoding_aes_key"], self._xml(account, number), keys["appid"])
        query = self._signed(account, number) | {
            "encrypt_type": "aes",
            "msg_signature": crypto.signature(keys["token"], self._seconds, self._nonce(number), sealed),
        }
        body = ENVELOPE.format(to=account.external_id, sealed=sealed)
        return self._request(account, query, "text/xml", body.encode())

    def weibo(self, number: int) -> bytes:
        account = self._accounts["weibo-care"]
        stamp = str(self._now * 1000)
        query = {
            "signature": weibo_signature(account.credentials["app_secret"], stamp, self._nonce(number)),
            "timestamp": stamp,
            "nonce": self._nonce(number),
        }
        message = {
            "type": "text",
            "receiver_id": account.external_id,
            "sender_id": str(5_000_000_000 + self._person(number)),
            "created_at": time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime(self._now)),
            "text": text_of(self._first + number),
            "data": {},
        }
        return self._request(account, query, "application/json", json.dumps(message).encode())

    @property
    def _seconds(self) -> str:
        return str(self._now)

    def _nonce(self, number: int) -> str:
        """Its own for each: a signature that another body has used up is taken for a replay."""
        return f"bench{self._first + number}"

    def _signed(self, account: BrandAccount, number: int) -> dict[str, str]:
        nonce = self._nonce(number)
        signed = crypto.signature(account.credentials["token"], self._seconds, nonce)
        return {"signature": signed, "timestamp": self._seconds, "nonce": nonce}

    def _person(self, number: int) -> int:
        return (self._first + number) % self._people

    def _xml(self, account: BrandAccount, number: int) -> str:
        person = hashlib.sha256(str(self._person(number)).encode()).hexdigest()[:27]
        return XML.format(
            to=account.external_id,
            who=f"o{person}",
            time=self._now,
            text=text_of(self._first + number),
            id=self._first + number,
        )

    def _request(self, account: BrandAccount, query: dict[str, str], kind: str, body: bytes) -> bytes:
        head = (
            f"POST /callbacks/{account.platform}/{account.callback_key}?{urlencode(query)} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self._port}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


KINDS: tuple[Callable[[Pushes, int], bytes], ...] = (Pushes.wechat_plain, Pushes.wechat_safe, Pushes.weibo)
