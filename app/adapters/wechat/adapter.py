"""The WeChat adapter: the contract's methods, each handed on to the file that knows the subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from app.adapters import lenient
from app.adapters.base import PlatformAdapter, StreamReader
from app.adapters.capabilities import Capabilities
from app.adapters.health import health_of_error
from app.adapters.identity import unreadable_body
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Author,
    Budget,
    Cursor,
    DailyFigure,
    DownloadedMedia,
    FollowerPage,
    HealthState,
    Media,
    Page,
    PostMetrics,
    PushAck,
    PushResult,
    SendKind,
    SendRequest,
    SendResult,
    TextMeasure,
    Violation,
)
from app.adapters.wechat import envelope, limits, parse
from app.adapters.wechat.articles import WeChatArticles
from app.adapters.wechat.client import WeChatClient
from app.adapters.wechat.comments import WeChatComments
from app.adapters.wechat.datacube import WeChatFigures
from app.adapters.wechat.media import WeChatMedia
from app.adapters.wechat.messages import WeChatMessages
from app.adapters.wechat.users import WeChatUsers
from app.core.errors import PlatformError, PlatformErrorKind

_TARGETS = {
    SendKind.PRIVATE_MESSAGE: ("user_id",),
    SendKind.COMMENT: ("msg_data_id", "index", "user_comment_id"),
}
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
        self.users = WeChatUsers(self.client)
        self.comments = WeChatComments(self.client, services.clock)
        self.articles = WeChatArticles(self.client, services.clock)
        self.figures = WeChatFigures(self.client, services.clock)

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
        missing = [name for name in _TARGETS.get(request.kind, ()) if not request.target.get(name)]
        return found + [Violation("missing_target", "target", {"name": name}) for name in missing]

    def check_account(self, account: AccountRef) -> AccountHealth:
        """Fetches a token when none is held (which the IP whitelist guards) and the send quota; one or two
        calls."""
        now = self.services.clock.now()
        if limits.SCHEMA.mismatches(account.credentials, account.settings):
            return AccountHealth(
                HealthState.MISCONFIGURED, now, advice="check_encoding_aes_key", detail="EncodingAESKey"
            )
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

    def stream_readers(self) -> Mapping[str, StreamReader]:
        return {"comments": self.comments.poll}

    def poll_comments(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.comments.poll(account, cursor, budget)

    def followers(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.users.followers(account, cursor)

    def get_author(self, account: AccountRef, external_id: str) -> Author:
        return self.users.author(account, external_id)

    def list_tags(self, account: AccountRef) -> dict[str, str]:
        return self.users.tags(account)

    def set_tag(self, account: AccountRef, tag_id: str, contacts: Sequence[str], tagged: bool) -> None:
        self.users.set_tag(account, tag_id, contacts, tagged)

    def send_template(
        self, account: AccountRef, contact: str, template_id: str, data: Mapping[str, str], operation_key: str
    ) -> SendResult:
        return self.users.send_template(account, contact, template_id, data, operation_key=operation_key)

    def fan_trend(self, account: AccountRef, begin: str, end: str) -> tuple[DailyFigure, ...]:
        return self.figures.fan_trend(account, begin, end)

    def post_metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        return self.figures.article_metrics(account, external_ids)

    def needs_preparing(self, request: SendRequest) -> bool:
        return request.kind is SendKind.POST or bool(request.media)

    def prepare(self, account: AccountRef, request: SendRequest) -> Mapping[str, Any]:
        if request.kind is SendKind.POST:
            return self.articles.draft(account, request)
        return self.messages.upload(account, request, self.services.clock.now())

    def confirm(self, account: AccountRef, external_id: str) -> SendResult | None:
        return self.articles.confirm(account, external_id)

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        if request.kind is not SendKind.POST:
            raise self.missing(f"send {request.kind}")
        return self.articles.publish(account, request)

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.comments.reply(account, request)

    def delete(self, account: AccountRef, external_id: str) -> None:
        """`comment:…` or `article:…`. Raises ValueError for anything else."""
        kind = external_id.partition(":")[0]
        if kind not in ("comment", "article"):
            raise ValueError(f"cannot delete a {kind}")
        delete = self.comments.delete if kind == "comment" else self.articles.delete
        try:
            delete(account, external_id)
        except PlatformError as error:
            if error.kind is not PlatformErrorKind.NOT_FOUND:
                raise

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.messages.send(account, request)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        if request.kind is SendKind.COMMENT:
            return self.comments.find_reply(account, request)
        if request.kind is SendKind.POST:
            return self.articles.find_published(account, request, since)
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
            item = unreadable_body(raw_body, envelope.reason_of(error), received_at)
        else:
            item = parse.item(fields, received_at)
        return PushResult((item,), ack_body=self.push_ack.body, ack_content_type=self.push_ack.content_type)
