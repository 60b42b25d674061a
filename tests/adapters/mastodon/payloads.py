"""Mastodon entities of the documented shape, written for these tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.adapters.support import NOW

Json = dict[str, Any]


def person(number: str = "901", acct: str = "lin@far.example", name: str = "小林") -> Json:
    return {
        "id": number,
        "username": acct.partition("@")[0],
        "acct": acct,
        "display_name": name,
        "url": f"https://far.example/@{acct}",
        "avatar": "https://far.example/a.png",
        "note": "<p>住在昆明</p>",
        "followers_count": -1,
        "following_count": 3,
        "statuses_count": 12,
    }


def status(number: str, text: str = "宽带断了", at: datetime = NOW, **more: Any) -> Json:
    return {
        "id": number,
        "created_at": at.isoformat().replace("+00:00", "Z"),
        "content": f"<p>{text}</p>",
        "visibility": "public",
        "spoiler_text": "",
        "in_reply_to_id": None,
        "url": f"https://far.example/@lin/{number}",
        "account": person(),
        "media_attachments": [],
        "reblog": None,
        **more,
    }


def mention(number: str, post: Json) -> Json:
    return {
        "id": number,
        "type": "mention",
        "created_at": post["created_at"],
        "account": post["account"],
        "status": post,
    }
