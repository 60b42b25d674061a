"""The Mastodon adapter: the contract's methods, each handed on to the file that knows the subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from app.adapters.base import PlatformAdapter, StreamReader
from app.adapters.capabilities import Capabilities
from app.adapters.health import health_of_error
from app.adapters.mastodon import content, limits, oauth, reread
from app.adapters.mastodon.client import MastodonClient
from app.adapters.mastodon.reads import MastodonReads
from app.adapters.mastodon.writes import MastodonWrites, content_warning, others_named, wording
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Author,
    Budget,
    ConnectedAccount,
    Credentials,
    Cursor,
    FollowerPage,
    HealthState,
    InboundPost,
    Page,
    PostMetrics,
    Reread,
    SendKind,
    SendRequest,
    SendResult,
    TextMeasure,
    Violation,
)
from app.adapters.validation import common_violations
from app.core.errors import PlatformError


class MastodonAdapter(PlatformAdapter):
    platform = limits.PLATFORM
    names: ClassVar[Mapping[str, str]] = {"zh": "Mastodon 长毛象", "en": "Mastodon"}
    streams = limits.STREAMS
    schema = limits.SCHEMA
    rereads = reread.PREFIXES

    def __init__(self, services: AdapterServices) -> None:
        super().__init__(services)
        self.client = MastodonClient(services, self.transport)
        self.reads = MastodonReads(self.client, services.clock)
        self.writes = MastodonWrites(self.client, self.reads, services)

    @classmethod
    def platform_capabilities(cls) -> Capabilities:
        return limits.capabilities()

    def capabilities(self, account: AccountRef | None = None) -> Capabilities:
        return limits.capabilities(account)

    def measure_text(self, kind: SendKind, text: str, account: AccountRef | None = None) -> TextMeasure:
        limit = limits.capabilities(account).text_limits[kind]
        return TextMeasure(content.length(text), limit.limit, limit.unit)

    def validate(self, account: AccountRef, request: SendRequest) -> list[Violation]:
        """The mention and the warning that an answer carries count as well."""
        measure = self.measure_text(request.kind, wording(request) + content_warning(request), account)
        found = common_violations(request, self.capabilities(account), measure)
        if request.kind is not SendKind.POST and not request.target.get("status_id"):
            found.append(Violation("missing_target", "target", {"name": "status_id"}))
        if request.kind is SendKind.PRIVATE_MESSAGE:
            others = others_named(account, request)
            if others:
                # Whoever is named in a direct message can read it: it would no longer be private.
                found.append(Violation("names_others", "text", {"names": others}))
        return found

    def check_account(self, account: AccountRef) -> AccountHealth:
        """Whose token it is and what the server allows: two calls."""
        now = self.services.clock.now()
        try:
            _, quota = self.client.get_with_quota(account, "/api/v1/accounts/verify_credentials")
            facts = oauth.server_facts(self.client, account)
        except PlatformError as error:
            return health_of_error(error, now)
        return AccountHealth(HealthState.OK, now, quota_limit=quota[0], quota_remaining=quota[1], facts=facts)

    def stream_readers(self) -> Mapping[str, StreamReader]:
        return {stream: partial(self.reads.poll, stream) for stream in self.streams}

    def poll_mentions(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.reads.poll("mentions", account, cursor, budget)

    def poll_own_posts(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.reads.poll("own_posts", account, cursor, budget)

    def reread(self, account: AccountRef, external_ids: Sequence[str], calls: int) -> Reread:
        return reread.reread(self.client, self.services.clock, account, external_ids, calls)

    def search(self, account: AccountRef, query: str, cursor: Cursor | None) -> Page:
        return self.reads.search(account, query, cursor)

    def get_author(self, account: AccountRef, external_id: str) -> Author:
        return self.reads.author(account, external_id)

    def get_thread(self, account: AccountRef, external_id: str) -> tuple[InboundPost, ...]:
        return self.reads.thread(account, external_id.partition(":")[2])

    def followers(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.reads.people(account, "followers", cursor)

    def following(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.reads.people(account, "following", cursor)

    def follow_requests(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.reads.follow_requests(account, cursor)

    def answer_follow_request(self, account: AccountRef, external_id: str, accept: bool) -> None:
        self.writes.answer_follow_request(account, external_id, accept)

    def post_metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        return self.reads.metrics(account, external_ids)

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        if request.kind is SendKind.REPOST:
            return self.writes.repost(account, request)
        return self.writes.post(account, request)

    def needs_preparing(self, request: SendRequest) -> bool:
        return bool(request.media)

    def prepare(self, account: AccountRef, request: SendRequest) -> Mapping[str, Any]:
        return self.writes.upload(account, request)

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.writes.post(account, request)

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.writes.post(account, request)

    def delete(self, account: AccountRef, external_id: str) -> None:
        self.writes.delete(account, external_id)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        return self.writes.reconcile(account, request, since)

    @classmethod
    def server_of(cls, base_urls: Mapping[str, str]) -> str:
        return oauth.server_name(base_urls.get("api", ""))

    def server_address(self, written: str) -> str:
        return oauth.server_address(written)

    def register_app(self, account: AccountRef, redirect_uri: str) -> Credentials:
        return oauth.register_app(self.client, account, redirect_uri)

    def authorize_url(self, account: AccountRef, redirect_uri: str, state: str) -> str:
        return oauth.authorize_url(account, redirect_uri, state)

    def exchange_code(self, account: AccountRef, code: str, redirect_uri: str) -> ConnectedAccount:
        return oauth.exchange_code(self.client, account, code, redirect_uri)
