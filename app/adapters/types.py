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
    Media,
    Origin,
    Page,
    PushAck,
    PushResult,
    Reread,
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
from app.core.lanes import Lane

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
    "Origin",
    "OutboundMedia",
    "Page",
    "PostMetrics",
    "PushAck",
    "PushResult",
    "ReplyWindow",
    "Reread",
    "SendKind",
    "SendRequest",
    "SendResult",
    "SendState",
    "TextMeasure",
    "Trigger",
    "Violation",
]
