"""Fetching what outsiders name (avatars, pictures, voice): never a way into our own network (SSRF).

The address is checked where the connection is made, after name resolution, and the very address that was
checked is connected to: a name that resolves differently the next moment, a decimal or octal spelling, an
IPv6 wrapping or a redirect gets no further. Size and total time are bounded.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from app.core.addresses import Resolver, checked_addresses, is_inside, resolve
from app.core.errors import AppError
from app.core.http_client import USER_AGENT

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024


class FetchRefused(AppError):
    """Not fetched. `code`: bad_address, address_not_allowed, too_large, too_slow, too_many_redirects,
    wrong_content_type, http_error, unreachable."""

    status = 422
    default_code = "fetch_refused"


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """`allowed_private` names hosts (`host` or `host:port`) that may be private: the demo's sandbox."""

    max_bytes: int = 10 * 1024 * 1024
    total_seconds: float = 15.0
    max_redirects: int = 3
    ports: frozenset[int] = frozenset({80, 443})
    content_types: tuple[str, ...] = ("image/", "audio/", "video/", "application/octet-stream")
    allowed_private: frozenset[str] = frozenset()

    def trusts(self, host: str, port: int) -> bool:
        return host in self.allowed_private or f"{host}:{port}" in self.allowed_private


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes = field(repr=False)
    mime_type: str
    url: str


class GuardedFetcher:
    """One per process; safe to share between threads."""

    def __init__(self, policy: FetchPolicy | None = None, resolver: Resolver = resolve) -> None:
        self._policy = policy or FetchPolicy()
        self._resolver = resolver
        self._tls = ssl.create_default_context()

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """GET without cookies or credentials. Raises FetchRefused."""
        deadline = time.monotonic() + self._policy.total_seconds
        for _ in range(self._policy.max_redirects + 1):
            self.require_address(url)
            try:
                outcome = self._one(url, headers or {}, deadline)
            except _NETWORK_FAULTS as error:
                raise self._network_refusal(error, deadline) from error
            if isinstance(outcome, Fetched):
                return outcome
            url = urljoin(url, outcome)
        raise FetchRefused("too_many_redirects")

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """POST once, without following redirects; the status of the answer, whose body is not read.

        Raises FetchRefused: `bad_address`, `address_not_allowed` and `unreachable` mean that nothing was
        sent, `broken_off` and `too_slow` that nobody knows.
        """
        deadline = time.monotonic() + self._policy.total_seconds
        self.require_address(url)
        backend = _GuardedBackend(self._policy, self._resolver, deadline)
        sent: dict[bytes | str, bytes | str] = {
            "Host": _host_header(url),
            "User-Agent": USER_AGENT,
            "Content-Length": str(len(content)),
        }
        sent.update(headers.items())
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls, network_backend=backend, max_connections=1
                ) as pool,
                pool.stream("POST", url, headers=sent, content=content) as response,
            ):
                return response.status
        except _NEVER_SENT as error:
            raise FetchRefused("unreachable", cause=type(error).__name__) from error
        except _NETWORK_FAULTS as error:
            late = time.monotonic() >= deadline
            raise FetchRefused("too_slow" if late else "broken_off", cause=type(error).__name__) from error

    def _one(self, url: str, headers: Mapping[str, str], deadline: float) -> Fetched | str:
        """The content, or the address a redirect points to."""
        backend = _GuardedBackend(self._policy, self._resolver, deadline)
        sent: dict[bytes | str, bytes | str] = {
            "Host": _host_header(url),
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
        }
        sent.update(headers.items())
        with (
            httpcore.ConnectionPool(
                ssl_context=self._tls, network_backend=backend, max_connections=1
            ) as pool,
            pool.stream("GET", url, headers=sent) as response,
        ):
            received = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in _REDIRECTS and received.get("location"):
                return received["location"]
            if response.status != 200:
                raise FetchRefused("http_error", http_status=response.status)
            mime_type = self._require_type(received)
            return Fetched(self._read(response.iter_stream(), received, deadline), mime_type, url)

    def _read(self, chunks: Iterable[bytes], headers: Mapping[str, str], deadline: float) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared[:18]) > self._policy.max_bytes:
            raise FetchRefused("too_large", limit=self._policy.max_bytes)
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > self._policy.max_bytes:
                raise FetchRefused("too_large", limit=self._policy.max_bytes)
            if time.monotonic() > deadline:
                raise FetchRefused("too_slow", seconds=self._policy.total_seconds)
        return bytes(content)

    def require_address(self, url: str) -> None:
        """Raises FetchRefused for what can never be asked, whatever its name resolves to."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise FetchRefused("bad_address") from error
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise FetchRefused("bad_address")
        if len(url) > 2048 or not url.isascii() or any(ord(character) <= 32 for character in url):
            raise FetchRefused("bad_address")
        port = port or (443 if parts.scheme == "https" else 80)
        if (port not in self._policy.ports or is_inside(host)) and not self._policy.trusts(host, port):
            raise FetchRefused("address_not_allowed")

    def _require_type(self, headers: Mapping[str, str]) -> str:
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise FetchRefused("wrong_content_type")  # a few bytes could unpack to gigabytes
        mime_type = headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
        if not mime_type.startswith(self._policy.content_types):
            raise FetchRefused("wrong_content_type", mime_type=mime_type[:100])
        return mime_type

    def _network_refusal(self, error: Exception, deadline: float) -> FetchRefused:
        if time.monotonic() >= deadline:
            return FetchRefused("too_slow", seconds=self._policy.total_seconds)
        return FetchRefused("unreachable", cause=type(error).__name__)


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves, checks and connects in one step."""

    def __init__(self, policy: FetchPolicy, resolver: Resolver, deadline: float) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del timeout, local_address, socket_options
        addresses = checked_addresses(host, port, self._policy.allowed_private, self._resolver)
        if not addresses:
            raise FetchRefused("address_not_allowed")
        stream = self._inner.connect_tcp(addresses[0], port, timeout=_remaining(self._deadline))
        return _DeadlineStream(stream, self._deadline)


class _DeadlineStream(httpcore.NetworkStream):
    """Every read and write gets only what is left of the whole fetch's time: slow drips end."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._inner.read(min(max_bytes, _CHUNK), timeout=_remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._inner.write(buffer, timeout=_remaining(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        del timeout
        secured = self._inner.start_tls(ssl_context, server_hostname, _remaining(self._deadline))
        return _DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


_NEVER_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.UnsupportedProtocol,
    UnicodeError,
)
_NETWORK_FAULTS = (
    OSError,
    UnicodeError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


def _remaining(deadline: float) -> float:
    """Seconds left; never zero, which sockets take for "do not wait" and not for "too late"."""
    return max(0.001, deadline - time.monotonic())


def _host_header(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
