"""The account's access token: one cache for all processes, one refresh at a time (wechat.md §7).

`stable_token` gives the same token to repeated calls and does not invalidate the older one; forced refreshes
are limited to 20 a day, so they are only asked for when the plain call hands out the very token that was
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.adapters import lenient
from app.adapters.tokens import StoredToken
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Json
from app.core.errors import PlatformError, PlatformErrorKind

_REFRESH_AT = 0.8
Fetch = Callable[[AccountRef, bool], Json]  # (account, force) → the answer of stable_token


class AccessTokens:
    def __init__(self, services: AdapterServices, fetch: Fetch) -> None:
        self._store = services.tokens
        self._clock = services.clock
        self._fetch = fetch

    def current(self, account: AccountRef) -> str:
        """A token that should work now. Raises PlatformError when none can be had."""
        key = _key(account)
        token = self._store.get(key)
        if token is not None and self._clock.now() < token.refresh_at:
            return token.value
        with self._store.lock(key):
            token = self._store.get(key)
            if token is not None and self._clock.now() < token.refresh_at:
                return token.value
            try:
                return self._renew(account, force=False)
            except PlatformError as error:
                still_good = token is not None and self._clock.now() < token.expires_at
                if still_good and token is not None and error.kind is PlatformErrorKind.TEMPORARY:
                    return token.value
                raise

    def replace(self, account: AccountRef, refused: str) -> str:
        """A token other than `refused`, which the platform has just turned down."""
        key = _key(account)
        with self._store.lock(key):
            token = self._store.get(key)
            if token is not None and token.value != refused and self._clock.now() < token.expires_at:
                return token.value  # another process has replaced it while we waited
            value = self._renew(account, force=False)
            return value if value != refused else self._renew(account, force=True)

    def _renew(self, account: AccountRef, force: bool) -> str:
        body = self._fetch(account, force)
        value = lenient.text(body.get("access_token"))
        life = lenient.integer(body.get("expires_in")) or 0
        if not value or life <= 0:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="wechat", message="no_token_in_answer")
        now = self._clock.now()
        self._store.put(
            _key(account),
            StoredToken(
                value=value,
                refresh_at=now + timedelta(seconds=life * _REFRESH_AT),
                expires_at=now + timedelta(seconds=life),
            ),
        )
        return value


def _key(account: AccountRef) -> str:
    return f"wechat:{account.credentials.get('appid', account.external_id)}"
