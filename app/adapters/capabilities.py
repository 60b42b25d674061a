"""What a platform (or one account on it) can do, as data: screens and services read limits from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from app.adapters.types import SendKind, Trigger


class Feature(StrEnum):
    MENTIONS = "mentions"
    COMMENTS = "comments"
    PRIVATE_MESSAGES = "private_messages"
    OWN_POSTS = "own_posts"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    FOLLOW_REQUESTS = "follow_requests"
    PUBLISH = "publish"
    REPOST = "repost"
    REPLY_PUBLIC = "reply_public"
    REPLY_PRIVATE = "reply_private"
    DELETE = "delete"
    METRICS = "metrics"
    FAN_TREND = "fan_trend"
    SEARCH = "search"
    REREAD = "reread"
    PUSH = "push"
    POLL = "poll"
    MEDIA_IN = "media_in"
    MEDIA_OUT = "media_out"
    TEMPLATES = "templates"
    TAGS = "tags"
    AUTHORS = "authors"
    AUTHOR_PROFILE = "author_profile"
    OAUTH_CONNECT = "oauth_connect"


class Idempotency(StrEnum):
    NONE = "none"
    KEY = "key"
    CLIENT_ID = "client_id"


def granted(features: Iterable[Feature], settings: Mapping[str, Any]) -> frozenset[Feature]:
    """`features` without those that the account's setting `disabled_features` names: what the platform
    refused this account (CAPABILITY_MISSING) is switched off there until somebody tries again."""
    disabled = {str(name) for name in settings.get("disabled_features", ())}
    return frozenset(feature for feature in features if feature.value not in disabled)


def feature_of_stream(stream: str) -> Feature | None:
    """The feature that a stream is all of; None for one that is only a part or an extra."""
    return Feature(stream) if stream in set(Feature) else None


@dataclass(frozen=True, slots=True)
class TextLimit:
    """`unit` names the counting rule: half_up (Weibo), utf8_bytes (WeChat), graphemes (Mastodon)."""

    limit: int
    unit: str


@dataclass(frozen=True, slots=True)
class MediaLimit:
    max_bytes: int
    mime_types: tuple[str, ...]
    per_message: int = 1


@dataclass(frozen=True, slots=True)
class WindowRule:
    """After `trigger`, private answers are legal for `lasts`; `allowance` None = uncounted."""

    trigger: Trigger
    lasts: timedelta
    allowance: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` calls in `seconds`, per `scope` (account | app | ip | contact)."""

    name: str
    limit: int
    seconds: int
    scope: str = "account"


@dataclass(frozen=True, slots=True)
class Capabilities:
    platform: str
    features: frozenset[Feature]
    text_limits: Mapping[str, TextLimit] = field(default_factory=dict)
    media_out: Mapping[str, MediaLimit] = field(default_factory=dict)
    media_with: tuple[SendKind, ...] = tuple(SendKind)  # acts that may carry media
    text_with_media: bool = True
    media_in: tuple[str, ...] = ()
    visibilities: tuple[str, ...] = ()  # who may see a post; empty: the platform leaves no choice
    window_rules: tuple[WindowRule, ...] = ()
    after_window: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    paging: str = "id"  # id | link | offset
    id_type: str = "opaque"  # decimal64 | openid | opaque
    needs_actor_ip: bool = False  # for public writes
    idempotency: Idempotency = Idempotency.NONE
    push_is_hint: bool = False
    returns_message_id: bool = True
    min_poll_seconds: int = 60

    def has(self, feature: Feature) -> bool:
        return feature in self.features

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: what a screen needs, durations in seconds."""
        data = asdict(self)
        data["features"] = sorted(self.features)
        data["window_rules"] = [
            {"trigger": rule.trigger, "seconds": int(rule.lasts.total_seconds()), "allowance": rule.allowance}
            for rule in self.window_rules
        ]
        return data
