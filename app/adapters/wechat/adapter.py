"""The WeChat adapter: the contract's methods, each handed on to the file that knows the subject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from app.adapters import lenient
from app.adapters.base import PlatformAdapter
from app.adapters.capabilities import Capabilities
from app.adapters.health import health_of_error
from app.adapters.identity import unreadable_body
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    DownloadedMedia,
    HealthState,
    Media,
    PushAck,
    PushResult,
    SendKind,
    SendRequest,
    SendResult,
    TextMeasure,
    Violation,
)
from app.adapters.wechat import envelope, limits, parse
from app.adapters.wechat.client import WeChatClient
from app.adapters.wechat.media import WeChatMedia
from app.adapters.wechat.messages import WeChatMessages
from app.core.errors import PlatformError

_SEND_PATH = "/cgi-bin/message/custom/send"


class WeChatAdapter(PlatformAdapter):
    platform = limits.PLATFORM
    names: ClassVar[Mapping[str, str]] = {"zh": "微信公众号", "en": "WeChat official account"}
    streams = limits.STREAMS
    schema = limits.SCHEMA
    push_ack = PushAck(body="success")

    def __init__(self, services: AdapterServices) -> None:
        super().__init__(services)
        self.client = WeChatClient(services, self.transport)
        self.media = WeChatMedia(self.client)
        self.messages = WeChatMessages(self.client, self.media)

    @classmethod
    def platform_capabilities(cls) -> Capabilities:
        return limits.capabilities()

    def capabilities(self, account: AccountRef | None = None) -> Capabilities:
        return limits.capabilities(account)

    def measure_text(self, kind: SendKind, text: str, account: AccountRef | None = None) -> TextMeasure:
        limit = limits.capabilities(account).text_limits.get(kind)
        if limit is None:
            return TextMeasure(len(text), 0, "characters")
        units = len(text.encode("utf-8", "replace")) if limit.unit == "utf8_bytes" else len(text)
        return TextMeasure(units, limit.limit, limit.unit)

    def validate(self, account: AccountRef, request: SendRequest) -> list[Violation]:
        found = super().validate(account, request)
        if request.kind is SendKind.PRIVATE_MESSAGE and not request.target.get("user_id"):
            found.append(Violation("missing_target", "target", {"name": "user_id"}))
        return found

    def check_account(self, account: AccountRef) -> AccountHealth:
        """Fetches a token when none is held (which the IP whitelist guards) and the send quota; one or two
        calls."""
        now = self.services.clock.now()
        try:
            body = self.client.post(account, "/cgi-bin/openapi/quota/get", {"cgi_path": _SEND_PATH})
        except PlatformError as error:
            return health_of_error(error, now)
        quota = lenient.obj(body.get("quota"))
        return AccountHealth(
            state=HealthState.OK,
            checked_at=now,
            quota_limit=lenient.integer(quota.get("daily_limit")),
            quota_remaining=lenient.integer(quota.get("remain")),
        )

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.messages.send(account, request)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        return self.messages.find_sent(account, request, since)

    def download(self, account: AccountRef, media: Media) -> DownloadedMedia:
        return self.media.download(account, media)

    def verify_challenge(self, query: Mapping[str, str], account: AccountRef) -> tuple[int, str]:
        return 200, envelope.verify_challenge(query, account, self.services.clock)

    def verify(
        self, query: Mapping[str, str], headers: Mapping[str, str], raw_body: bytes, account: AccountRef
    ) -> None:
        del headers
        envelope.verify(query, raw_body, account, self.services.clock)

    def parse_push(
        self, raw_body: bytes, query: Mapping[str, str], account: AccountRef, received_at: datetime
    ) -> PushResult:
        del query
        try:
            fields = envelope.open_body(raw_body, account)
        except lenient.Unreadable as error:
            item = unreadable_body(raw_body, f"unreadable: {error}", received_at)
        else:
            item = parse.item(fields, received_at)
        return PushResult((item,), ack_body=self.push_ack.body, ack_content_type=self.push_ack.content_type)
