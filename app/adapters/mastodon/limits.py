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
        Feature.PUBLISH,
        Feature.REPOST,
        Feature.REPLY_PUBLIC,
        Feature.REPLY_PRIVATE,
        Feature.DELETE,
        Feature.METRICS,
        Feature.SEARCH,
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
    history_days: int = form_field("首次接入回溯天数", "Days of history at first contact", 7, ge=0, le=90)


SCHEMA = AdapterSchema(credentials=MastodonCredentials, settings=MastodonSettings, base_urls={"api": ""})


def capabilities(account: AccountRef | None = None) -> Capabilities:
    settings = account.settings if account is not None else {}
    characters = int(settings.get("max_characters", 500))
    per_post = int(settings.get("max_media", 4))
    ignores_key = settings.get("software") == "gotosocial"
    pictures = ("image/jpeg", "image/png", "image/gif", "image/webp")
    return Capabilities(
        platform=PLATFORM,
        features=granted(_FEATURES, settings),
        text_limits={kind: TextLimit(characters, "graphemes") for kind in SendKind},
        media_out={
            "image": MediaLimit(16 * _MEBIBYTE, pictures, per_post),
            "video": MediaLimit(40 * _MEBIBYTE, ("video/mp4", "video/webm", "video/quicktime"), 1),
            "audio": MediaLimit(40 * _MEBIBYTE, ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac"), 1),
        },
        media_in=("image", "video", "audio"),
        visibilities=("public", "unlisted", "private"),
        quotas=(Quota("calls", 300, 300), Quota("media_uploads", 30, 1800), Quota("deletions", 30, 1800)),
        paging="link",
        id_type="opaque",
        idempotency=Idempotency.NONE if ignores_key else Idempotency.KEY,
        min_poll_seconds=15,
    )
