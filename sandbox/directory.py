"""Which brand accounts this server knows, and who a token belongs to."""

from __future__ import annotations

import json
import secrets
from typing import Any

from sandbox.accounts import DEMO_ACCOUNTS, BrandAccount, account_from_json, as_json
from sandbox.clock import PlatformClock
from sandbox.store import Row, Store

Json = dict[str, Any]
_DEMO_TOKEN_SECONDS = 30 * 86_400
_NEVER = 4e12


class UnknownAccount(LookupError):
    """No account has this key, id or name."""


class Directory:
    """Demo accounts, accounts added by the control API, and all tokens."""

    def __init__(self, store: Store, clock: PlatformClock) -> None:
        self._store = store
        self._clock = clock
        self._accounts: dict[str, BrandAccount] = {}
        self.load()

    def load(self) -> None:
        """Read accounts again and renew the demo tokens, so that a demo left alone for months starts."""
        added = [
            account_from_json(json.loads(row["body"]))
            for row in self._store.all("SELECT * FROM account_added")
        ]
        patches = {
            r["key"]: json.loads(r["settings"]) for r in self._store.all("SELECT * FROM account_patch")
        }
        everything = [*DEMO_ACCOUNTS, *added]
        self._accounts = {a.key: a.with_settings(patches.get(a.key, {})) for a in everything}
        for account in self._accounts.values():
            self._seed_tokens(account)

    def _seed_tokens(self, account: BrandAccount) -> None:
        client = account.credentials.get("app_key") or account.credentials.get("client_id", "")
        for name, lifetime in (("access_token", _DEMO_TOKEN_SECONDS), ("fan_token", 365 * 86_400)):
            value = account.credentials.get(name)
            if value:
                seconds = _NEVER if account.platform == "mastodon" else lifetime
                self.issue(account, kind=name, client=client, lifetime=seconds, value=value)

    def add(self, body: Json) -> BrandAccount:
        """Raises KeyError when a needed field is missing."""
        account = account_from_json(body)
        document = json.dumps(as_json(account), ensure_ascii=False)
        self._store.put("account_added", key=account.key, body=document)
        self.load()
        return self._accounts[account.key]

    def patch(self, key: str, settings: Json) -> BrandAccount:
        account = self.get(key)
        old = json.loads(self._patch_text(account.key))
        document = json.dumps({**old, **settings}, ensure_ascii=False)
        self._store.put("account_patch", key=account.key, settings=document)
        self._accounts[account.key] = account.with_settings(settings)
        return self._accounts[account.key]

    def _patch_text(self, key: str) -> str:
        row = self._store.one("SELECT settings FROM account_patch WHERE key = ?", key)
        return str(row["settings"]) if row is not None else "{}"

    def all(self, platform: str = "") -> list[BrandAccount]:
        return [a for a in self._accounts.values() if not platform or a.platform == platform]

    def get(self, name: str) -> BrandAccount:
        """By key, external id, name, appid or username. Raises UnknownAccount."""
        if name in self._accounts:
            return self._accounts[name]
        for account in self._accounts.values():
            if name in (account.external_id, account.name, account.credentials.get("appid")):
                return account
            if name and name == account.settings.get("username"):
                return account
        raise UnknownAccount(name)

    def find(self, platform: str, field: str, value: str) -> BrandAccount | None:
        """The account of a platform whose credential `field` has this value."""
        for account in self.all(platform):
            if value and account.credentials.get(field) == value:
                return account
        return None

    def by_external_id(self, platform: str, external_id: str) -> BrandAccount | None:
        return next((a for a in self.all(platform) if a.external_id == external_id), None)

    def issue(
        self,
        account: BrandAccount,
        *,
        kind: str,
        client: str,
        lifetime: float,
        value: str = "",
        scope: str = "",
        redirect_uri: str = "",
    ) -> str:
        """Make (or renew) a token or code that lives for `lifetime` seconds of platform time."""
        text = value or secrets.token_hex(24)
        now = self._clock.now()
        self._store.put(
            "token",
            value=text,
            platform=account.platform,
            account=account.key,
            kind=kind,
            client=client,
            scope=scope,
            redirect_uri=redirect_uri,
            created_at=now,
            expires_at=now + lifetime,
        )
        return text

    def token(self, platform: str, value: str) -> Row | None:
        return self._store.one("SELECT * FROM token WHERE platform = ? AND value = ?", platform, value)

    def end_token(self, value: str) -> None:
        self._store.run("DELETE FROM token WHERE value = ?", value)
