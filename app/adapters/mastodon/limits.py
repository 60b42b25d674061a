"""What a Mastodon-API server allows, as data. The server's own figures (`/api/v2/instance`) are kept in
settings."""

from __future__ import annotations

from pydantic import SecretStr

from app.adapters.capabilities import (
    Capabilities,
    Feature,
    Idempotency,
    MediaLimit,
    Quota,
    TextLimit,
    granted,
)
from app.adapters.schema import AdapterSchema, FormModel, form_field
from app.adapters.types import AccountRef, SendKind

PLATFORM = "mastodon"
STREAMS = ("mentions", "events", "own_posts")
_MEBIBYTE = 1024 * 1024

_FEATURES = frozenset(
    {
        Feature.MENTIONS,
        Feature.PRIVATE_MESSAGES,
        Feature.OWN_POSTS,
        Feature.FOLLOWERS,
        Feature.FOLLOWING,
        Feature.FOLLOW_REQUESTS,
        Feature.PUBLISH,
        Feature.REPOST,
        Feature.REPLY_PUBLIC,
        Feature.REPLY_PRIVATE,
        Feature.DELETE,
        Feature.METRICS,
        Feature.SEARCH,
        Feature.REREAD,
        Feature.POLL,
        Feature.MEDIA_IN,
        Feature.MEDIA_OUT,
        Feature.AUTHORS,
        Feature.AUTHOR_PROFILE,
        Feature.OAUTH_CONNECT,
    }
)


class MastodonCredentials(FormModel):
    client_id: str = form_field("应用 Client ID", "Client id", "")
    client_secret: SecretStr | None = form_field("应用 Client Secret", "Client secret", None)
    scopes: str = form_field("应用权限范围（自动填写）", "The app's scopes (filled by connecting)", "")
    access_token: SecretStr = form_field(
        "Access Token（授权后自动填写）", "Access token (filled by connecting)"
    )


class MastodonSettings(FormModel):
    software: str = form_field(
        "服务器软件",
        "Server software",
        "mastodon",
        choices=("mastodon", "gotosocial"),
        pattern="^(mastodon|gotosocial)$",
    )
    max_characters: int = form_field("单条字数上限", "Characters per post", 500, ge=1)
    max_media: int = form_field("单条附件上限", "Attachments per post", 4, ge=0)
    image_max_bytes: int = form_field("单张图片字节上限", "Bytes per picture", 16 * _MEBIBYTE, ge=1)
    video_max_bytes: int = form_field("单个视频字节上限", "Bytes per video", 40 * _MEBIBYTE, ge=1)
    media_types: str = form_field(
        "可发的文件类型（空格分隔）", "Media types, by blanks; empty for the usual", ""
    )
    tells_quotes: bool = form_field("会通知帖文被引用", "Tells when a post is quoted", False)
    history_days: int = form_field("首次接入回溯天数", "Days of history at first contact", 7, ge=0, le=90)


SCHEMA = AdapterSchema(credentials=MastodonCredentials, settings=MastodonSettings, base_urls={"api": ""})


def capabilities(account: AccountRef | None = None) -> Capabilities:
    settings = account.settings if account is not None else {}
    characters = int(settings.get("max_characters", 500))
    per_post = int(settings.get("max_media", 4))
    ignores_key = settings.get("software") == "gotosocial"
    taken = set(str(settings.get("media_types", "")).split())
    pictures = _taken(("image/jpeg", "image/png", "image/gif", "image/webp"), taken)
    image_bytes = int(settings.get("image_max_bytes", 16 * _MEBIBYTE))
    video_bytes = int(settings.get("video_max_bytes", 40 * _MEBIBYTE))
    films = _taken(("video/mp4", "video/webm", "video/quicktime"), taken)
    sounds = _taken(("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac"), taken)
    return Capabilities(
        platform=PLATFORM,
        features=granted(_FEATURES, settings),
        text_limits={kind: TextLimit(characters, "graphemes") for kind in SendKind},
        media_out={
            name: limit
            for name, limit in (
                ("image", MediaLimit(image_bytes, pictures, per_post)),
                ("video", MediaLimit(video_bytes, films, 1)),
                ("audio", MediaLimit(video_bytes, sounds, 1)),
            )
            if limit.mime_types and per_post
        },
        media_in=("image", "video", "audio"),
        visibilities=("public", "unlisted", "private"),
        quotas=(Quota("calls", 300, 300), Quota("media_uploads", 30, 1800), Quota("deletions", 30, 1800)),
        paging="link",
        id_type="opaque",
        idempotency=Idempotency.NONE if ignores_key else Idempotency.KEY,
        min_poll_seconds=15,
    )


def _taken(usual: tuple[str, ...], taken: set[str]) -> tuple[str, ...]:
    """Those that the server says it takes; all where it says nothing."""
    return tuple(name for name in usual if not taken or name in taken)
