"""HTTP clients for talking to platforms we trust: time limits, size limit, and no token in any log.

Addresses that come from outside (avatars, media) never go through here: see core/guarded_fetch.py.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

from app.core.addresses import Resolver, checked_addresses, resolve

USER_AGENT = "Lingke/0.1 (+customer-service-console)"
MAX_BODY_BYTES = 16 * 1024 * 1024
DEFAULT_TIMEOUT = httpx.Timeout(15.0, connect=5.0, pool=5.0)

_HIDDEN = (
    "access_token|refresh_token|client_secret|appsecret|app_secret|secret|code|token|password|"
    "encoding_aes_key|authorization|ticket"
)
_IN_QUERY = re.compile(rf"(?i)([?&;\s](?:{_HIDDEN})=)[^&\s\"'<>]+")
_AT_START = re.compile(rf"(?i)^((?:{_HIDDEN})=)[^&\s\"'<>]+")
_IN_JSON = re.compile(rf"(?i)(\"(?:{_HIDDEN})\"\s*:\s*\")[^\"]*")
_IN_HEADER = re.compile(r"(?i)\b((?:bearer|oauth2)\s+)[A-Za-z0-9._~+/=-]+")


class BodyTooLarge(httpx.ReadError):
    """The answer is longer than we are willing to read."""


def redact(message: str) -> str:
    """`message` with the values of tokens, secrets and passwords replaced by `***`."""
    for pattern in (_IN_QUERY, _AT_START, _IN_JSON, _IN_HEADER):
        message = pattern.sub(r"\1***", message)
    return message


class RedactingFilter(logging.Filter):
    """httpx logs whole request addresses, and WeChat's carry the token: clean every record it makes."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        return True


_FILTER = RedactingFilter()


def quiet_transport_logs() -> None:
    """Attach the redaction to httpx's and httpcore's loggers; calling it again changes nothing."""
    for name in ("httpx", "httpcore.http11", "httpcore.connection", "httpcore.http2", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_FILTER)


class _LimitedStream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for chunk in self._inner:
            seen += len(chunk)
            if seen > self._limit:
                raise BodyTooLarge(f"answer longer than {self._limit} bytes")
            yield chunk

    def close(self) -> None:
        self._inner.close()


class AddressNotAllowed(httpcore.ConnectError):
    """The host lies in a network of somebody's own, and no setting names it."""


class _CheckingBackend(httpcore.SyncBackend):
    """Resolves, checks and connects in one step: the very address that was checked is connected to."""

    def __init__(self, trusted: frozenset[str], resolver: Resolver) -> None:
        self._trusted = trusted
        self._resolver = resolver

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        try:
            addresses = checked_addresses(host, port, self._trusted, self._resolver)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if not addresses:
            raise AddressNotAllowed("address_not_allowed")
        return super().connect_tcp(addresses[0], port, *args, **options)


@cache
def _tls_context() -> ssl.SSLContext:
    """One for the process: the list of authorities takes 20 ms to read and a megabyte to keep."""
    return httpx.create_ssl_context(trust_env=False)


class _CheckingTransport(httpx.HTTPTransport):
    """httpx's own, over a pool whose connections are checked (httpx has no way to hand one in)."""

    def __init__(self, limits: httpx.Limits, trusted: frozenset[str], resolver: Resolver) -> None:
        context = _tls_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_CheckingBackend(trusted, resolver),
        )


class LimitedTransport(httpx.BaseTransport):
    """Wraps a transport so that no answer is read beyond `limit` bytes (counted before decompression)."""

    def __init__(self, inner: httpx.BaseTransport, limit: int = MAX_BODY_BYTES) -> None:
        self._inner = inner
        self._limit = limit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _LimitedStream(response.stream, self._limit)
        return response

    def close(self) -> None:
        self._inner.close()


def build_client(
    *,
    transport: httpx.BaseTransport | None = None,
    timeout: httpx.Timeout = DEFAULT_TIMEOUT,
    max_body_bytes: int = MAX_BODY_BYTES,
    max_connections: int = 40,
    user_agent: str = USER_AGENT,
    private_hosts: frozenset[str] = frozenset(),
    resolver: Resolver = resolve,
) -> httpx.Client:
    """A client for hosts that an administrator configured: no redirects followed, no proxies or .netrc read
    from the environment, and no way into our own network but to the `private_hosts` (`host` or `host:port`).
    Thread-safe; one per process is enough."""
    quiet_transport_logs()
    limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
    inner = transport or _CheckingTransport(limits, private_hosts, resolver)
    # gzip would let a small answer grow past the limit after it was counted.
    headers: dict[str, Any] = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
    return httpx.Client(
        transport=LimitedTransport(inner, max_body_bytes),
        timeout=timeout,
        headers=headers,
        follow_redirects=False,
        trust_env=False,
    )
