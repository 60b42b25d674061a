"""What Weibo allows, as data (weibo.md §4, §6, §7, §9). Every number may be overridden by the account's
settings."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

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
from app.adapters.weibo.client import BASE_URLS
from app.adapters.weibo.push import DEFAULT_MAX_AGE_SECONDS

PLATFORM = "weibo"
STREAMS = ("mentions", "comments", "comment_mentions", "own_posts", "own_comments")
_TWO_DAYS = timedelta(hours=48)
_MEBIBYTE = 1024 * 1024

WINDOW_RULES = (
    WindowRule(Trigger.MESSAGE, _TWO_DAYS),
    WindowRule(Trigger.FOLLOW, _TWO_DAYS),
    WindowRule(Trigger.MENU_CLICK, _TWO_DAYS),
    WindowRule(Trigger.SCAN, _TWO_DAYS),
    WindowRule(Trigger.MENTION, _TWO_DAYS, allowance=1),
)
_FEATURES = frozenset(
    {
        Feature.MENTIONS,
        Feature.COMMENTS,
        Feature.PRIVATE_MESSAGES,
        Feature.OWN_POSTS,
        Feature.FOLLOWERS,
        Feature.FOLLOWING,
        Feature.PUBLISH,
        Feature.REPOST,
        Feature.REPLY_PUBLIC,
        Feature.REPLY_PRIVATE,
        Feature.DELETE,
        Feature.METRICS,
        Feature.PUSH,
        Feature.POLL,
        Feature.MEDIA_OUT,
        Feature.MEDIA_IN,
        Feature.AUTHORS,
        Feature.AUTHOR_PROFILE,
        Feature.OAUTH_CONNECT,
        Feature.SEARCH,
        Feature.REREAD,
    }
)


class WeiboCredentials(FormModel):
    app_key: str = form_field("App Key", "App key")
    app_secret: SecretStr = form_field("App Secret", "App secret")
    access_token: SecretStr = form_field(
        "Access Token（授权后自动填写）", "Access token (filled by connecting)"
    )
    fan_token: SecretStr | None = form_field("粉丝服务平台 Token", "Fan-service token", None)


class WeiboSettings(FormModel):
    api_family: str = form_field(
        "接口类型", "API family", "open", choices=("open", "biz"), pattern="^(open|biz)$"
    )
    app_level: str = form_field(
        "应用级别", "App level", "partner", choices=("ordinary", "partner"), pattern="^(ordinary|partner)$"
    )
    bound_domain: str = form_field("安全域名", "Bound domain", "")
    redirect_uri: str = form_field("授权回调地址", "OAuth redirect address", "")
    history_days: int = form_field("首次接入回溯天数", "Days of history at first contact", 7, ge=0, le=90)
    page_size: int = form_field("每页条数", "Items per page", 100, ge=1, le=200)
    user_calls_per_day: int = form_field("每日调用额度", "Calls per day", 100, ge=1)
    posts_are_moderated: bool = form_field("发布先审后发", "Posts are moderated before they show", False)
    push_format: str = form_field("推送格式", "Push format", "json", choices=("json", "xml"))
    push_max_age_seconds: int = form_field(
        "推送时间戳有效期（秒）", "Oldest push accepted (seconds)", DEFAULT_MAX_AGE_SECONDS, ge=0
    )


SCHEMA = AdapterSchema(credentials=WeiboCredentials, settings=WeiboSettings, base_urls=BASE_URLS)


def capabilities(account: AccountRef | None = None) -> Capabilities:
    """Searching needs a contract (business family); posting through `share` needs a bound domain."""
    settings = account.settings if account is not None else {}
    features = set(_FEATURES)
    if account is not None and settings.get("api_family", "open") != "biz":
        features.discard(Feature.SEARCH)
    if account is not None and not has_fan_service(account):
        features -= {Feature.PUSH, Feature.PRIVATE_MESSAGES, Feature.REPLY_PRIVATE}
    return Capabilities(
        platform=PLATFORM,
        features=granted(features, settings),
        text_limits={
            SendKind.COMMENT: TextLimit(140, "half_up"),
            SendKind.PRIVATE_MESSAGE: TextLimit(300, "half_up"),
            SendKind.POST: TextLimit(140, "half_up"),
            SendKind.REPOST: TextLimit(140, "half_up"),
        },
        media_out={"image": MediaLimit(5 * _MEBIBYTE, ("image/jpeg", "image/gif", "image/png"))},
        media_with=(SendKind.POST,),
        media_in=("image", "voice", "location"),
        window_rules=WINDOW_RULES,
        after_window=("public_comment",),
        quotas=(
            Quota("calls", int(settings.get("user_calls_per_day", 100)), 86_400),
            Quota("calls_ip", 15_000, 3_600, scope="ip"),
            Quota("posts", 30, 3_600),
            Quota("comments", 60, 3_600),
        ),
        paging="id",
        id_type="decimal64",
        needs_actor_ip=True,
        idempotency=Idempotency.NONE,
        returns_message_id=True,
        min_poll_seconds=180,
    )


def has_fan_service(account: AccountRef) -> bool:
    """Private messages exist only for accounts of the fan-service platform, which need the AppSecret to
    verify."""
    return bool(account.credentials.get("app_secret"))
