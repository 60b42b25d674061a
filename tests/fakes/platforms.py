"""Platforms without a network: the real adapters' rules over a platform kept in memory.

Lengths, windows, signatures and parsing are the adapters' own; only the calls that would leave the machine
end in a `Remote`, which a test scripts and asks what arrived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.accounts.platforms import Platforms
from app.adapters.base import StreamReader
from app.adapters.mastodon import MastodonAdapter
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Budget,
    Cursor,
    HealthState,
    Page,
    SendRequest,
    SendResult,
    SendState,
)
from app.adapters.wechat import WeChatAdapter
from app.adapters.weibo import WeiboAdapter
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.runtime import Runtime


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong. `acted`: the platform did what was asked before it failed to say so."""

    error: BaseException | None
    """None: it goes well, and what is scripted next is for the next call."""
    acted: bool = False


@dataclass
class Remote:
    """The platform itself: what has arrived there, and what will go wrong next."""

    arrived: list[SendRequest] = field(default_factory=list)
    send_faults: deque[Fault] = field(default_factory=deque)
    upload_faults: deque[BaseException] = field(default_factory=deque)
    held: list[list[bytes]] = field(default_factory=list)
    """What was uploaded, upload by upload."""
    read_faults: deque[BaseException] = field(default_factory=deque)
    pages: deque[Page | PlatformError] = field(default_factory=deque)
    polls: list[Cursor | None] = field(default_factory=list)
    before_answer: Callable[[SendRequest], None] | None = None
    """Called while a send is on its way: a test looks into the database here."""

    def texts(self) -> list[str]:
        return [request.text for request in self.arrived]

    def send(self, request: SendRequest) -> SendResult:
        if self.before_answer is not None:
            self.before_answer(request)
        fault = self.send_faults.popleft() if self.send_faults else None
        if fault is None or fault.error is None or fault.acted:
            self.arrived.append(request)
        if fault is not None and fault.error is not None:
            raise fault.error
        return self._result(request)

    def hold(self, request: SendRequest) -> Mapping[str, Any]:
        """Take the request's files, which nobody sees yet."""
        if self.upload_faults:
            raise self.upload_faults.popleft()
        self.held.append([medium.read() for medium in request.media])
        return {"media_ids": [f"m{len(self.held)}-{place}" for place, _ in enumerate(request.media)]}

    def find(self, request: SendRequest) -> SendResult | None:
        if self.read_faults:
            raise self.read_faults.popleft()
        known = any(sent.operation_key == request.operation_key for sent in self.arrived)
        return self._result(request) if known else None

    def poll(self, cursor: Cursor | None) -> Page:
        self.polls.append(cursor)
        page = self.pages.popleft() if self.pages else Page((), cursor or {})
        if isinstance(page, PlatformError):
            raise page
        return page

    def _result(self, request: SendRequest) -> SendResult:
        return SendResult(f"reply:{request.operation_key[:12]}", SendState.DONE, {"ok": True})

    def fail_next(
        self, kind: PlatformErrorKind, *, acted: bool = False, retry_at: datetime | None = None
    ) -> None:
        self.send_faults.append(Fault(platform_error(kind, retry_at=retry_at), acted))


class FakeWeibo(WeiboAdapter):
    """Weibo's rules over a Remote."""

    remote: Remote

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        return self.remote.find(request)

    def check_account(self, account: AccountRef) -> AccountHealth:
        return AccountHealth(HealthState.OK, self.services.clock.now())

    def stream_readers(self) -> Mapping[str, StreamReader]:
        def read(account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
            return self.remote.poll(cursor)

        return dict.fromkeys(self.streams, read)


class FakeWeChat(WeChatAdapter):
    """WeChat's rules over a Remote; it cannot be read back, as WeChat cannot."""

    remote: Remote

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        raise PlatformError(PlatformErrorKind.UNKNOWN_OUTCOME, platform="wechat", message="no read-back")


class FakeMastodon(MastodonAdapter):
    """Mastodon's rules over a Remote."""

    remote: Remote

    def prepare(self, account: AccountRef, request: SendRequest) -> Mapping[str, Any]:
        return self.remote.hold(request)

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.remote.send(request)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        return self.remote.find(request)


class FakePlatforms(Platforms):
    """Hands out the adapters above; a platform without one gets its real adapter, which must stay unused."""

    def __init__(self, runtime: Runtime, remote: Remote) -> None:
        super().__init__(runtime)
        self.remote = remote
        for fake in (FakeWeibo(self._services), FakeWeChat(self._services), FakeMastodon(self._services)):
            fake.remote = remote
            self._adapters[fake.platform] = fake

    def close(self) -> None:
        self._services.http.close()


def platform_error(kind: PlatformErrorKind, *, retry_at: datetime | None = None) -> PlatformError:
    return PlatformError(
        kind, platform="weibo", message=f"scripted {kind}", platform_code="10001", retry_at=retry_at
    )
