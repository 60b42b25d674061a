"""Customer-service messages 客服消息: sending, typing state, and looking one up afterwards (wechat.md §8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.types import AccountRef, Json, SendRequest, SendResult, SendState
from app.adapters.wechat.client import WeChatClient
from app.adapters.wechat.media import WeChatMedia
from app.core.errors import PlatformError, PlatformErrorKind

_AGENT_SENDS = 2002  # opercode of the message log: an agent's message to the follower
_CLOCK_SKEW = timedelta(seconds=60)
_UPLOAD_LASTS = timedelta(hours=60)
"""WeChat holds it for three days."""
_LOG_SIZE = 10_000
_LOG_PAGES = 5
# Types whose body the caller builds: `options={"msgtype": "news", "body": {…}}`.
_STRUCTURED = frozenset(
    {"music", "news", "mpnews", "mpnewsarticle", "msgmenu", "wxcard", "miniprogrampage", "video"}
)


class WeChatMessages:
    def __init__(self, client: WeChatClient, media: WeChatMedia) -> None:
        self._client = client
        self._media = media

    def send(self, account: AccountRef, request: SendRequest) -> SendResult:
        """One message. WeChat gives no id for it, so `external_id` is None."""
        body: Json = {"touser": request.target["user_id"], **self._content(account, request)}
        agent = lenient.text(request.options.get("kf_account"))
        if agent:
            body["customservice"] = {"kf_account": agent}
        answer = self._client.post(account, "/cgi-bin/message/custom/send", body, writes=True)
        return SendResult(None, SendState.DONE, answer)

    def upload(self, account: AccountRef, request: SendRequest, now: datetime) -> Json:
        """The request's file as WeChat holds it; unused it harms nobody and is gone after three days."""
        media_id = self._media.upload(account, request.media[0])
        return {"media_id": media_id, "good_until": (now + _UPLOAD_LASTS).isoformat()}

    def typing(self, account: AccountRef, user_id: str, on: bool) -> None:
        command = "Typing" if on else "CancelTyping"
        self._client.post(account, "/cgi-bin/message/custom/typing", {"touser": user_id, "command": command})

    def find_sent(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        """Looks for the text in the message log.

        The log is written by WeChat's agent desk and with delay: finding the text proves the send, not
        finding it proves nothing, so absence raises PlatformError(UNKNOWN_OUTCOME). A file has no words
        to look for.
        """
        if request.media:
            raise PlatformError(
                PlatformErrorKind.UNKNOWN_OUTCOME, platform="wechat", message="file_not_in_log"
            )
        wanted = (request.target["user_id"], request.text.strip())
        for entry in self._logged(account, since):
            said = (lenient.text(entry.get("openid")), lenient.text(entry.get("text")).strip())
            if lenient.integer(entry.get("opercode")) == _AGENT_SENDS and said == wanted:
                return SendResult(None, SendState.DONE, entry)
        raise PlatformError(
            PlatformErrorKind.UNKNOWN_OUTCOME, platform="wechat", message="not_in_message_log"
        )

    def _logged(self, account: AccountRef, since: datetime) -> Iterator[Json]:
        """The log from `since` on, oldest first; a full page is followed by what comes after its last id."""
        start = int((since - _CLOCK_SKEW).timestamp())
        after = 1
        for _ in range(_LOG_PAGES):
            body = {"starttime": start, "endtime": start + 86_000, "msgid": after, "number": _LOG_SIZE}
            try:
                answer = self._client.post(account, "/customservice/msgrecord/getmsglist", body)
            except PlatformError as error:
                if error.kind in (PlatformErrorKind.TEMPORARY, PlatformErrorKind.RATE_LIMITED):
                    raise
                return
            entries = lenient.objects(answer.get("recordlist"))
            yield from entries
            last = lenient.integer(answer.get("msgid")) or 0
            if len(entries) < _LOG_SIZE or last <= after:
                return
            after = last

    def _content(self, account: AccountRef, request: SendRequest) -> Json:
        kind = lenient.text(request.options.get("msgtype"))
        if kind in _STRUCTURED:
            return {"msgtype": kind, kind: dict(request.options.get("body", {}))}
        if request.media:
            return self._media_content(account, request)
        return {"msgtype": "text", "text": {"content": request.text}}

    def _media_content(self, account: AccountRef, request: SendRequest) -> Json:
        medium, held = request.media[0], lenient.text(request.prepared.get("media_id"))
        media_id = medium.source_ref or held or self._media.upload(account, medium)
        content: dict[str, Any] = {"media_id": media_id}
        if medium.kind == "video":
            content |= {"title": request.text, "description": medium.description or ""}
        return {"msgtype": medium.kind, medium.kind: content}
