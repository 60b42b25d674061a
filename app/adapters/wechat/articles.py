"""Articles: draft, publish, look up, delete (wechat.md §12). Publishing is asynchronous and has no key of
ours."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient, readback
from app.adapters.types import (
    AccountRef,
    InboundPost,
    ItemKind,
    Json,
    Lane,
    SendRequest,
    SendResult,
    SendState,
)
from app.adapters.wechat.client import WeChatClient
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_TITLE_CHARS = 64
_LIST_SIZE = 20
_OVERLAP = 5
_MOST_PAGES = 12
_CLOCK_SKEW = timedelta(seconds=120)
_SETTLE = timedelta(seconds=90)  # publishing jobs take seconds to minutes
_SETTLE_DRAFT = timedelta(seconds=5)
_LOOK_AGAIN = timedelta(seconds=30)
PUBLISH_STATES = {
    0: "done",
    1: "running",
    2: "originality_failed",
    3: "failed",
    4: "refused",
    5: "deleted_by_user",
    6: "blocked",
}


class WeChatArticles:
    def __init__(self, client: WeChatClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def draft(self, account: AccountRef, request: SendRequest) -> dict[str, str]:
        """Make the draft that will be submitted; nobody but the account's own people sees it.

        A draft can be submitted once, then it leaves the draft box (WeChat's page on `draft/add`): it serves
        as the key that keeps a repeated submission from publishing twice.
        """
        body = {"articles": [article(request, account.settings)]}
        media_id = lenient.text(self._client.post(account, "/cgi-bin/draft/add", body).get("media_id"))
        if not media_id:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="wechat", message="no_draft_id")
        return {"draft": media_id}

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        """Submit the prepared draft (or one made now): ACCEPTED with `publish:<id>`, its end comes later.

        Raises PlatformError(UNKNOWN_OUTCOME) when the draft is not in the draft box any more: an earlier
        submission may have worked.
        """
        draft = lenient.text(request.prepared.get("draft")) or self.draft(account, request)["draft"]
        try:
            answer = self._client.post(
                account, "/cgi-bin/freepublish/submit", {"media_id": draft}, writes=True
            )
        except PlatformError as error:
            if error.kind is not PlatformErrorKind.NOT_FOUND:
                raise
            raise readback.cannot_tell("wechat", "draft_is_gone") from error
        publish_id = lenient.identifier(answer.get("publish_id"))
        return SendResult(f"publish:{publish_id}" if publish_id else None, SendState.ACCEPTED, answer)

    def confirm(self, account: AccountRef, external_id: str) -> SendResult | None:
        """What became of `publish:<id>`: the article, None while the job runs.

        Raises PlatformError(REJECTED) when WeChat refused to publish it.
        """
        state, article_id = self.publish_state(account, external_id.partition(":")[2])
        if state == "running":
            return None
        if state == "done":
            return SendResult(article_id or external_id, SendState.DONE, {"state": state})
        raise PlatformError(
            PlatformErrorKind.REJECTED, platform="wechat", message=state, platform_code="publish_status"
        )

    def publish_state(self, account: AccountRef, publish_id: str) -> tuple[str, str | None]:
        """(a word of PUBLISH_STATES, the article's external id once it is done)."""
        body = self._client.post(account, "/cgi-bin/freepublish/get", {"publish_id": publish_id})
        state = PUBLISH_STATES.get(lenient.integer(body.get("publish_status")) or 0, "failed")
        article_id = lenient.text(body.get("article_id"))
        return state, f"article:{article_id}" if article_id else None

    def find_published(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        """What became of a submission whose answer was lost.

        A prepared draft that is still in the draft box was not submitted. Otherwise the newest article with
        this title is looked for; absence counts only after the time a publishing job takes, and never for a
        draft that is gone.
        """
        draft = lenient.text(request.prepared.get("draft"))
        if draft and self._has_draft(account, draft):
            self._require_settled(since + _SETTLE_DRAFT)
            return None
        found = self._titled(account, request, since)
        if found is not None:
            return found
        # Submitted, it seems, and the article is still being made: absence will never prove anything.
        self._require_settled(self._clock.now() + _LOOK_AGAIN if draft else since + _SETTLE)
        return None

    def _titled(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        wanted, oldest = article(request, account.settings)["title"], since - _CLOCK_SKEW
        for entry in self._published_since(account, oldest):
            updated = lenient.epoch(entry.get("update_time"))
            external_id = f"article:{lenient.text(entry.get('article_id'))}"
            titles = [lenient.text(item.get("title")) for item in _news(entry)]
            is_new = updated is not None and updated >= oldest and external_id not in request.known_ids
            if wanted in titles and is_new:
                return SendResult(external_id, SendState.DONE, entry)
        return None

    def _has_draft(self, account: AccountRef, media_id: str) -> bool:
        try:
            self._client.post(account, "/cgi-bin/draft/get", {"media_id": media_id})
        except PlatformError as error:
            if error.kind is PlatformErrorKind.NOT_FOUND:
                return False
            raise
        return True

    def _require_settled(self, settled_at: datetime) -> None:
        if self._clock.now() < settled_at:
            raise PlatformError(
                PlatformErrorKind.TEMPORARY,
                platform="wechat",
                message="too_early_to_tell",
                retry_at=settled_at,
            )

    def newest(self, account: AccountRef) -> tuple[InboundPost, ...]:
        """Our newest published articles."""
        now = self._clock.now()
        return tuple(_own_post(entry, now) for entry in self._published(account))

    def delete(self, account: AccountRef, external_id: str) -> None:
        """`article:<id>`: the whole publication."""
        body = {"article_id": external_id.partition(":")[2], "index": 0}
        self._client.post(account, "/cgi-bin/freepublish/delete", body, writes=True)

    def _published_since(self, account: AccountRef, oldest: datetime) -> Iterator[Json]:
        """Newest first, down to what is older than `oldest`; each article once.

        Offsets shift with every article that is published or taken away meanwhile: pages overlap, and one
        that does not hang together with those before is read from the top again. Raises
        PlatformError(UNKNOWN_OUTCOME) when the list cannot be read that far.
        """
        met: set[str] = set()
        offset = 0
        for _ in range(_MOST_PAGES):
            entries = self._published(account, offset)
            ids = {lenient.text(entry.get("article_id")) for entry in entries}
            if offset and entries and not ids & met:
                offset = 0
                continue
            yield from (entry for entry in entries if lenient.text(entry.get("article_id")) not in met)
            met |= ids
            times = [found for entry in entries if (found := lenient.epoch(entry.get("update_time")))]
            if len(entries) < _LIST_SIZE or min(times, default=oldest) < oldest:
                return
            offset += _LIST_SIZE - _OVERLAP
        raise readback.cannot_tell("wechat", "too_many_articles")

    def _published(self, account: AccountRef, offset: int = 0) -> list[Json]:
        body = {"offset": offset, "count": _LIST_SIZE, "no_content": 1}
        answer = self._client.post(account, "/cgi-bin/freepublish/batchget", body)
        return lenient.objects(answer.get("item"))


def article(request: SendRequest, settings: Mapping[str, Any]) -> Json:
    """`options`: title, author, digest, content_html, thumb_media_id, content_source_url, need_open_comment.

    Without a title the text's first line is one; without HTML the text's lines become paragraphs; without a
    cover the account's setting `cover_media_id` (a permanent material) is it.
    """
    options = {"thumb_media_id": settings.get("cover_media_id"), **request.options}
    lines = [line for line in request.text.splitlines() if line.strip()] or [""]
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    body: Json = {
        "article_type": "news",
        "title": lenient.text(options.get("title")) or lines[0][:_TITLE_CHARS],
        "content": lenient.text(options.get("content_html")) or paragraphs,
        "need_open_comment": 1 if options.get("need_open_comment", True) else 0,
    }
    for name in ("author", "digest", "thumb_media_id", "content_source_url"):
        if options.get(name):
            body[name] = lenient.text(options[name])
    return body


def _news(entry: Json) -> list[Json]:
    return lenient.objects(lenient.obj(entry.get("content")).get("news_item"))


def _own_post(entry: Json, now: datetime) -> InboundPost:
    items = _news(entry)
    article_id = lenient.text(entry.get("article_id"))
    return InboundPost(
        external_id=f"article:{article_id}",
        kind=ItemKind.OWN_POST,
        lane=Lane.PUBLIC,
        created_at=lenient.epoch(entry.get("update_time")) or now,
        text="\n".join(lenient.text(item.get("title")) for item in items),
        thread_key=f"article:{article_id}",
        url=lenient.text_or_none(items[0].get("url")) if items else None,
        deleted=bool(items) and all(lenient.boolean(item.get("is_deleted")) for item in items),
        raw=entry,
    )
