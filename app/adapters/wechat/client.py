"""WeChat's HTTP: token in the query, bodies as raw UTF-8 JSON, errors in a 200 answer.

`\\uXXXX` escapes reach the follower literally or give 40033 (wechat.md), so JSON is never escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.adapters import lenient
from app.adapters.transport import AdapterServices, Answer, Call, Transport
from app.adapters.types import AccountRef, Json
from app.adapters.wechat import errors
from app.adapters.wechat.tokens import AccessTokens
from app.core.errors import PlatformError

BASE_URLS = {"api": "https://api.weixin.qq.com"}


class WeChatClient:
    """Stateless; one serves all accounts."""

    def __init__(self, services: AdapterServices, transport: Transport) -> None:
        self._services = services
        self._transport = transport
        self.tokens = AccessTokens(services, self._fetch_token)

    def get(self, account: AccountRef, path: str, params: Mapping[str, str] | None = None) -> Json:
        return self._read_json(account, Call(path, "GET", _url(account, path), params=params or {}))

    def post(self, account: AccountRef, path: str, body: Mapping[str, Any], *, writes: bool = False) -> Json:
        """`writes` marks calls whose repeat could act twice."""
        call = Call(
            path,
            "POST",
            _url(account, path),
            content=encode(body),
            headers={"Content-Type": "application/json; charset=utf-8"},
            writes=writes,
        )
        return self._read_json(account, call)

    def upload(
        self, account: AccountRef, path: str, params: Mapping[str, str], media: tuple[str, bytes, str]
    ) -> Json:
        """Multipart upload of the field `media`: (file name, bytes, mime type). A repeat is harmless."""
        call = Call(path, "POST", _url(account, path), params=params, files={"media": media})
        return self._read_json(account, call)

    def download(self, account: AccountRef, path: str, params: Mapping[str, str]) -> Answer:
        """A binary answer. Errors come as JSON with status 200: the content type tells them apart."""
        call = Call(path, "GET", _url(account, path), params=params)
        return self._with_token(account, call)[1]

    def _read_json(self, account: AccountRef, call: Call) -> Json:
        sent, answer = self._with_token(account, call)
        try:
            return lenient.obj(answer.json())
        except lenient.Unreadable:
            raise self._transport.unreadable(sent, answer) from None

    def _with_token(self, account: AccountRef, call: Call) -> tuple[Call, Answer]:
        """One repeat after a refused token, never more: a refused call has done nothing."""
        token = self.tokens.current(account)
        try:
            return call, self._checked(account, _signed(call, token))
        except PlatformError as error:
            if error.platform_code not in {str(code) for code in errors.TOKEN_CODES}:
                raise
        token = self.tokens.replace(account, token)
        return call, self._checked(account, _signed(call, token))

    def _checked(self, account: AccountRef, call: Call) -> Answer:
        answer = self._transport.perform(account, call)
        body = _json_object(answer)
        code = errors.error_code(body) if body is not None else None
        if body is not None and code is not None:
            raise errors.platform_error(code, body, call, answer, self._services.clock)
        if answer.status >= 400:
            raise errors.status_error(call, answer, self._services.clock, self._transport)
        return answer

    def _fetch_token(self, account: AccountRef, force: bool) -> Json:
        body = {
            "grant_type": "client_credential",
            "appid": account.credentials.get("appid", ""),
            "secret": account.credentials.get("app_secret", ""),
            "force_refresh": force,
        }
        path = "/cgi-bin/stable_token"
        headers = {"Content-Type": "application/json; charset=utf-8"}
        call = Call(path, "POST", _url(account, path), content=encode(body), headers=headers)
        answer = self._checked(account, call)
        try:
            return lenient.obj(answer.json())
        except lenient.Unreadable:
            raise self._transport.unreadable(call, answer) from None


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON in raw UTF-8; lone surrogates, which UTF-8 cannot hold, become `?`."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _json_object(answer: Answer) -> Json | None:
    """The body if it may be JSON. A picture whose bytes happen to parse is no concern: it starts
    otherwise."""
    content_type = answer.headers.get("content-type", "")
    if answer.content[:1] != b"{" and "json" not in content_type:
        return None
    try:
        body = answer.json()
    except lenient.Unreadable:
        return None
    return body if isinstance(body, dict) else None


def _signed(call: Call, token: str) -> Call:
    return replace(call, params={**call.params, "access_token": token})


def _url(account: AccountRef, path: str) -> str:
    return (account.base_urls.get("api") or BASE_URLS["api"]).rstrip("/") + path
