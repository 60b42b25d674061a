"""A connected account as adapters know it: credentials, settings, health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Credentials(Mapping[str, str]):
    """Secrets of an account. Reads like a dict; never shows a value in repr, str or a traceback."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = {key: str(value) for key, value in (values or {}).items() if value is not None}

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{key}=…' for key in sorted(self._values))})"


@dataclass(frozen=True, slots=True)
class AccountRef:
    """A connected account, as much of it as an adapter may know.

    `external_id` is Weibo's uid, WeChat's gh_ id, Mastodon's account id. `base_urls` overrides an adapter's
    default hosts by name (`api`, …): the demo and the tests point them at the sandbox.
    """

    platform: str
    external_id: str
    base_urls: Mapping[str, str] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=Credentials)
    settings: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """What texts call it after an `@`, in lower case and without a server."""


class HealthState(StrEnum):
    OK = "ok"
    EXPIRING = "expiring"
    RECONNECT = "reconnect"
    MISCONFIGURED = "misconfigured"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """`advice` is a stable key (`reconnect`, `add_ip_to_whitelist`, …) that screens translate."""

    state: HealthState
    checked_at: datetime
    advice: str | None = None
    detail: str = ""
    expires_at: datetime | None = None
    quota_limit: int | None = None
    quota_remaining: int | None = None
    quota_resets_at: datetime | None = None
    # What the platform told about itself (`max_characters`, `software`): settings worth keeping.
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """What connecting by OAuth brought. `expires_at` None: the token has no end of its own."""

    external_id: str
    name: str
    credentials: Credentials
    expires_at: datetime | None = None
