"""Mastodon's HTTP: bearer token, JSON, `Link` paging. Works against Mastodon and GoToSocial (mastodon.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.adapters import lenient
from app.adapters.mastodon import errors
from app.adapters.transport import AdapterServices, Answer, Call, Transport
from app.adapters.types import AccountRef
from app.core.errors import PlatformError, PlatformErrorKind

_LINK = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?(next|prev)"?')
Params = Mapping[str, str | list[str]]


Links = dict[str, dict[str, str]]
_ACCEPT = {"Accept": "application/json"}


class MastodonClient:
    """Stateless; one serves all accounts of all servers."""

    def __init__(self, services: AdapterServices, transport: Transport) -> None:
        self._services = services
        self._transport = transport

    def get(self, account: AccountRef, path: str, params: Params | None = None) -> Any:
        return self.get_page(account, path, params)[0]

    def get_page(self, account: AccountRef, path: str, params: Params | None = None) -> tuple[Any, Links]:
        """The body, and the query of the older (`next`) and newer (`prev`) page."""
        call = Call(_name(path), "GET", url(account, path), params=params or {}, headers=_headers(account))
        answer = self._checked(account, call)
        return self._json(call, answer), links(answer.headers.get("link", ""))

    def get_with_quota(self, account: AccountRef, path: str) -> tuple[Any, tuple[int | None, int | None]]:
        """The body, and how many calls the server allows and how many are left (X-RateLimit headers)."""
        call = Call(_name(path), "GET", url(account, path), headers=_headers(account))
        answer = self._checked(account, call)
        allowed = lenient.integer(answer.headers.get("x-ratelimit-limit"))
        left = lenient.integer(answer.headers.get("x-ratelimit-remaining"))
        return self._json(call, answer), (allowed, left)

    def post(self, account: AccountRef, path: str, body: Mapping[str, Any], idempotency_key: str = "") -> Any:
        headers = _headers(account)
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        call = Call(_name(path), "POST", url(account, path), json=body, headers=headers, writes=True)
        return self._json(call, self._checked(account, call))

    def post_public(self, account: AccountRef, path: str, form: Mapping[str, str]) -> Any:
        """A call without token: the OAuth exchange."""
        call = Call(_name(path), "POST", url(account, path), form=form, headers=_ACCEPT)
        return self._json(call, self._checked(account, call))

    def delete(self, account: AccountRef, path: str) -> Any:
        call = Call(_name(path), "DELETE", url(account, path), headers=_headers(account), writes=True)
        return self._json(call, self._checked(account, call))

    def upload(self, account: AccountRef, file: tuple[str, bytes, str], description: str) -> Any:
        """`POST /api/v2/media`; a repeat only leaves an unused upload behind."""
        call = Call(
            "media",
            "POST",
            url(account, "/api/v2/media"),
            form={"description": description} if description else None,
            files={"file": file},
            headers=_headers(account),
        )
        return self._json(call, self._checked(account, call))

    def _checked(self, account: AccountRef, call: Call) -> Answer:
        answer = self._transport.perform(account, call)
        if answer.status >= 400:
            raise errors.status_error(call, answer, self._services.clock)
        if answer.status >= 300:
            raise self._transport.unreadable(call, answer)
        return answer

    def _json(self, call: Call, answer: Answer) -> Any:
        try:
            return answer.json()
        except lenient.Unreadable:
            raise self._transport.unreadable(call, answer) from None


def links(header: str) -> Links:
    """rel → query parameters. Only the query is taken: the host stays the account's own, whatever a server
    says."""
    return {
        rel: dict(parse_qsl(urlsplit(address).query, max_num_fields=20))
        for address, rel in _LINK.findall(header[:8000])
    }


def url(account: AccountRef, path: str) -> str:
    """Raises PlatformError(CONFIG) for an account without a server address."""
    base = account.base_urls.get("api", "")
    if not base.startswith(("https://", "http://")):
        raise PlatformError(PlatformErrorKind.CONFIG, platform="mastodon", message="server_address_missing")
    return base.rstrip("/") + path


def _headers(account: AccountRef) -> dict[str, str]:
    token = account.credentials.get("access_token")
    return {**_ACCEPT, "Authorization": f"Bearer {token}"} if token else dict(_ACCEPT)


def _name(path: str) -> str:
    """The path with ids replaced, as a metric's name."""
    parts = [part for part in path.split("/") if part]
    return "/".join(":id" if any(letter.isdigit() for letter in part[1:]) else part for part in parts[2:])
