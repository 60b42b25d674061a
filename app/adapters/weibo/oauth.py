"""Connecting a Weibo account (weibo.md §2). Web apps get no refresh token: re-connecting is a task for a
person."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from app.adapters import lenient
from app.adapters.types import AccountRef, ConnectedAccount, Credentials
from app.adapters.weibo import parse
from app.adapters.weibo.client import WeiboClient, base_url
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind


def authorize_url(account: AccountRef, redirect_uri: str, state: str) -> str:
    """Where the browser is sent; `state` comes back with the code and must be compared."""
    query = {
        "client_id": account.credentials.get("app_key", ""),
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "all",
        "state": state,
        "forcelogin": "true",
    }
    return f"{base_url(account, 'api')}/oauth2/authorize?{urlencode(query)}"


def exchange_code(
    client: WeiboClient, clock: Clock, account: AccountRef, code: str, redirect_uri: str
) -> ConnectedAccount:
    """Two calls: the token, then the name. Raises PlatformError."""
    form = {
        "client_id": account.credentials.get("app_key", ""),
        "client_secret": account.credentials.get("app_secret", ""),
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
    }
    body = client.oauth(account, "access_token", form)
    token, uid = lenient.text(body.get("access_token")), lenient.identifier(body.get("uid"))
    if not token or not uid:
        raise PlatformError(PlatformErrorKind.CONFIG, platform="weibo", message="oauth_settings")
    credentials = Credentials({**account.credentials, "access_token": token})
    connected = AccountRef("weibo", uid, account.base_urls, credentials, account.settings)
    person = parse.author(client.get(connected, "users/show", {"uid": uid}))
    life = lenient.integer(body.get("expires_in"))
    return ConnectedAccount(
        external_id=uid,
        name=(person.name if person is not None else None) or uid,
        credentials=credentials,
        expires_at=None if life is None else clock.now() + timedelta(seconds=life),
    )
