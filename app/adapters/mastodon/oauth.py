"""Connecting a Mastodon account and asking its server for its limits (mastodon.md §1)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.adapters import lenient
from app.adapters.mastodon.client import MastodonClient, url
from app.adapters.types import AccountRef, ConnectedAccount, Credentials
from app.core.errors import PlatformError, PlatformErrorKind

SCOPES = (
    "read:accounts read:statuses read:notifications read:search read:follows "
    "write:statuses write:media write:favourites write:conversations write:follows"
)
_EARLIER_SCOPES = SCOPES.removesuffix(" write:follows")
"""What apps were registered with before we kept their scopes: a server refuses to grant more."""
_HANDLE = re.compile(r"@?[\w.\-]+@([\w.\-]+(?::\d+)?)")


def server_address(written: str) -> str:
    """`social.example`, `https://social.example/@us` or `@us@social.example` → the server's own address.

    A path (`/mastodon`) names a server of the demo and stays. Raises ValueError for what is no address.
    """
    text = written.strip().rstrip("/")
    if text.startswith("/") and len(text) > 1:
        return text
    handle = _HANDLE.fullmatch(text)
    if handle is not None:
        text = handle[1]
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or " " in text:
        raise ValueError("not_a_web_address")
    if "." not in parts.hostname and parts.hostname != "localhost" and ":" not in parts.hostname:
        raise ValueError("not_a_web_address")
    path = "" if parts.path.startswith("/@") else parts.path
    return f"{parts.scheme}://{parts.netloc.lower()}{path}".rstrip("/")


def server_name(address: str) -> str:
    """What tells one server from another, whether it is spoken to with or without TLS."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}".lower().rstrip("/")[:255]


def register_app(client: MastodonClient, account: AccountRef, redirect_uri: str) -> Credentials:
    """Once per server: `client_id` and `client_secret` to keep with the account."""
    form = {"client_name": "Lingke", "redirect_uris": redirect_uri, "scopes": SCOPES}
    body = lenient.obj(client.post_public(account, "/api/v1/apps", form))
    keys = {name: lenient.text(body.get(name)) for name in ("client_id", "client_secret")}
    if not all(keys.values()):
        raise PlatformError(PlatformErrorKind.CONFIG, platform="mastodon", message="app_not_registered")
    return Credentials({**keys, "scopes": SCOPES})


def authorize_url(account: AccountRef, redirect_uri: str, state: str) -> str:
    query = {
        "response_type": "code",
        "client_id": account.credentials.get("client_id", ""),
        "redirect_uri": redirect_uri,
        "scope": _scopes(account),
        "state": state,
    }
    return f"{url(account, '/oauth/authorize')}?{urlencode(query)}"


def _scopes(account: AccountRef) -> str:
    return account.credentials.get("scopes") or _EARLIER_SCOPES


def exchange_code(
    client: MastodonClient, account: AccountRef, code: str, redirect_uri: str
) -> ConnectedAccount:
    """Two calls: the token, then whose it is. The token has no end and no refresh."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": account.credentials.get("client_id", ""),
        "client_secret": account.credentials.get("client_secret", ""),
        "redirect_uri": redirect_uri,
        "scope": _scopes(account),
    }
    token = lenient.text(lenient.obj(client.post_public(account, "/oauth/token", form)).get("access_token"))
    if not token:
        raise PlatformError(PlatformErrorKind.CONFIG, platform="mastodon", message="oauth_settings")
    credentials = Credentials({**account.credentials, "access_token": token})
    connected = AccountRef("mastodon", "", account.base_urls, credentials, account.settings)
    me = lenient.obj(client.get(connected, "/api/v1/accounts/verify_credentials"))
    return ConnectedAccount(
        external_id=lenient.identifier(me.get("id")),
        name=lenient.text(me.get("display_name")) or lenient.text(me.get("acct")),
        credentials=credentials,
    )


def server_facts(client: MastodonClient, account: AccountRef) -> dict[str, Any]:
    """The settings of MastodonSettings, as far as the server tells (`/api/v2/instance`, else v1)."""
    try:
        body = lenient.obj(client.get(account, "/api/v2/instance"))
    except PlatformError as error:
        if error.kind is not PlatformErrorKind.NOT_FOUND:
            raise
        body = lenient.obj(client.get(account, "/api/v1/instance"))
    configured = lenient.obj(body.get("configuration"))
    origin = f"{lenient.text(body.get('source_url'))} {lenient.text(body.get('version'))}".lower()
    facts: dict[str, Any] = {"software": "gotosocial" if _is_gotosocial(origin, body) else "mastodon"}
    for ours, part, theirs in _FIGURES:
        number = lenient.integer(lenient.obj(configured.get(part)).get(theirs))
        if number is not None and number > 0:
            facts[ours] = number
    speaks = lenient.integer(lenient.obj(body.get("api_versions")).get("mastodon")) or 0
    facts["tells_quotes"] = speaks >= _WITH_QUOTES
    types = lenient.obj(configured.get("media_attachments")).get("supported_mime_types")
    if isinstance(types, list) and types:
        facts["media_types"] = " ".join(str(name) for name in types if isinstance(name, str))[:_LONGEST_TYPES]
    return facts


_LONGEST_TYPES = 2000
_WITH_QUOTES = 7
"""The version of Mastodon's interface that tells of quotes (Mastodon 4.5). Others may refuse the question."""
_FIGURES = (
    ("max_characters", "statuses", "max_characters"),
    ("max_media", "statuses", "max_media_attachments"),
    ("image_max_bytes", "media_attachments", "image_size_limit"),
    ("video_max_bytes", "media_attachments", "video_size_limit"),
)


def _is_gotosocial(origin: str, body: dict[str, Any]) -> bool:
    """GoToSocial names its source; old ones only have a version of their own kind (`0.17.3 git-…`)."""
    if "gotosocial" in origin:
        return True
    return not body.get("source_url") and lenient.text(body.get("version")).startswith("0.")
