"""Articles: draft, publish, look up, delete (wechat.md §12). Publishing is asynchronous and has no key of
ours."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

from app.adapters import lenient
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
_CLOCK_SKEW = timedelta(seconds=120)
_SETTLE = timedelta(seconds=90)  # publishing jobs take seconds to minutes
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

    def publish(self, account: AccountRef, request: SendRequest) -> SendResult:
        """A draft, then its submission: ACCEPTED with `publish:<id>`; the end comes as PUBLISHJOBFINISH."""
        draft = self._client.post(account, "/cgi-bin/draft/add", {"articles": [article(request)]})
        media_id = lenient.text(draft.get("media_id"))
        if not media_id:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="wechat", message="no_draft_id")
        answer = self._client.post(
            account, "/cgi-bin/freepublish/submit", {"media_id": media_id}, writes=True
        )
        publish_id = lenient.identifier(answer.get("publish_id"))
        return SendResult(f"publish:{publish_id}" if publish_id else None, SendState.ACCEPTED, answer)

    def publish_state(self, account: AccountRef, publish_id: str) -> tuple[str, str | None]:
        """(a word of PUBLISH_STATES, the article's external id once it is done)."""
        body = self._client.post(account, "/cgi-bin/freepublish/get", {"publish_id": publish_id})
        state = PUBLISH_STATES.get(lenient.integer(body.get("publish_status")) or 0, "failed")
        article_id = lenient.text(body.get("article_id"))
        return state, f"article:{article_id}" if article_id else None

    def find_published(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        """The newest article with this title. Absence counts only after the time a publishing job takes."""
        wanted, oldest = article(request)["title"], since - _CLOCK_SKEW
        for entry in self._published(account):
            updated = lenient.epoch(entry.get("update_time"))
            titles = [lenient.text(item.get("title")) for item in _news(entry)]
            if wanted in titles and updated is not None and updated >= oldest:
                return SendResult(f"article:{lenient.text(entry.get('article_id'))}", SendState.DONE, entry)
        settled_at = since + _SETTLE
        if self._clock.now() < settled_at:
            raise PlatformError(
                PlatformErrorKind.TEMPORARY,
                platform="wechat",
                message="too_early_to_tell",
                retry_at=settled_at,
            )
        return None

    def newest(self, account: AccountRef) -> tuple[InboundPost, ...]:
        """Our newest published articles."""
        now = self._clock.now()
        return tuple(_own_post(entry, now) for entry in self._published(account))

    def delete(self, account: AccountRef, external_id: str) -> None:
        """`article:<id>`: the whole publication."""
        body = {"article_id": external_id.partition(":")[2], "index": 0}
        self._client.post(account, "/cgi-bin/freepublish/delete", body, writes=True)

    def _published(self, account: AccountRef) -> list[Json]:
        body = {"offset": 0, "count": _LIST_SIZE, "no_content": 1}
        answer = self._client.post(account, "/cgi-bin/freepublish/batchget", body)
        return lenient.objects(answer.get("item"))


def article(request: SendRequest) -> Json:
    """`options`: title, author, digest, content_html, thumb_media_id, content_source_url, need_open_comment.

    Without a title the text's first line is one; without HTML the text's lines become paragraphs.
    """
    options = request.options
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
