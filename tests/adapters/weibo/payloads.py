"""Weibo objects of the documented shape, written for these tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Json = dict[str, Any]
BRAND = "7712000001"
_BEIJING = timezone(timedelta(hours=8))


def weibo_date(moment: datetime) -> str:
    return moment.astimezone(_BEIJING).strftime("%a %b %d %H:%M:%S %z %Y")


def user(uid: int = 2088100200, name: str = "翠湖边的阿杰", **more: Any) -> Json:
    return {
        "id": uid,
        "idstr": str(uid),
        "screen_name": name,
        "followers_count": "1.2万",
        "friends_count": 310,
        "statuses_count": 2044,
        "gender": "m",
        "verified": False,
        "avatar_large": "https://tvax1.sinaimg.cn/crop.0.0.180.180/a.jpg",
        **more,
    }


def status(
    number: int,
    text: str = "@云岭通信客服 宽带又断了",
    created_at: datetime = datetime(2026, 3, 2, 7, 0, tzinfo=UTC),
    **more: Any,
) -> Json:
    return {
        "created_at": weibo_date(created_at),
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "text": text,
        "source": '<a href="http://weibo.com" rel="nofollow">微博网页版</a>',
        "truncated": False,
        "in_reply_to_status_id": "",
        "geo": None,
        "pic_urls": [],
        "user": user(),
        "reposts_count": 0,
        **more,
    }


def comment(
    number: int,
    text: str = "等了三天没人来",
    created_at: datetime = datetime(2026, 3, 2, 7, 30, tzinfo=UTC),
    **more: Any,
) -> Json:
    return {
        "created_at": weibo_date(created_at),
        "id": number,
        "idstr": str(number),
        "text": text,
        "user": user(),
        "status": status(5270000000000001, "春季提速活动开始了", user=user(int(BRAND), "云岭通信客服")),
        **more,
    }


def listing(name: str, *entries: Json) -> Json:
    return {name: list(entries), "previous_cursor": 0, "next_cursor": 0, "total_number": len(entries)}
