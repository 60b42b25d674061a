"""The contract: one small protocol per capability, and the base class every adapter shares.

Adapters are stateless. An account, the clock, the HTTP client and the token store are handed in, so one
adapter object serves every account of its platform, in any number of threads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from app.adapters.capabilities import Capabilities
from app.adapters.schema import AdapterSchema
from app.adapters.signatures import SignatureRejected
from app.adapters.transport import AdapterServices, Transport
from app.adapters.types import (
    AccountHealth,
    AccountRef,
    Author,
    Budget,
    ConnectedAccount,
    Credentials,
    Cursor,
    DailyFigure,
    DownloadedMedia,
    FollowerPage,
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
from app.adapters.validation import common_violations
from app.core.errors import PlatformError, PlatformErrorKind

__all__ = ["PlatformAdapter", "SignatureRejected", "StreamReader"]

StreamReader = Callable[[AccountRef, Cursor | None, Budget], Page]


@runtime_checkable
class MentionSource(Protocol):
    def poll_mentions(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page: ...


@runtime_checkable
class CommentSource(Protocol):
    def poll_comments(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page: ...


@runtime_checkable
class OwnPostSource(Protocol):
    def poll_own_posts(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page: ...


@runtime_checkable
class PrivateMessageSource(Protocol):
    """Private messages that can be polled; where they only come by push, PushReceiver is the source."""

    def poll_private_messages(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page: ...


@runtime_checkable
class SearchSource(Protocol):
    def search(self, account: AccountRef, query: str, cursor: Cursor | None) -> Page: ...


@runtime_checkable
class FollowerSource(Protocol):
    """Who follows the account (FollowingSource: whom it follows). None as cursor starts, and ends."""

    def followers(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage: ...


@runtime_checkable
class FollowingSource(Protocol):
    def following(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage: ...


@runtime_checkable
class FollowGate(Protocol):
    """A locked account is asked by each who wants to follow it. Answering what is answered succeeds."""

    def follow_requests(self, account: AccountRef, cursor: Cursor | None = None) -> FollowerPage: ...

    def answer_follow_request(self, account: AccountRef, external_id: str, accept: bool) -> None: ...


@runtime_checkable
class AuthorSource(Protocol):
    def get_author(self, account: AccountRef, external_id: str) -> Author: ...


@runtime_checkable
class ThreadSource(Protocol):
    """`external_id` is a public post's, with its prefix. Items are oldest first."""

    def get_thread(self, account: AccountRef, external_id: str) -> tuple[InboundPost, ...]: ...


@runtime_checkable
class Rereader(Protocol):
    """Items as they stand now: no list and no push tells that an author changed or deleted what we have read.

    `rereads` are the prefixes of the ids it can ask for. `reread` makes at most `calls` calls, and says of
    an item that it is gone only when the platform said so twice or of this very item.
    """

    rereads: frozenset[str]

    def reread(self, account: AccountRef, external_ids: Sequence[str], calls: int) -> Reread: ...


@runtime_checkable
class LongTextSource(Protocol):
    """Completes an item whose `is_cut` is true; one call. Returns it unchanged when the post is gone."""

    def complete(self, account: AccountRef, post: InboundPost) -> InboundPost: ...


@runtime_checkable
class Publisher(Protocol):
    def publish(self, account: AccountRef, request: SendRequest) -> SendResult: ...


@runtime_checkable
class PublicReplier(Protocol):
    def reply_public(self, account: AccountRef, request: SendRequest) -> SendResult: ...


@runtime_checkable
class PrivateReplier(Protocol):
    def reply_private(self, account: AccountRef, request: SendRequest) -> SendResult: ...


@runtime_checkable
class Deleter(Protocol):
    """Deleting what is already gone succeeds."""

    def delete(self, account: AccountRef, external_id: str) -> None: ...


@runtime_checkable
class MetricsReader(Protocol):
    def post_metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]: ...


@runtime_checkable
class FanTrendReader(Protocol):
    """Daily follower figures, dates inclusive, `YYYY-MM-DD` in Beijing time."""

    def fan_trend(self, account: AccountRef, begin: str, end: str) -> tuple[DailyFigure, ...]: ...


@runtime_checkable
class MediaSource(Protocol):
    """Fetches media that the platform serves by id. Media with an address go through the guarded fetcher."""

    def download(self, account: AccountRef, media: Media) -> DownloadedMedia: ...


@runtime_checkable
class TemplateSender(Protocol):
    """Service notices that are legal outside a reply window. `data` maps a template's field → text."""

    def send_template(
        self, account: AccountRef, contact: str, template_id: str, data: Mapping[str, str], operation_key: str
    ) -> SendResult: ...


@runtime_checkable
class TagKeeper(Protocol):
    """The platform's own tags on contacts; `list_tags` gives id → name."""

    def list_tags(self, account: AccountRef) -> dict[str, str]: ...

    def set_tag(self, account: AccountRef, tag_id: str, contacts: Sequence[str], tagged: bool) -> None: ...


@runtime_checkable
class Preparer(Protocol):
    """Acts that need something made ready first which nobody sees (a draft, uploads); twice does no harm.
    What `prepare` returns is stored before the act and handed in as `request.prepared`, however often it is
    tried. Where the platform forgets it, `good_until` (ISO-8601) says when; after that it is made anew."""

    def needs_preparing(self, request: SendRequest) -> bool: ...

    def prepare(self, account: AccountRef, request: SendRequest) -> Mapping[str, Any]: ...


