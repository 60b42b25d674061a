"""Callbacks as WeChat makes them, for tests: signed, plain or encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from app.adapters.types import AccountRef, Credentials
from app.adapters.wechat import crypto
from tests.adapters.support import NOW

TOKEN = "callback-token"
APPID = "wx0123456789abcdef"
KEY = base64.b64encode(b"k" * 32).decode().rstrip("=")
OLD_KEY = base64.b64encode(b"o" * 32).decode().rstrip("=")
OPENID = "oYl1ngF0110werxxxxxxxxxxx001"


def account(mode: str = "plain", **credentials: str) -> AccountRef:
    values = {"appid": APPID, "app_secret": "s3cret", "token": TOKEN, "encoding_aes_key": KEY, **credentials}
    return AccountRef("wechat", "gh_7a", credentials=Credentials(values), settings={"mode": mode})


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def query(seconds_ago: int = 0, token: str = TOKEN) -> dict[str, str]:
    stamp = str(int(NOW.timestamp()) - seconds_ago)
    return {"signature": sha1(token, stamp, "n0nce"), "timestamp": stamp, "nonce": "n0nce", "openid": OPENID}


def xml(fields: dict[str, Any]) -> str:
    inner = "".join(
        f"<{name}>{value if isinstance(value, int) else f'<![CDATA[{value}]]>'}</{name}>"
        for name, value in fields.items()
    )
    return f"<xml>{inner}</xml>"


def message(**fields: Any) -> dict[str, Any]:
    return {
        "ToUserName": "gh_7a",
        "FromUserName": OPENID,
        "CreateTime": int(NOW.timestamp()),
        "MsgType": "text",
        "Content": "我要改套餐",
        "MsgId": 24531234567890123,
        **fields,
    }


def event(name: str, **fields: Any) -> dict[str, Any]:
    base = message(MsgType="event", Event=name, **fields)
    return {key: value for key, value in base.items() if key not in ("Content", "MsgId")}


def encrypted(body: str, key: str = KEY, receiver: str = APPID) -> tuple[dict[str, str], str]:
    """(query with msg_signature, Encrypt)."""
    cipher = crypto.encrypt(body.encode(), key, receiver)
    asked = query()
    signature = sha1(TOKEN, asked["timestamp"], asked["nonce"], cipher)
    return {**asked, "encrypt_type": "aes", "msg_signature": signature}, cipher
