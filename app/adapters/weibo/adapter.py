"""The Weibo adapter: the contract's methods, each handed on to the file that knows the subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar

from app.adapters import lenient
from app.adapters.base import PlatformAdapter, StreamReader
from app.adapters.capabilities import Capabilities
from app.adapters.health import health_of_error
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Author,
    Budget,
    ConnectedAccount,
    Cursor,
    DownloadedMedia,
    FollowerPage,
    HealthState,
    InboundPost,
    Media,
    Page,
    PostMetrics,
    PushAck,
    PushResult,
    Reread,
    SendKind,
    SendRequest,
    SendResult,
    TextMeasure,
    Violation,
)
from app.adapters.weibo import limits, oauth, push, reread
from app.adapters.weibo import text as weibo_text
from app.adapters.weibo.client import WeiboClient
from app.adapters.weibo.reads import WeiboReads, bare_id
from app.adapters.weibo.writes import WeiboWrites
from app.core.errors import PlatformError

_WARN_BEFORE = timedelta(hours=72)
_THREAD_PAGES = 4


class WeiboAdapter(PlatformAdapter):
    platform = limits.PLATFORM
    names: ClassVar[Mapping[str, str]] = {"zh": "微博", "en": "Weibo"}
    streams = limits.STREAMS
    schema = limits.SCHEMA
    rereads = reread.PREFIXES
    push_ack = PushAck(body="")  # empty: accepted, the answer comes later (weibo.md §7)

    def __init__(self, services: AdapterServices) -> None:
        super().__init__(services)
        self.client = WeiboClient(services, self.transport)
        self.reads = WeiboReads(self.client, services.clock)
        self.writes = WeiboWrites(self.client, self.reads, services.clock)

    @classmethod
    def platform_capabilities(cls) -> Capabilities:
        return limits.capabilities()

    def capabilities(self, account: AccountRef | None = None) -> Capabilities:
        return limits.capabilities(account)

    def measure_text(self, kind: SendKind, text: str, account: AccountRef | None = None) -> TextMeasure:
        limit = limits.capabilities(account).text_limits[kind]
        return TextMeasure(weibo_text.length(text), limit.limit, limit.unit)

    def validate(self, account: AccountRef, request: SendRequest) -> list[Violation]:
        return super().validate(account, request) + _weibo_violations(account, request)

    def check_account(self, account: AccountRef) -> AccountHealth:
        """Token life by `get_token_info`, quota by `rate_limit_status`; two calls."""
        now = self.services.clock.now()
        try:
            token = self.client.oauth(
                account, "get_token_info", {"access_token": account.credentials.get("access_token", "")}
            )
            quota = lenient.obj(self.client.get(account, "account/rate_limit_status", {}))
        except PlatformError as error:
            return health_of_error(error, now)
        # One recorded answer spells it `expire_in` (weibo.md §2).
        left = lenient.integer(token.get("expires_in", token.get("expire_in")))
        expires_at = None if left is None else now + timedelta(seconds=left)
        expiring = expires_at is not None and expires_at - now < _WARN_BEFORE
        resets_in = lenient.integer(quota.get("reset_time_in_seconds"))
        return AccountHealth(
            state=HealthState.EXPIRING if expiring else HealthState.OK,
            checked_at=now,
            advice="reconnect_soon" if expiring else None,
            expires_at=expires_at,
            quota_limit=lenient.integer(quota.get("user_limit")),
            quota_remaining=lenient.integer(quota.get("remaining_user_hits")),
            quota_resets_at=None if resets_in is None else now + timedelta(seconds=resets_in),
        )

    def stream_readers(self) -> Mapping[str, StreamReader]:
        return {stream: partial(self.reads.poll, stream) for stream in self.streams}

    def poll_mentions(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.reads.poll("mentions", account, cursor, budget)

    def poll_comments(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.reads.poll("comments", account, cursor, budget)

    def poll_own_posts(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        return self.reads.poll("own_posts", account, cursor, budget)

    def complete(self, account: AccountRef, post: InboundPost) -> InboundPost:
        return self.reads.complete(account, post)

    def reread(self, account: AccountRef, external_ids: Sequence[str], calls: int) -> Reread:
        clock = self.services.clock
        return reread.reread(self.client, self.reads, clock, account, external_ids, calls)

    def search(self, account: AccountRef, query: str, cursor: Cursor | None) -> Page:
        return self.reads.search(account, query, cursor)

    def download(self, account: AccountRef, media: Media) -> DownloadedMedia:
        """A picture or voice of a private message, by its `tovfid`."""
        return self.client.download(account, media.source_ref or "")

    def get_author(self, account: AccountRef, external_id: str) -> Author:
        return self.reads.author(account, external_id)

    def get_thread(self, account: AccountRef, external_id: str) -> tuple[InboundPost, ...]:
        """A status and its comments, oldest first (at most 200)."""
        status = self.reads.show(account, bare_id(external_id))
        below = self.reads.comments_below(account, bare_id(external_id), _THREAD_PAGES)
        return (status, *sorted(below, key=lambda post: post.created_at))

    def followers(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.reads.people(account, "friendships/followers", cursor)

    def following(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage:
        return self.reads.people(account, "friendships/friends", cursor)

    def post_metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        return self.reads.metrics(account, external_ids)

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        writer: dict[SendKind, Callable[[AccountRef, SendRequest], SendResult]] = {
            SendKind.POST: self.writes.post,
            SendKind.REPOST: self.writes.repost,
        }
        return writer[request.kind](account, request)

    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.writes.comment(account, request)

    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult:
        return self.writes.private_message(account, request)

    def delete(self, account: AccountRef, external_id: str) -> None:
        self.writes.delete(account, external_id)

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        return self.writes.reconcile(account, request, since.astimezone(UTC))

    def authorize_url(self, account: AccountRef, redirect_uri: str, state: str) -> str:
        return oauth.authorize_url(account, redirect_uri, state)

    def exchange_code(self, account: AccountRef, code: str, redirect_uri: str) -> ConnectedAccount:
        return oauth.exchange_code(self.client, self.services.clock, account, code, redirect_uri)

    def verify_challenge(self, query: Mapping[str, str], account: AccountRef) -> tuple[int, str]:
        push.verify(query, account, self.services.clock)
        return 200, query.get("echostr", "")

    def verify(
        self, query: Mapping[str, str], headers: Mapping[str, str], raw_body: bytes, account: AccountRef
    ) -> None:
        del headers, raw_body  # Weibo signs the query only
        push.verify(query, account, self.services.clock)

    def parse_push(
        self, raw_body: bytes, query: Mapping[str, str], account: AccountRef, received_at: datetime
    ) -> PushResult:
        del query, account
        return push.parse(raw_body, received_at)


def _weibo_violations(account: AccountRef, request: SendRequest) -> list[Violation]:
    found: list[Violation] = []
    needed = {
        SendKind.COMMENT: "status_id",
        SendKind.REPOST: "status_id",
        SendKind.PRIVATE_MESSAGE: "user_id",
    }.get(request.kind)
    if needed is not None and not request.target.get(needed):
        found.append(Violation("missing_target", "target", {"name": needed}))
    if request.kind is SendKind.POST and account.settings.get("app_level") == "ordinary":
        # `statuses/share` takes only posts that link to the app's bound domain and hold no topic.
        domain = str(account.settings.get("bound_domain", ""))
        if not any(domain and domain in address for address in weibo_text.find_addresses(request.text)):
            found.append(Violation("missing_bound_link", "text", {"domain": domain}))
        if weibo_text.has_topic(request.text):
            found.append(Violation("topic_not_allowed", "text"))
    return found
