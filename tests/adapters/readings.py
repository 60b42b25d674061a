"""Every reading call of every adapter, to be tried with answers of any shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from app.adapters import registry
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Budget, Credentials, Lane, Media, SendKind, SendRequest
from tests.adapters.support import NOW

Reading = Callable[[], Any]

ACCOUNTS = {
    "weibo": AccountRef(
        "weibo",
        "7712000001",
        credentials=Credentials({"app_key": "1", "app_secret": "s", "access_token": "t"}),
    ),
    "wechat": AccountRef(
        "wechat",
        "gh_7a",
        credentials=Credentials({"appid": "wx1", "app_secret": "s", "token": "t"}),
        settings={"watched_articles": ["2247483650:0"]},
    ),
    "mastodon": AccountRef(
        "mastodon", "1", {"api": "https://social.example"}, Credentials({"access_token": "t"})
    ),
}
TARGET = {
    "status_id": "5",
    "comment_id": "6",
    "user_id": "7",
    "acct": "a",
    "msg_data_id": "2247483650",
    "index": "0",
    "user_comment_id": "3",
}


def requests() -> list[SendRequest]:
    return [
        SendRequest(Lane.PUBLIC, SendKind.COMMENT, "您好", "op", TARGET, "203.0.113.9"),
        SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, "您好", "op", TARGET, "203.0.113.9"),
        SendRequest(Lane.PUBLIC, SendKind.POST, "通知 https://yunling.example/n", "op", {}, "203.0.113.9"),
    ]


def all_readings(platform: str, services: AdapterServices) -> dict[str, Reading]:
    """Name → call; each may raise PlatformError or NotFound, and nothing else."""
    adapter: Any = registry.build(platform, services)
    account = ACCOUNTS[platform]
    calls: dict[str, Reading] = {
        "check_account": lambda: adapter.check_account(account),
        "get_author": lambda: adapter.get_author(account, "7"),
        "followers": lambda: adapter.followers(account),
        "post_metrics": lambda: adapter.post_metrics(account, ("status:5",)),
    }
    for stream in adapter.streams:
        calls[f"poll {stream}"] = partial(adapter.poll, stream, account, None, Budget(2))
    for request in requests():
        calls[f"send {request.kind}"] = partial(adapter.send, account, request)
        calls[f"reconcile {request.kind}"] = partial(
            adapter.reconcile, account, request, NOW - timedelta(minutes=10)
        )
    special = _special(adapter, account)
    return calls | {name: call for name, call in special.items() if hasattr(adapter, name)}


def _special(adapter: Any, account: AccountRef) -> dict[str, Reading]:
    return {
        "following": lambda: adapter.following(account),
        "search": lambda: adapter.search(account, "宽带", None),
        "get_thread": lambda: adapter.get_thread(account, "status:5"),
        "fan_trend": lambda: adapter.fan_trend(account, "2026-02-20", "2026-02-28"),
        "list_tags": lambda: adapter.list_tags(account),
        "download": lambda: adapter.download(account, Media("image", source_ref="m")),
        "delete": lambda: adapter.delete(
            account, "status:5" if account.platform != "wechat" else "article:5"
        ),
        "exchange_code": lambda: adapter.exchange_code(account, "c", "https://a.cn/cb"),
    }
