"""Connecting a Mastodon account and asking its server for its limits (mastodon.md §1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from app.adapters import lenient
from app.adapters.mastodon.client import MastodonClient, url
from app.adapters.types import AccountRef, ConnectedAccount, Credentials
from app.core.errors import PlatformError, PlatformErrorKind

SCOPES = (
    "read:accounts read:statuses read:notifications read:search read:follows "
    "write:statuses write:media write:favourites write:conversations"
)


def register_app(client: MastodonClient, account: AccountRef, redirect_uri: str) -> Credentials:
    """Once per server: `client_id` and `client_secret` to keep with the account."""
    form = {"client_name": "Lingke", "redirect_uris": redirect_uri, "scopes": SCOPES}
    body = lenient.obj(client.post_public(account, "/api/v1/apps", form))
    return Credentials({name: lenient.text(body.get(name)) for name in ("client_id", "client_secret")})


def authorize_url(account: AccountRef, redirect_uri: str, state: str) -> str:
    query = {
        "response_type": "code",
        "client_id": account.credentials.get("client_id", ""),
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
    }
    return f"{url(account, '/oauth/authorize')}?{urlencode(query)}"


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
        "scope": SCOPES,
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
    """`software`, `max_characters`, `max_media`, as far as the server tells (`/api/v2/instance`, else v1)."""
    try:
        body = lenient.obj(client.get(account, "/api/v2/instance"))
    except PlatformError as error:
        if error.kind is not PlatformErrorKind.NOT_FOUND:
            raise
        body = lenient.obj(client.get(account, "/api/v1/instance"))
    configured = lenient.obj(lenient.obj(body.get("configuration")).get("statuses"))
    origin = f"{lenient.text(body.get('source_url'))} {lenient.text(body.get('version'))}".lower()
    facts: dict[str, Any] = {"software": "gotosocial" if "gotosocial" in origin else "mastodon"}
    for ours, theirs in (("max_characters", "max_characters"), ("max_media", "max_media_attachments")):
        number = lenient.integer(configured.get(theirs))
        if number is not None and number > 0:
            facts[ours] = number
    return facts