@runtime_checkable
class Confirmer(Protocol):
    """Platforms that take a publication first and decide later. `external_id` is the ACCEPTED result's.
    Returns the DONE result, None while undecided; raises PlatformError(REJECTED) when it was refused."""

    def confirm(self, account: AccountRef, external_id: str) -> SendResult | None: ...


@runtime_checkable
class Reconciler(Protocol):
    """After an unknown outcome: read back whether `request`, tried at or after `since`, arrived.

    Returns the result when it did; None when the read-back proves it did not (sending again is safe). Raises
    PlatformError(UNKNOWN_OUTCOME) when the platform cannot tell (a person must look), or the read's own
    error.
    """

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None: ...


@runtime_checkable
class OAuthConnector(Protocol):
    """Connecting and re-connecting. `account` carries the app's key and secret; `external_id` may be
    empty."""

    def authorize_url(self, account: AccountRef, redirect_uri: str, state: str) -> str: ...

    def exchange_code(self, account: AccountRef, code: str, redirect_uri: str) -> ConnectedAccount: ...


@runtime_checkable
class AppRegistrar(Protocol):
    """Platforms of many servers, each of which gives out the app's keys itself: its address is all one needs
    to know. `register_app` asks for keys that `authorize_url` and `exchange_code` then use."""

    def server_address(self, written: str) -> str: ...

    def register_app(self, account: AccountRef, redirect_uri: str) -> Credentials: ...


@runtime_checkable
class PushReceiver(Protocol):
    """Callbacks. `verify` runs on the raw body before anything is stored; `parse_push` runs later, in a job,
    and never raises: what cannot be understood becomes an item of kind `unknown` with a reason."""

    push_ack: PushAck

    def verify_challenge(self, query: Mapping[str, str], account: AccountRef) -> tuple[int, str]: ...

    def verify(
        self, query: Mapping[str, str], headers: Mapping[str, str], raw_body: bytes, account: AccountRef
    ) -> None: ...

    def parse_push(
        self, raw_body: bytes, query: Mapping[str, str], account: AccountRef, received_at: datetime
    ) -> PushResult: ...


class PlatformAdapter(ABC):
    """What all adapters have. A subclass sets the class attributes and implements the protocols it can."""

    platform: ClassVar[str]
    names: ClassVar[Mapping[str, str]]  # locale → name
    streams: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[AdapterSchema]

    def __init__(self, services: AdapterServices) -> None:
        self.services = services
        self.transport = Transport(self.platform, services)

    def capabilities(self, account: AccountRef | None = None) -> Capabilities:
        """The account's capabilities; without an account, the most the platform offers."""
        del account
        return self.platform_capabilities()

    @classmethod
    @abstractmethod
    def platform_capabilities(cls) -> Capabilities:
        """What the platform offers to a fully entitled account: the matrix page is drawn from it."""

    @abstractmethod
    def check_account(self, account: AccountRef) -> AccountHealth:
        """Asks the platform whether the account works. Network faults become a state, not an exception."""

    @abstractmethod
    def measure_text(self, kind: SendKind, text: str, account: AccountRef | None = None) -> TextMeasure:
        """Length of `text` as the platform counts it for an act of `kind`."""

    @classmethod
    def server_of(cls, base_urls: Mapping[str, str]) -> str:
        """Who gives out the ids of an account with these addresses; empty where a platform is one server."""
        del base_urls
        return ""

    def stream_readers(self) -> Mapping[str, StreamReader]:
        """Stream name → reader. The names are exactly `streams`."""
        return {}

    def poll(self, stream: str, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """Read what is new in `stream`. Raises PlatformError; the cursor handed in then stays valid."""
        reader = self.stream_readers().get(stream)
        if reader is None:
            raise self.missing(f"stream {stream}")
        return reader(account, cursor, budget)

    def send(self, account: AccountRef, request: SendRequest) -> SendResult:
        """Perform one outbound act after validating it. Raises PlatformError; REJECTED for our own
        findings."""
        problems = self.validate(account, request)
        if problems:
            raise PlatformError(
                PlatformErrorKind.REJECTED,
                platform=self.platform,
                message=",".join(f"{problem.field}:{problem.code}" for problem in problems),
                platform_code="not_sent",
            )
        return self._sender(request)(account, request)

    def target_of(self, external_id: str) -> Mapping[str, str]:
        """The `target` of an act on a post of which only the id is known (`status:12`)."""
        kind, _, bare = external_id.partition(":")
        return {f"{kind}_id": bare} if bare else {}

    def validate(self, account: AccountRef, request: SendRequest) -> list[Violation]:
        """What the platform would refuse, as far as it can be known before asking."""
        return common_violations(
            request, self.capabilities(account), self.measure_text(request.kind, request.text, account)
        )

    def missing(self, what: str) -> PlatformError:
        return PlatformError(PlatformErrorKind.CAPABILITY_MISSING, platform=self.platform, message=what)

    def _sender(self, request: SendRequest) -> Callable[[AccountRef, SendRequest], SendResult]:
        if request.kind is SendKind.PRIVATE_MESSAGE and isinstance(self, PrivateReplier):
            return self.reply_private
        if request.kind is SendKind.COMMENT and isinstance(self, PublicReplier):
            return self.reply_public
        if request.kind in (SendKind.POST, SendKind.REPOST) and isinstance(self, Publisher):
            return self.publish
        raise self.missing(f"send {request.kind}")
