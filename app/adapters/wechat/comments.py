"""Comments below articles 留言 (wechat.md §12): polled by offset, for WeChat pushes none and has no cursor.

Offsets shift while comments arrive, so each read starts at the newest and goes deeper until it meets a
comment already known; pages overlap, and the external id collapses what is read twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient, readback
from app.adapters.faults import BEIJING
from app.adapters.identity import unknown_item
from app.adapters.types import (
    AccountRef,
    Author,
    Budget,
    Cursor,
    InboundPost,
    ItemKind,
    Json,
    Lane,
    Page,
    SendRequest,
    SendResult,
    SendState,
)
from app.adapters.wechat.client import WeChatClient
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_PAGE = 49
_STEP = 40  # deeper pages overlap by nine: comments that arrive meanwhile push the others down
_KNOWN = 60
_WATCHED = 20
_READ_BACK_PAGES = 4


class WeChatComments:
    def __init__(self, client: WeChatClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def poll(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """One article a call, in turn. Articles come from the setting `watched_articles`
        (`msg_data_id:index`) and, once a day, from yesterday's figures."""
        state: dict[str, Any] = dict(cursor or {})
        articles: dict[str, Json] = {
            key: dict(lenient.obj(value)) for key, value in lenient.obj(state.get("articles")).items()
        }
        cost = self._discover(account, state, articles)
        for key in account.settings.get("watched_articles", ()):
            articles.setdefault(str(key), {})
        for key in sorted(articles, key=_age)[: max(0, len(articles) - _WATCHED)]:
            del articles[key]
        items: list[InboundPost] = []
        turn = lenient.integer(state.get("turn")) or 0
        order = sorted(articles)
        quiet = 0  # articles in a row that had nothing left to read
        for _ in range(max(1, budget.calls)):
            if quiet >= len(order):
                break
            key = order[turn % len(order)]
            items += self._read(account, key, articles[key])
            cost += 1
            # An article with something left keeps its turn.
            unfinished = _unfinished(articles[key])
            turn, quiet = (turn, 0) if unfinished else (turn + 1, quiet + 1)
        more = any(_unfinished(entry) for entry in articles.values())
        next_cursor = {**state, "articles": articles, "turn": turn % max(1, len(order))}
        return Page(tuple(items), next_cursor, has_more=more, cost=cost)

    def _discover(self, account: AccountRef, state: dict[str, Any], articles: dict[str, Json]) -> int:
        """Yesterday's articles, ready after 08:00 in Beijing. An account without the right to figures has
        none."""
        local = self._clock.now().astimezone(BEIJING)
        yesterday = (local - timedelta(days=1)).date().isoformat()
        if local.hour < 8 or state.get("discovered") == yesterday:
            return 0
        body = {"begin_date": yesterday, "end_date": yesterday}
        try:
            answer = self._client.post(account, "/datacube/getarticlesummary", body)
        except PlatformError as error:
            if error.kind in (PlatformErrorKind.REJECTED, PlatformErrorKind.CAPABILITY_MISSING):
                answer = {}
            else:
                raise
        for entry in lenient.objects(answer.get("list")):
            # msgid is <msg_data_id>_<idx> with idx from 1; comments count from 0.
            msg_data_id, _, number = lenient.text(entry.get("msgid")).partition("_")
            if msg_data_id and number.isdigit():
                articles.setdefault(f"{msg_data_id}:{int(number) - 1}", {})
        state["discovered"] = yesterday
        return 1

    def _read(self, account: AccountRef, key: str, entry: Json) -> list[InboundPost]:
        known = {str(number) for number in entry.get("known", [])}
        target = {str(number) for number in entry.get("until", [])} if entry.get("deeper") else known
        begin = lenient.integer(entry.get("deeper")) or 0
        comments, total = self._page(account, key, begin)
        ids = [lenient.identifier(comment.get("user_comment_id")) for comment in comments]
        fresh = [comment for comment, number in zip(comments, ids, strict=True) if number not in known]
        is_last = not comments or (bool(total) and begin + len(comments) >= (total or 0))
        reached = is_last or bool(target & set(ids))
        entry["deeper"] = None if reached else begin + _STEP
        entry["until"] = [] if reached else sorted(target)
        # While the depth was read, the newest page was not: it has its turn before the article is done.
        entry["again"] = bool(begin) and reached
        older = [str(number) for number in entry.get("known", [])]
        fresh_ids = [number for number in ids if number not in known]
        # Newest first, so that the limit cuts what a later read of the newest page will not meet.
        entry["known"] = ([*older, *fresh_ids] if begin else [*fresh_ids, *older])[:_KNOWN]
        return [parse(comment, key, self._clock.now()) for comment in fresh]

    def _page(self, account: AccountRef, key: str, begin: int) -> tuple[list[Json], int | None]:
        """A page and how many comments there are in all, as far as the answer says."""
        body = {**_article(key), "begin": begin, "count": _PAGE, "type": 0}
        try:
            answer = self._client.post(account, "/cgi-bin/comment/list", body)
        except PlatformError as error:
            if error.kind is PlatformErrorKind.NOT_FOUND:  # the article is gone
                return [], 0
            raise
        return lenient.objects(answer.get("comment")), lenient.integer(answer.get("total"))

    def reply(self, account: AccountRef, request: SendRequest) -> SendResult:
        """The one author's reply that each comment can have; a second try is DUPLICATE (88005)."""
        body = {**_target(request), "content": request.text}
        answer = self._client.post(account, "/cgi-bin/comment/reply/add", body, writes=True)
        return SendResult(None, SendState.DONE, answer)

    def delete(self, account: AccountRef, external_id: str) -> None:
        """`comment:<msg_data_id>:<index>:<id>`."""
        _, msg_data_id, index, number = external_id.split(":")
        body = {**_article(f"{msg_data_id}:{index}"), "user_comment_id": int(number)}
        self._client.post(account, "/cgi-bin/comment/delete", body, writes=True)

    def find_reply(self, account: AccountRef, request: SendRequest) -> SendResult | None:
        """Whether the comment carries our reply. None: it is there without one, so sending again is safe."""
        key = f"{request.target['msg_data_id']}:{request.target['index']}"
        wanted = request.target["user_comment_id"]
        for page in range(_READ_BACK_PAGES):
            comments, _ = self._page(account, key, page * _STEP)
            for comment in comments:
                if lenient.identifier(comment.get("user_comment_id")) != wanted:
                    continue
                replies = lenient.objects(comment.get("reply"))
                if any(lenient.text(reply.get("content")) == request.text for reply in replies):
                    return SendResult(None, SendState.DONE, comment)
                return None
            if not comments:
                break
        raise readback.cannot_tell("wechat", "comment_not_found")


