"""What a WeChat official account may do, as data (wechat.md §1, §8, §11). Numbers of 2025; windows are
settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, SecretStr

from app.adapters.capabilities import (
    Capabilities,
    Feature,
    Idempotency,
    MediaLimit,
    Quota,
    TextLimit,
    WindowRule,
    granted,
)
from app.adapters.schema import AdapterSchema, FormModel, form_field
from app.adapters.types import AccountRef, SendKind, Trigger
from app.adapters.wechat import crypto
from app.adapters.wechat.client import BASE_URLS
from app.adapters.wechat.envelope import DEFAULT_MAX_AGE_SECONDS

PLATFORM = "wechat"
STREAMS = ("comments",)
_MEBIBYTE = 1024 * 1024

_FEATURES = frozenset(
    {
        Feature.COMMENTS,
        Feature.PRIVATE_MESSAGES,
        Feature.FOLLOWERS,
        Feature.PUBLISH,
        Feature.REPLY_PUBLIC,
        Feature.REPLY_PRIVATE,
        Feature.DELETE,
        Feature.METRICS,
        Feature.FAN_TREND,
        Feature.PUSH,
        Feature.POLL,
        Feature.MEDIA_IN,
        Feature.MEDIA_OUT,
        Feature.TEMPLATES,
        Feature.TAGS,
        Feature.AUTHORS,
    }
)


class WeChatCredentials(FormModel):
    appid: str = form_field("AppID（开发者 ID）", "AppID", pattern=r"^wx[0-9a-zA-Z]{6,30}$")
    app_secret: SecretStr = form_field("AppSecret（开发者密码）", "AppSecret")
    token: SecretStr = form_field("消息校验 Token", "Callback token")
    encoding_aes_key: SecretStr | None = form_field("消息加解密密钥", "EncodingAESKey", None)
    previous_encoding_aes_key: SecretStr | None = form_field(
        "旧的消息加解密密钥", "Previous EncodingAESKey", None
    )


def _mismatches(credentials: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Every mode but plain needs the key, and a key that is none opens nothing."""
    wrong = {
        f"credentials.{name}": "not_an_aes_key"
        for name in ("encoding_aes_key", "previous_encoding_aes_key")
        if credentials.get(name) and not crypto.is_key(str(credentials[name]))
    }
    if settings.get("mode", "plain") != "plain" and not credentials.get("encoding_aes_key"):
        wrong["credentials.encoding_aes_key"] = "needed_in_this_mode"
    return wrong


class WeChatSettings(FormModel):
    mode: str = form_field(
        "消息加解密方式",
        "Message mode",
        "safe",
        choices=("plain", "compatible", "safe"),
        pattern="^(plain|compatible|safe)$",
    )
    account_kind: str = form_field(
        "账号类型",
        "Account kind",
        "service",
        choices=("service", "subscription", "unverified"),
        pattern="^(service|subscription|unverified)$",
    )
    comment_right: bool = form_field("已开通留言功能", "May read comments", True)
    message_window_hours: int = form_field("客服消息窗口（小时）", "Reply window (hours)", 48, ge=0)
    message_window_quota: int = form_field("窗口内可发条数", "Messages per window", 5, ge=0)
    action_window_seconds: int = form_field("互动窗口（秒）", "Window after an action (seconds)", 60, ge=0)
    action_window_quota: int = form_field("互动窗口可发条数", "Messages after an action", 3, ge=0)
    cover_media_id: str = form_field(
        "默认封面（永久素材 media_id）", "Default cover (permanent material)", ""
    )
    watched_articles: list[Annotated[str, Field(pattern=r"^\d{1,20}:\d$")]] = form_field(
        "关注留言的文章",
        "Articles whose comments are read",
        [],
        max_length=20,
        help_zh="每项为 msg_data_id:位置，如 2247500001:0；新文章每天自动发现，不必填写",
        help_en="msg_data_id:position each (2247500001:0); new articles are found by themselves once a day",
    )
    push_max_age_seconds: int = form_field(
        "推送时间戳有效期（秒）", "Oldest push accepted (seconds)", DEFAULT_MAX_AGE_SECONDS, ge=0
    )


SCHEMA = AdapterSchema(
    credentials=WeChatCredentials, settings=WeChatSettings, base_urls=BASE_URLS, mismatches=_mismatches
)


def capabilities(account: AccountRef | None = None) -> Capabilities:
    settings = account.settings if account is not None else {}
    return Capabilities(
        platform=PLATFORM,
        features=granted(_features(settings), settings),
        text_limits={
            SendKind.PRIVATE_MESSAGE: TextLimit(2048, "utf8_bytes"),
            SendKind.COMMENT: TextLimit(600, "utf8_bytes"),
            SendKind.POST: TextLimit(20_000, "characters"),
        },
        media_out={
            "image": MediaLimit(10 * _MEBIBYTE, ("image/png", "image/jpeg", "image/gif")),
            "voice": MediaLimit(2 * _MEBIBYTE, ("audio/amr", "audio/mpeg")),
            "video": MediaLimit(10 * _MEBIBYTE, ("video/mp4",)),
        },
        media_with=(SendKind.PRIVATE_MESSAGE,),
        text_with_media=False,
        media_in=("image", "voice", "video", "location", "link"),
        window_rules=window_rules(settings),
        after_window=("template_message",),
        quotas=(
            Quota("token_calls", 10_000, 60),
            Quota("user_list_calls", 500, 86_400),
            Quota("custom_messages", 500_000, 86_400),
            Quota("posts", 100, 86_400),
        ),
        paging="offset",
        id_type="openid",
        idempotency=Idempotency.NONE,
        returns_message_id=False,
        min_poll_seconds=300,
    )


def window_rules(settings: Mapping[str, Any]) -> tuple[WindowRule, ...]:
    """5 messages in 48 h after a message, 3 in a minute after a follow, a menu click or a scan."""
    message = timedelta(hours=int(settings.get("message_window_hours", 48)))
    action = timedelta(seconds=int(settings.get("action_window_seconds", 60)))
    per_action = int(settings.get("action_window_quota", 3))
    return (
        WindowRule(Trigger.MESSAGE, message, int(settings.get("message_window_quota", 5))),
        WindowRule(Trigger.FOLLOW, action, per_action),
        WindowRule(Trigger.MENU_CLICK, action, per_action),
        WindowRule(Trigger.SCAN, action, per_action),
    )


def _features(settings: Mapping[str, Any]) -> frozenset[Feature]:
    features = set(_FEATURES)
    kind = settings.get("account_kind", "service")
    if kind != "service":
        features.discard(Feature.TEMPLATES)
    if kind == "unverified":
        features = {Feature.PRIVATE_MESSAGES, Feature.PUSH, Feature.MEDIA_IN}
    if settings.get("comment_right", True) is False:
        features -= {Feature.COMMENTS, Feature.REPLY_PUBLIC}
    return frozenset(features)
