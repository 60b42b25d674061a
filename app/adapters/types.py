"""The values that cross the border between the console and a platform, under one name.

Frozen dataclasses only: an adapter hands them in and out and never sees a table. Ids of platforms are strings
(Weibo's need 64 bits, Mastodon's and WeChat's are opaque); times are UTC-aware.
"""

from __future__ import annotations

from app.adapters.account import AccountHealth, AccountRef, ConnectedAccount, Credentials, HealthState
from app.adapters.figures import DailyFigure, DownloadedMedia, FollowerPage, PostMetrics
from app.adapters.inbound import (
    Author,
    Budget,
    Cursor,
    InboundPost,
    ItemKind,
    Json,
    Lane,
    Media,
    Page,
    PushAck,
    PushResult,
    Trigger,
)
from app.adapters.outbound import (
    OutboundMedia,
    ReplyWindow,
    SendKind,
    SendRequest,
    SendResult,
    SendState,
    TextMeasure,
    Violation,
)

__all__ = [
    "AccountHealth",
    "AccountRef",
    "Author",
    "Budget",
    "ConnectedAccount",
    "Credentials",
    "Cursor",
    "DailyFigure",
    "DownloadedMedia",
    "FollowerPage",
    "HealthState",
    "InboundPost",
    "ItemKind",
    "Json",
    "Lane",
    "Media",
    "OutboundMedia",
    "Page",
    "PostMetrics",
    "PushAck",
    "PushResult",
    "ReplyWindow",
    "SendKind",
    "SendRequest",
    "SendResult",
    "SendState",
    "TextMeasure",
    "Trigger",
    "Violation",
]
