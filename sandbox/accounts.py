"""The fixed demo accounts and their credentials; `python -m sandbox.accounts` writes accounts.json.

Nothing here is secret: the values are hashes of a label and open only this stand-in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ACCOUNTS_FILE = Path(__file__).with_name("accounts.json")
_BASES: dict[str, dict[str, str]] = {
    "weibo": {"api": "/weibo", "m_api": "/weibo-m", "c_api": "/weibo-c", "upload": "/weibo-upload"},
    "wechat": {"api": "/wechat"},
    "mastodon": {"api": "/mastodon"},
}


@dataclass(frozen=True)
class BrandAccount:
    """One brand account on one platform.

    `external_id` is the uid (Weibo), the `gh_` id (WeChat) or the account id (Mastodon);
    `callback_key` is the last part of the address that pushes go to.
    """

    platform: str
    name: str
    external_id: str
    callback_key: str
    base_urls: dict[str, str]
    credentials: dict[str, str]
    settings: Json = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.callback_key

    def with_settings(self, changes: Json) -> BrandAccount:
        return replace(self, settings={**self.settings, **changes})


def _value(label: str, length: int) -> str:
    return hashlib.sha256(f"lingke sandbox {label}".encode()).hexdigest()[:length]


def _aes_key(label: str) -> str:
    """43 characters that decode to 32 bytes, as the EncodingAESKey of the console."""
    raw = hashlib.sha256(f"lingke sandbox {label}".encode()).digest()
    return base64.b64encode(raw).decode().rstrip("=").replace("+", "A").replace("/", "B")


def weibo_account(name: str, uid: str, callback_key: str, **settings: Any) -> BrandAccount:
    """`settings`: app_level ordinary|partner, api_family open|biz, push_format json|xml, bound_domain…"""
    base = {
        "app_level": "partner",
        "bound_domain": "yunling.example",
        "push_format": "json",
        "mention_push": False,
    }
    credentials = {
        "app_key": "1352" + str(int(_value(f"{callback_key} key", 6), 16))[:6].zfill(6),
        "app_secret": _value(f"{callback_key} secret", 32),
        "access_token": "2.00" + _value(f"{callback_key} token", 28),
        "fan_token": "2.00" + _value(f"{callback_key} fan token", 28),
    }
    return BrandAccount("weibo", name, uid, callback_key, _BASES["weibo"], credentials, {**base, **settings})


def wechat_account(name: str, gh_id: str, callback_key: str, **settings: Any) -> BrandAccount:
    """`settings`: mode plain|compatible|safe, body_format xml|json, ip_whitelist, comment_right…

    An empty ip_whitelist lets every address in.
    """
    base = {
        "mode": "plain",
        "body_format": "xml",
        "ip_whitelist": [],
        "comment_right": True,
        "follower_base": 52_000,
        "templates": ["TM00000000000000000000000000000000000000001"],
    }
    credentials = {
        "appid": "wx" + _value(f"{callback_key} appid", 16),
        "app_secret": _value(f"{callback_key} secret", 32),
        "token": _value(f"{callback_key} token", 24),
        "encoding_aes_key": _aes_key(f"{callback_key} aes"),
        "gh_id": gh_id,
    }
    return BrandAccount(
        "wechat", name, gh_id, callback_key, _BASES["wechat"], credentials, {**base, **settings}
    )


def mastodon_account(name: str, username: str, account_id: str, callback_key: str) -> BrandAccount:
    credentials = {
        "client_id": _value(f"{callback_key} client", 43),
        "client_secret": _value(f"{callback_key} client secret", 43),
        "access_token": _value(f"{callback_key} token", 43),
    }
    settings = {"username": username}
    return BrandAccount("mastodon", name, account_id, callback_key, _BASES["mastodon"], credentials, settings)


def _article(msg_data_id: int) -> Json:
    """The article that the account has at the start, and its name for readers (`msg_data_id:index`)."""
    return {"opening_article": msg_data_id, "watched_articles": [f"{msg_data_id}:0"]}


DEMO_ACCOUNTS: tuple[BrandAccount, ...] = (
    weibo_account("云岭通信客服", "7712000001", "weibo-care"),
    weibo_account("云岭宽带", "7712000002", "weibo-broadband", app_level="ordinary"),
    weibo_account("云岭校园", "7712000003", "weibo-campus", push_format="xml", api_family="biz"),
    wechat_account("云岭通信", "gh_7a1c0e5b2d01", "wechat-main", **_article(2_247_500_001)),
    wechat_account("云岭营业厅", "gh_7a1c0e5b2d02", "wechat-hall", mode="safe", **_article(2_247_500_002)),
    wechat_account(
        "云岭会员俱乐部", "gh_7a1c0e5b2d03", "wechat-club", mode="compatible", comment_right=False
    ),
    mastodon_account("云岭通信 Yunling", "yunling", "109100000000000001", "mastodon-care"),
    mastodon_account("云岭宽带 Broadband", "yunling_broadband", "109100000000000002", "mastodon-broadband"),
    mastodon_account("云岭校园 Campus", "yunling_campus", "109100000000000003", "mastodon-campus"),
)


def account_from_json(body: Json) -> BrandAccount:
    """Read an account in the form of accounts.json; missing parts are made up from its name.

    Raises KeyError when platform, name or external_id is missing.
    """
    platform, name, external_id = str(body["platform"]), str(body["name"]), str(body["external_id"])
    key = str(body.get("callback_key") or f"{platform}-{_value(external_id, 10)}")
    made = {
        "weibo": lambda: weibo_account(name, external_id, key),
        "wechat": lambda: wechat_account(name, external_id, key),
        "mastodon": lambda: mastodon_account(
            name, str(body.get("username") or key.replace("-", "_")), external_id, key
        ),
    }[platform]()
    return replace(
        made,
        credentials={**made.credentials, **body.get("credentials", {})},
        settings={**made.settings, **body.get("settings", {})},
    )


def as_json(account: BrandAccount) -> Json:
    return asdict(account)


def accounts_document(accounts: tuple[BrandAccount, ...] = DEMO_ACCOUNTS) -> str:
    """The text of accounts.json."""
    return json.dumps([as_json(account) for account in accounts], ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    ACCOUNTS_FILE.write_text(accounts_document(), encoding="utf-8")
