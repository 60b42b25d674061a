"""Weibo's HTTP: which host and path an operation has, the token, and answers turned into JSON or an error.

Facts: weibo.md §1 (open `/2/<name>.json` and business `/2/<name>/biz.json` families) and §2 (token as
header).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.adapters import lenient
from app.adapters.transport import AdapterServices, Answer, Call, Transport
from app.adapters.types import AccountRef, DownloadedMedia, Json
from app.adapters.weibo import errors

BASE_URLS = {
    "api": "https://api.weibo.com",
    "c_api": "https://c.api.weibo.com",
    "upload": "https://upload.api.weibo.com",
    "m_api": "https://m.api.weibo.com",
}
_NO_BIZ_TWIN = frozenset({"account/get_uid", "account/rate_limit_status", "emotions"})


class WeiboClient:
    """Stateless; one serves all accounts."""

    def __init__(self, services: AdapterServices, transport: Transport) -> None:
        self._services = services
        self._transport = transport

    def get(self, account: AccountRef, name: str, params: Mapping[str, str]) -> Any:
        """A read of the open or business family, by the account's `api_family` setting."""
        call = Call(name, "GET", resource_url(account, name), params=params, headers=_token_header(account))
        return self._json(account, call)

    def post(
        self,
        account: AccountRef,
        name: str,
        form: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Any:
        """A write. Failures that leave open whether it took place are UNKNOWN_OUTCOME."""
        call = Call(
            name,
            "POST",
            resource_url(account, name),
            form=form,
            files=files,
            headers=_token_header(account),
            writes=True,
        )
        return self._json(account, call)

    def fan_service(self, account: AccountRef, name: str, form: Mapping[str, str]) -> Json:
        """A call of the fan-service host; its token may differ from the open API's (weibo.md §7)."""
        token = account.credentials.get("fan_token") or account.credentials.get("access_token", "")
        url = f"{base_url(account, 'm_api')}/2/{name}.json"
        call = Call(name, "POST", url, form={"access_token": token, **form}, writes=True)
        return lenient.obj(self._json(account, call))

    def download(self, account: AccountRef, file_id: str) -> DownloadedMedia:
        """`mss/msget` of the upload host gives a private message's file (weibo.md §7, unconfirmed there)."""
        token = account.credentials.get("fan_token") or account.credentials.get("access_token", "")
        call = Call(
            "mss/msget",
            "GET",
            f"{base_url(account, 'upload')}/2/mss/msget",
            params={"fid": file_id, "access_token": token},
        )
        answer = self._transport.perform(account, call)
        content_type = answer.headers.get("content-type", "application/octet-stream").partition(";")[0]
        if "json" in content_type or answer.status >= 400:
            self._read(call, answer)
            raise self._transport.unreadable(call, answer)
        return DownloadedMedia(answer.content, content_type)

    def oauth(self, account: AccountRef, name: str, form: Mapping[str, str]) -> Json:
        call = Call(f"oauth2/{name}", "POST", f"{base_url(account, 'api')}/oauth2/{name}", form=form)
        return lenient.obj(self._json(account, call))

    def _json(self, account: AccountRef, call: Call) -> Any:
        return self._read(call, self._transport.perform(account, call))

    def _read(self, call: Call, answer: Answer) -> Any:
        try:
            body = answer.json()
        except lenient.Unreadable:
            self._raise_for_status(call, answer)
            raise self._transport.unreadable(call, answer) from None
        code = errors.error_code(body) if isinstance(body, dict) else None
        if code is not None:
            raise errors.platform_error(code, body, call, answer, self._services.clock)
        self._raise_for_status(call, answer)
        return body

    def _raise_for_status(self, call: Call, answer: Answer) -> None:
        if answer.status >= 400:
            raise errors.status_error(call, answer, self._services.clock, self._transport)


def base_url(account: AccountRef, name: str) -> str:
    return (account.base_urls.get(name) or BASE_URLS[name]).rstrip("/")


def resource_url(account: AccountRef, name: str) -> str:
    if account.settings.get("api_family", "open") == "biz" and name not in _NO_BIZ_TWIN:
        return f"{base_url(account, 'c_api')}/2/{name}/biz.json"
    return f"{base_url(account, 'api')}/2/{name}.json"


def _token_header(account: AccountRef) -> dict[str, str]:
    token = account.credentials.get("access_token")
    return {"Authorization": f"OAuth2 {token}"} if token else {}
