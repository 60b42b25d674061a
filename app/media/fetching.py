"""Getting the bytes of a medium: from the platform by its id, or from an address through the guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts.platforms import platforms
from app.adapters.base import MediaSource
from app.adapters.types import AccountRef, Media
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.guarded_fetch import FetchPolicy, FetchRefused, GuardedFetcher
from app.core.runtime import Runtime
from app.media.content_types import fits, sniff
from app.media.limits import FETCH_SECONDS, HOPELESS, most_bytes
from app.media.trust import trusted_hosts
from app.models import Account, AccountStatus, CopyState, MediaCopy, MediaPart

_TYPES = ("image/", "audio/", "video/", "application/octet-stream", "binary/octet-stream")
_FILE_TYPES = ("",)
_FINAL = {"too_large": CopyState.TOO_LARGE, **dict.fromkeys(HOPELESS, CopyState.FAILED)}
_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class Got:
    content: bytes
    mime_type: str


class NotGot(Exception):
    """There are no bytes. `final` when asking again is of no use; `cause` is what the account learns."""

    def __init__(
        self,
        reason: str,
        final: CopyState | None = None,
        *,
        retry_at: datetime | None = None,
        cause: PlatformError | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.retry_at = retry_at
        self.cause = cause


def fetch_medium(runtime: Runtime, copy: MediaCopy, account: Account) -> Got:
    """The bytes, of a type that fits. Raises NotGot."""
    content = _bytes(runtime, copy, account)
    if len(content) > most_bytes(copy.kind, preview=copy.part is MediaPart.PREVIEW):
        raise NotGot("too_large", CopyState.TOO_LARGE)
    mime_type = sniff(content)
    if not content or not fits(copy.kind, mime_type):
        raise NotGot("wrong_content_type", CopyState.FAILED)
    return Got(content, mime_type)


def _bytes(runtime: Runtime, copy: MediaCopy, account: Account) -> bytes:
    adapter = platforms(runtime).adapter(account.platform)
    if copy.source_ref and isinstance(adapter, MediaSource):
        if account.status is AccountStatus.REMOVED:
            raise NotGot("account_removed", CopyState.FAILED)
        return _from_platform(runtime, adapter, platforms(runtime).ref(account), copy)
    if not copy.source_url:
        raise NotGot("no_address", CopyState.FAILED)
    return _from_address(runtime, copy, copy.source_url)


def _from_platform(runtime: Runtime, adapter: MediaSource, account: AccountRef, copy: MediaCopy) -> bytes:
    """By id; where the platform has forgotten it, by the address that came along."""
    try:
        answer = adapter.download(account, Media(kind=copy.kind, source_ref=copy.source_ref))
    except PlatformError as error:
        if error.kind is PlatformErrorKind.NOT_FOUND and copy.source_url:
            return _from_address(runtime, copy, copy.source_url)
        raise _not_given(error) from None
    if answer.url:
        return _from_address(runtime, copy, answer.url)
    return answer.content


def _not_given(error: PlatformError) -> NotGot:
    if error.kind is PlatformErrorKind.NOT_FOUND:
        return NotGot("expired", CopyState.EXPIRED)
    if error.message == "BodyTooLarge":
        return NotGot("too_large", CopyState.TOO_LARGE)
    if error.kind in (PlatformErrorKind.REJECTED, PlatformErrorKind.CAPABILITY_MISSING):
        return NotGot(error.kind.value, CopyState.FAILED)
    return NotGot(error.kind.value, retry_at=error.retry_at, cause=error)


def _from_address(runtime: Runtime, copy: MediaCopy, url: str) -> bytes:
    trusted, ports = trusted_hosts(runtime.settings)
    policy = FetchPolicy(
        max_bytes=most_bytes(copy.kind, preview=copy.part is MediaPart.PREVIEW),
        total_seconds=FETCH_SECONDS,
        ports=frozenset({80, 443}) | ports,
        content_types=_FILE_TYPES if copy.kind == "file" else _TYPES,
        allowed_private=trusted,
    )
    try:
        return GuardedFetcher(policy).fetch(url).content
    except FetchRefused as error:
        gone = error.code == "http_error" and error.details.get("http_status") in _GONE
        raise NotGot(error.code, CopyState.EXPIRED if gone else _FINAL.get(error.code)) from None
