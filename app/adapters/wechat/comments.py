"""Comments below articles 留言 (wechat.md §12): polled by offset, for WeChat pushes none and has no cursor.

Offsets shift while comments come and go, so each read starts at the newest and goes deeper until it meets a
comment already known; pages must hang together, and the external id collapses what is read twice.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    Origin,
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
_MET = 150
_WATCHED = 20
_READ_BACK_PAGES = 4
_FIGURES_READY = timedelta(hours=8)
"""After midnight in Beijing."""


class WeChatComments:
    def __init__(self, client: WeChatClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def poll(self, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """One article a call, in turn. Articles come from the setting `watched_articles`
        (`msg_data_id:index`) and, once a day, from the newest figures."""
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
        """The articles of the newest day that there are figures of: yesterday's are ready after 08:00 in
        Beijing, until then it is the day before. An account without the right to figures has none."""
        local = self._clock.now().astimezone(BEIJING)
        day = (local - _FIGURES_READY - timedelta(days=1)).date().isoformat()
        if state.get("discovered") == day:
            return 0
        body = {"begin_date": day, "end_date": day}
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
                article = articles.setdefault(f"{msg_data_id}:{int(number) - 1}", {})
                article["title"] = lenient.text(entry.get("title"))[:200]
        state["discovered"] = day
        return 1

    def _read(self, account: AccountRef, key: str, entry: Json) -> list[InboundPost]:
        dive = _Dive.of(entry)
        comments, total = self._page(account, key, dive.begin)
        ids = [lenient.identifier(comment.get("user_comment_id")) for comment in comments]
        fresh = [comment for comment, number in zip(comments, ids, strict=True) if number not in dive.known]
        entry |= dive.after(ids, total)
        title = lenient.text(entry.get("title"))
        return [parse(comment, key, self._clock.now(), title) for comment in fresh]

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


@dataclass(frozen=True)
class _Dive:
    """Where the reading of one article's comments stands, as its entry in the cursor has it.

    A dive begins at the newest page and goes down to a comment that was known before. Its pages must hang
    together: what is deleted above moves the rest up, past the next offset. A page that holds nothing of what
    this dive has met is therefore read from further up.
    """

    begin: int
    known: tuple[str, ...]
    """The newest ids met so far: with one of them an earlier dive begins."""
    until: frozenset[str]
    met: tuple[str, ...]
    """The last ids of this dive."""
    ended: bool
    """The last page was empty: either the end, or everything has moved up."""

    @classmethod
    def of(cls, entry: Json) -> _Dive:
        begin = lenient.integer(entry.get("deeper"))
        known = tuple(str(number) for number in entry.get("known", []))
        until = known if begin is None else entry.get("until", [])
        return cls(
            begin or 0,
            known,
            frozenset(str(number) for number in until),
            tuple(str(number) for number in entry.get("met", [])) if begin is not None else (),
            bool(entry.get("ended")),
        )

    def after(self, ids: list[str], total: int | None) -> Json:
        """What the entry says once a page with these ids has been read; `total` comments there are in all."""
        hangs = not self.begin or bool({*ids} & {*self.met})
        if self.begin and not (hangs and ids):
            # Once more from further up; an empty page is believed when the one above brings nothing new.
            back = max(0, self.begin - _STEP)
            return {**self._entry(ids, deeper=back, ended=not ids), "met": list(self.met)}
        by_count = bool(total) and self.begin + len(ids) >= (total or 0)
        # A full page may have been pushed down since, with more below it.
        nothing_new = self.ended and len(ids) < _PAGE and not {*ids} - {*self.met}
        if not ids or by_count or nothing_new or self.until & {*ids}:
            return self._entry(ids, deeper=None, ended=False)
        return self._entry(ids, deeper=self.begin + _STEP, ended=False)

    def _entry(self, ids: list[str], *, deeper: int | None, ended: bool) -> Json:
        fresh = [number for number in ids if number not in self.known]
        # Newest first, so that the limit cuts what a later read of the newest page will not meet.
        known = [*self.known, *fresh] if self.begin else [*fresh, *self.known]
        over = deeper is None
        # Begun anew at the top: what was met further down before does not hang together with it.
        met = self.met if self.begin else ()
        return {
            "known": known[:_KNOWN],
            "deeper": deeper,
            "until": [] if over else sorted(self.until),
            "met": [] if over else [*met, *(number for number in ids if number not in met)][-_MET:],
            "ended": ended,
            # While the depth was read, the newest page was not: it has its turn before the article is done.
            "again": over and bool(self.begin),
        }


def parse(comment: Json, key: str, received_at: datetime, title: str = "") -> InboundPost:
    """A comment below the article of that title; identities outside WeChat come without openid."""
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
        origin=Origin("article", title=title) if title else None,
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
    return entry.get("deeper") is not None or bool(entry.get("again"))


def _age(key: str) -> int:
    """msg_data_ids grow, so the smallest is the oldest article."""
    return lenient.integer(key.partition(":")[0]) or 0
