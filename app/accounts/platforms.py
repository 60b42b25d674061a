"""Where stored accounts meet the adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpx

from app.accounts.refusals import refused_features
from app.accounts.token_store import DatabaseTokenStore
from app.adapters import registry
from app.adapters.base import PlatformAdapter, PushReceiver
from app.adapters.capabilities import Capabilities
from app.adapters.transport import AdapterServices, CallRecord
from app.adapters.types import AccountRef, Credentials
from app.config import Settings
from app.core.addresses import listed_hosts
from app.core.errors import NotFound
from app.core.http_client import build_client
from app.core.metrics import PLATFORM_SECONDS
from app.core.runtime import Runtime
from app.models import Account

KEPT_OPEN = 256
"""Decrypting credentials costs as much as verifying a push; this many accounts' stay open in memory."""


@dataclass
class CallCount:
    calls: int = 0


_counting: ContextVar[CallCount | None] = ContextVar("counting", default=None)


@contextmanager
def counted_calls() -> Iterator[CallCount]:
    """Counts the platform calls that this thread makes inside the block."""
    count = CallCount()
    token = _counting.set(count)
    try:
        yield count
    finally:
        _counting.reset(token)


class Platforms:
    """The adapters of this process, sharing one HTTP client and the database's token store."""

    def __init__(self, runtime: Runtime, http: httpx.Client | None = None) -> None:
        self._runtime = runtime
        self._services = AdapterServices(
            http=http or build_client(private_hosts=_private_hosts(runtime.settings)),
            clock=runtime.clock,
            tokens=DatabaseTokenStore(runtime),
            observe=_observe,
        )
        self._adapters: dict[str, PlatformAdapter] = {}
        # Asking a protocol whether an object fits it takes longer than verifying a push.
        self._receivers: dict[str, PushReceiver] = {}
        # By what is sealed, so a change of keys or credentials is never answered with what was before.
        self._opened = lru_cache(maxsize=KEPT_OPEN)(self._open)

    def adapter(self, platform: str) -> PlatformAdapter:
        if platform not in self._adapters:
            self._adapters[platform] = registry.build(platform, self._services)
        return self._adapters[platform]

    def push_receiver(self, platform: str) -> PushReceiver:
        """The adapter of a platform that pushes. Raises NotFound for one that does not."""
        known = self._receivers.get(platform)
        if known is None:
            adapter = self.adapter(platform)
            if not isinstance(adapter, PushReceiver):
                raise NotFound
            known = self._receivers[platform] = adapter
        return known

    def ref(self, account: Account) -> AccountRef:
        """The account as adapters know it, with its credentials opened."""
        return AccountRef(
            platform=account.platform,
            external_id=account.external_id,
            base_urls={name: self._absolute(url) for name, url in account.base_urls.items()},
            credentials=self._opened(account.credentials),
            settings={**account.settings, "disabled_features": [*refused_features(account)]},
            names=account.called,
        )

    def capabilities(self, account: Account) -> Capabilities:
        """What its platform and its own rights let the account do."""
        return self.adapter(account.platform).capabilities(self.ref(account))

    def draft(
        self, platform: str, base_urls: Mapping[str, str], credentials: Mapping[str, str]
    ) -> AccountRef:
        """An account that is not stored yet, as adapters know it."""
        addresses = {name: self._absolute(url) for name, url in base_urls.items()}
        return AccountRef(platform, "", addresses, Credentials(credentials), {})

    def _open(self, sealed: bytes) -> Credentials:
        return Credentials(self._runtime.vault.open(sealed))

    def _absolute(self, url: str) -> str:
        """A path (`/weibo`) names a platform of the demo's stand-in; anything else is an address."""
        return urljoin(self._runtime.settings.sandbox_url, url) if url.startswith("/") else url


def _private_hosts(settings: Settings) -> frozenset[str]:
    """Hosts that may be private: those a setting names, and outside production the stand-in."""
    hosts = listed_hosts(settings.private_platform_hosts)
    stand_in = urlsplit(settings.sandbox_url).netloc
    return hosts | {stand_in.lower()} if stand_in else hosts


def platforms(runtime: Runtime) -> Platforms:
    return runtime.part("platforms", Platforms)


def _observe(record: CallRecord) -> None:
    count = _counting.get()
    if count is not None:
        count.calls += 1
    PLATFORM_SECONDS.labels(record.platform, record.operation, record.outcome).observe(record.seconds)