def parse(comment: Json, key: str, received_at: datetime) -> InboundPost:
    """A comment; identities outside WeChat come without openid."""
    number = lenient.identifier(comment.get("user_comment_id"))
    if not number:
        return unknown_item(comment, "missing_id", received_at, Lane.PUBLIC)
    openid = lenient.identifier(comment.get("openid"))
    msg_data_id, _, index = key.partition(":")
    context = {"msg_data_id": msg_data_id, "index": index or "0", "user_comment_id": number}
    if openid:
        context["user_id"] = openid
    return InboundPost(
        external_id=f"comment:{msg_data_id}:{index or '0'}:{number}",
        kind=ItemKind.COMMENT,
        lane=Lane.PUBLIC,
        created_at=lenient.epoch(comment.get("create_time")) or received_at,
        text=lenient.text(comment.get("content")),
        author=Author(external_id=openid) if openid else None,
        root=f"article:{key}",
        thread_key=f"article:{key}",
        context=context,
        raw=comment,
    )


def _article(key: str) -> Json:
    msg_data_id, _, index = key.partition(":")
    return {"msg_data_id": lenient.integer(msg_data_id) or 0, "index": lenient.integer(index) or 0}


def _target(request: SendRequest) -> Json:
    target = request.target
    return {
        **_article(f"{target['msg_data_id']}:{target['index']}"),
        "user_comment_id": int(target["user_comment_id"]),
    }


def _unfinished(entry: Json) -> bool:
    return bool(entry.get("deeper") or entry.get("again"))


def _age(key: str) -> int:
    """msg_data_ids grow, so the smallest is the oldest article."""
    return lenient.integer(key.partition(":")[0]) or 0
