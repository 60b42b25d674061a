"""The forum's HTTP and its one table of errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.adapters import lenient
from app.adapters.faults import retry_after_seconds
from app.adapters.transport import AdapterServices, Answer, Call, Transport
from app.adapters.types import AccountRef, Json
from app.core.errors import PlatformError, PlatformErrorKind

STATES = {
    401: PlatformErrorKind.AUTH_EXPIRED,
    403: PlatformErrorKind.CAPABILITY_MISSING,
    404: PlatformErrorKind.NOT_FOUND,
    422: PlatformErrorKind.REJECTED,
    429: PlatformErrorKind.RATE_LIMITED,
}


class BulletinClient:
    def __init__(self, services: AdapterServices, transport: Transport) -> None:
        self._services = services
        self._transport = transport

    def get(self, account: AccountRef, path: str, params: Mapping[str, str]) -> Json:
        return self._json(
            account, Call(path, "GET", _url(account, path), params=params, headers=_headers(account))
        )

    def post(self, account: AccountRef, path: str, body: Json) -> Json:
        call = Call("reply", "POST", _url(account, path), json=body, headers=_headers(account), writes=True)
        return self._json(account, call)

    def _json(self, account: AccountRef, call: Call) -> Json:
        answer = self._transport.perform(account, call)
        if answer.status >= 400:
            raise self._error(call, answer)
        try:
            return lenient.obj(answer.json())
        except lenient.Unreadable:
            raise self._transport.unreadable(call, answer) from None

    def _error(self, call: Call, answer: Answer) -> PlatformError:
        if answer.status >= 500:
            return self._transport.unreadable(call, answer)
        wait = retry_after_seconds(answer.headers.get("retry-after"))
        return PlatformError(
            STATES.get(answer.status, PlatformErrorKind.REJECTED),
            platform="bulletin",
            platform_code=f"http_{answer.status}",
            retry_at=None if wait is None else self._services.clock.now() + timedelta(seconds=wait),
            raw=answer.beginning(),
        )


def _url(account: AccountRef, path: str) -> str:
    return account.base_urls.get("api", "").rstrip("/") + path


def _headers(account: AccountRef) -> dict[str, str]:
    token = account.credentials.get("token")
    return {"Authorization": f"Token {token}"} if token else {}
