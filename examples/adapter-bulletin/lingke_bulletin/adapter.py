"""The adapter: what the forum can do, and the contract's methods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import SecretStr

from app.adapters import lenient
from app.adapters.base import PlatformAdapter, StreamReader
from app.adapters.capabilities import Capabilities, Feature, Idempotency, TextLimit
from app.adapters.health import health_of_error
from app.adapters.identity import unknown_item
from app.adapters.schema import AdapterSchema, FormModel, form_field
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Author,
    Budget,
    Cursor,
    HealthState,
    InboundPost,
    ItemKind,
    Json,
    Lane,
    Page,
    SendKind,
    SendRequest,
    SendResult,
    SendState,
    TextMeasure,
)
from app.core.errors import PlatformError
from lingke_bulletin.client import BulletinClient

_PAGE = 50


class BulletinCredentials(FormModel):
    token: SecretStr = form_field("访问令牌", "Access token")


class BulletinSettings(FormModel):
    board: str = form_field("版块", "Board", "all")


class BulletinAdapter(PlatformAdapter):
    platform = "bulletin"
    names: ClassVar[Mapping[str, str]] = {"zh": "社区论坛", "en": "Community forum"}
    streams = ("mentions",)
    schema = AdapterSchema(BulletinCredentials, BulletinSettings, base_urls={"api": ""})

    def __init__(self, services: AdapterServices) -> None:
        super().__init__(services)
        self.client = BulletinClient(services, self.transport)

    @classmethod
    def platform_capabilities(cls) -> Capabilities:
        return Capabilities(
            platform=cls.platform,
            features=frozenset({Feature.MENTIONS, Feature.REPLY_PUBLIC, Feature.POLL}),
            text_limits={SendKind.COMMENT: TextLimit(1000, "characters")},
            idempotency=Idempotency.CLIENT_ID,
            min_poll_seconds=30,
        )

    def measure_text(self, kind: SendKind, text: str, account: AccountRef | None = None) -> TextMeasure:
        del account
        limit = self.platform_capabilities().text_limits.get(kind, TextLimit(0, "characters"))
        return TextMeasure(len(text), limit.limit, limit.unit)

    def check_account(self, account: AccountRef) -> AccountHealth:
        now = self.services.clock.now()
        try:
            self.client.get(account, "/posts", {"after": "0", "limit": "1"})
        except PlatformError as error:
            return health_of_error(error, now)
        return AccountHealth(HealthState.OK, now)

    def stream_readers(self) -> Mapping[str, StreamReader]:
        return {"mentions": self.poll_mentions}

    def poll_mentions(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """Oldest first after the last id known: a list that has no holes needs no more than that."""
        after = lenient.text((cursor or {}).get("after")) or "0"
        items: list[InboundPost] = []
        more, cost = True, 0
        while more and cost < max(1, budget.calls):
            body = self.client.get(account, "/posts", {"after": after, "limit": str(_PAGE)})
            posts = lenient.objects(body.get("posts"))
            items += [self._item(post) for post in posts]
            after = next(
                (found for post in reversed(posts) if (found := lenient.identifier(post.get("id")))), after
            )
            more = bool(posts) and lenient.boolean(body.get("more")) is True
            cost += 1
        return Page(tuple(items), {"after": after}, has_more=more, cost=cost)

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        """The forum keeps our key, so a repeat after an unknown outcome cannot write twice."""
        path = f"/threads/{request.target['thread']}/replies"
        body = self.client.post(account, path, {"text": request.text, "client_id": request.operation_key})
        return SendResult(f"reply:{lenient.identifier(body.get('id'))}", SendState.DONE, body)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        """None = "send again": with the same key that either finds the first attempt or makes it."""
        del account, request, since
        return None

    def _item(self, post: Json) -> InboundPost:
        now = self.services.clock.now()
        number, thread = lenient.identifier(post.get("id")), lenient.identifier(post.get("thread"))
        if not number or not thread:
            return unknown_item(post, "missing_id", now, Lane.PUBLIC, lenient.text(post.get("text")))
        writer = lenient.obj(post.get("author"))
        writer_id = lenient.identifier(writer.get("id"))
        return InboundPost(
            external_id=f"post:{number}",
            kind=ItemKind.MENTION,
            lane=Lane.PUBLIC,
            created_at=lenient.iso_time(post.get("at")) or now,
            text=lenient.text(post.get("text")),
            author=Author(writer_id, lenient.text_or_none(writer.get("name"))) if writer_id else None,
            thread_key=f"thread:{thread}",
            context={"thread": thread, "user_id": writer_id},
            raw=post,
        )
