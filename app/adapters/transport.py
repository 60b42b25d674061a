"""One HTTP call to a platform: timed, observed, and with network faults told apart by what they may have
done.

A read that fails is TEMPORARY. A write whose request may have arrived is UNKNOWN_OUTCOME: only a failure
before the connection stood is surely harmless.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.adapters import lenient
from app.adapters.tokens import MemoryTokenStore, TokenStore
from app.adapters.types import AccountRef
from app.core.clock import Clock, SystemClock
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.http_client import AddressNotAllowed, build_client, redact

_RAW_CHARS = 500
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# The request itself cannot be made: an address or a token that no HTTP message can carry.
_UNSENDABLE = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What an observer is told about a finished call; carries no secret."""

    platform: str
    operation: str
    account: str
    outcome: str  # ok, or a PlatformErrorKind
    status: int | None
    seconds: float


# Receives one CallRecord per call, for metrics and quota bookkeeping.
CallObserver = Callable[[CallRecord], None]


def _ignore(record: CallRecord) -> None:
    del record


@dataclass(frozen=True, slots=True)
class AdapterServices:
    """Everything an adapter needs from outside. The defaults serve one process."""

    http: httpx.Client = field(default_factory=build_client)
    clock: Clock = field(default_factory=SystemClock)
    tokens: TokenStore = field(default_factory=MemoryTokenStore)
    observe: CallObserver = _ignore
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Call:
    """`operation` is a short stable name for metrics; `writes` says whether a repeat could act twice."""

    operation: str
    method: str
    url: str
    params: Mapping[str, str | list[str]] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    content: bytes | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    content: bytes

    def json(self) -> Any:
        """Raises lenient.Unreadable when the body is cut off or no JSON at all."""
        return lenient.loads(self.content)

    def beginning(self) -> str:
        """The first characters with tokens removed, for an error's `raw`."""
        return redact(self.content[:_RAW_CHARS].decode("utf-8", "replace"))


class Transport:
    """Performs calls for one platform; knows nothing of the platform's error codes."""

    def __init__(self, platform: str, services: AdapterServices) -> None:
        self._platform = platform
        self._services = services

    def perform(self, account: AccountRef, call: Call) -> Answer:
        """Raises PlatformError (TEMPORARY or UNKNOWN_OUTCOME) when no whole answer came."""
        started = time.perf_counter()
        try:
            response = self._services.http.request(
                call.method,
                call.url,
                params=dict(call.params) or None,
                data=dict(call.form) if call.form is not None else None,
                json=dict(call.json) if call.json is not None else None,
                content=call.content,
                files=dict(call.files) if call.files is not None else None,
                headers=dict(call.headers),
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            failure = self._network_failure(call, error)
            self._tell(account, call, failure.kind.value, None, started)
            raise failure from None  # the chained exception would carry the address with its token
        outcome = "ok" if response.status_code < 400 else f"http_{response.status_code}"
        self._tell(account, call, outcome, response.status_code, started)
        return Answer(response.status_code, response.headers, response.content)

    def unreadable(self, call: Call, answer: Answer) -> PlatformError:
        """The error for an answer that is not what the platform's protocol says (a gateway page, half a
        body)."""
        kind = PlatformErrorKind.UNKNOWN_OUTCOME if call.writes else PlatformErrorKind.TEMPORARY
        return PlatformError(
            kind,
            platform=self._platform,
            message="unreadable_answer",
            platform_code=f"http_{answer.status}",
            raw=answer.beginning(),
        )

    def _network_failure(self, call: Call, error: Exception) -> PlatformError:
        if isinstance(error, _UNSENDABLE):
            # Its text may show the token: the name of the fault is all that is kept.
            return PlatformError(
                PlatformErrorKind.CONFIG,
                platform=self._platform,
                message="check_settings",
                raw=type(error).__name__,
            )
        if isinstance(error.__cause__, AddressNotAllowed):
            return PlatformError(
                PlatformErrorKind.CONFIG, platform=self._platform, message="address_not_allowed"
            )
        surely_harmless = isinstance(error, _NEVER_SENT) or not call.writes
        kind = PlatformErrorKind.TEMPORARY if surely_harmless else PlatformErrorKind.UNKNOWN_OUTCOME
        return PlatformError(
            kind, platform=self._platform, message=type(error).__name__, raw=redact(str(error))[:_RAW_CHARS]
        )

    def _tell(
        self, account: AccountRef, call: Call, outcome: str, status: int | None, started: float
    ) -> None:
        self._services.observe(
            CallRecord(
                platform=self._platform,
                operation=call.operation,
                account=account.external_id,
                outcome=outcome,
                status=status,
                seconds=time.perf_counter() - started,
            )
        )
