"""Weibo's lists and single objects (weibo.md §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from app.adapters import idwalk, lenient
from app.adapters.types import (
    AccountRef,
    Author,
    Budget,
    Cursor,
    FollowerPage,
    InboundPost,
    Json,
    Page,
    PostMetrics,
)
from app.adapters.weibo import longtext, parse
from app.adapters.weibo.client import WeiboClient
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_COUNT_BATCH = 100
_FOLLOWERS_PER_CALL = 5  # what the open level gives at most

# stream → (call, name of the list in its answer)
LISTS = {
    "mentions": ("statuses/mentions", "statuses"),
    "comments": ("comments/to_me", "comments"),
    "comment_mentions": ("comments/mentions", "comments"),
    "own_posts": ("statuses/user_timeline", "statuses"),
    "own_comments": ("comments/by_me", "comments"),
}


class WeiboReads:
    def __init__(self, client: WeiboClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def poll(self, stream: str, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """A list that is ordered by id, without holes and with whole texts."""
        days = int(account.settings.get("history_days", 7))
        page = idwalk.walk(
            lambda since, top, number: self._rows(stream, account, since, top, number),
            cursor,
            budget,
            self._clock.now() - timedelta(days=days),
            self._clock.now(),
        )
        return longtext.completed(
            page,
            cursor,
            budget.detail_calls,
            self._clock.now(),
            complete=partial(self.complete, account),
            parse=self._post_reader(stream, account),
        )

    def rows_of_page(self, stream: str, account: AccountRef, page: int) -> list[InboundPost]:
        """The newest items of a list, for reading back after an unknown outcome."""
        return [row.post for row in self._rows(stream, account, 0, 0, page)]

    def _rows(self, stream: str, account: AccountRef, since: int, top: int, page: int) -> list[idwalk.Row]:
        name, list_name = LISTS[stream]
        params = {"count": str(account.settings.get("page_size", 100)), "page": str(page)}
        if since:
            params["since_id"] = str(since)
        if top:
            params["max_id"] = str(top)
        if stream == "own_posts":
            params["uid"] = account.external_id
        if account.settings.get("api_family") == "biz":
            params["isGetLongText"] = "1"
        body = self._client.get(account, name, params)
        # An empty list may come as a bare [] (weibo.md §3), and old calls answer a bare array.
        entries = lenient.objects(body if isinstance(body, list) else lenient.obj(body).get(list_name))
        read = self._post_reader(stream, account)
        return [idwalk.Row(parse.number_of(entry), read(entry)) for entry in entries]

    def _post_reader(self, stream: str, account: AccountRef) -> Callable[[Json], InboundPost]:
        now = self._clock.now()
        if LISTS[stream][1] == "comments":
            return lambda entry: parse.comment(
                entry, account.external_id, now, own=stream == "own_comments", names=account.names
            )
        return lambda entry: parse.status(
            entry, account.external_id, now, own=stream == "own_posts", names=account.names
        )

    def complete(self, account: AccountRef, post: InboundPost) -> InboundPost:
        """The status with its whole text; unchanged when it is gone. Raises PlatformError otherwise."""
        try:
            body = lenient.obj(self._client.get(account, "statuses/show", {"id": bare_id(post.external_id)}))
        except PlatformError as error:
            if error.kind is PlatformErrorKind.NOT_FOUND:
                return replace(post, deleted=True, is_cut=False)
            raise
        fresh = parse.status(body, account.external_id, self._clock.now(), names=account.names)
        if fresh.external_id != post.external_id:
            return replace(post, is_cut=False)  # an answer about something else completes nothing
        return replace(fresh, kind=post.kind, text=fresh.text or post.text, is_cut=False)

    def show(self, account: AccountRef, status_id: str) -> InboundPost:
        body = lenient.obj(self._client.get(account, "statuses/show", {"id": status_id}))
        return parse.status(body, account.external_id, self._clock.now(), names=account.names)

    def comments_below(self, account: AccountRef, status_id: str, pages: int) -> list[InboundPost]:
        found: list[InboundPost] = []
        for page in range(1, pages + 1):
            params = {"id": status_id, "count": "50", "page": str(page)}
            body = lenient.obj(self._client.get(account, "comments/show", params))
            entries = lenient.objects(body.get("comments"))
            found += [
                parse.comment(entry, account.external_id, self._clock.now(), names=account.names)
                for entry in entries
            ]
            if not entries:
                break
        return found

    def author(self, account: AccountRef, uid: str) -> Author:
        body = self._client.get(account, "users/show", {"uid": uid})
        found = parse.author(body)
        if found is None:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="weibo", message="unreadable_answer")
        return found

    def people(self, account: AccountRef, name: str, cursor: Cursor | None) -> FollowerPage:
        """`friendships/followers` or `friendships/friends`; `next_cursor` counts users here, 0 is the end."""
        start = str((cursor or {}).get("cursor", 0))
        size = 200 if account.settings.get("api_family") == "biz" else _FOLLOWERS_PER_CALL
        params = {"uid": account.external_id, "count": str(size), "cursor": start}
        body = lenient.obj(self._client.get(account, name, params))
        users = [person for entry in lenient.objects(body.get("users")) if (person := parse.author(entry))]
        following = lenient.integer(body.get("next_cursor")) or 0
        return FollowerPage(
            authors=tuple(users),
            next_cursor={"cursor": following} if following and users else None,
            total=lenient.integer(body.get("total_number")),
        )

    def search(self, account: AccountRef, query: str, cursor: Cursor | None) -> Page:
        """Contract accounts only (weibo.md §3). Braces and quotes are not allowed in a query."""
        number = lenient.integer((cursor or {}).get("page")) or 1
        plain = "".join(character for character in query if character not in "{}\"'")
        params = {"q": plain, "page": str(number), "count": "50"}
        body = lenient.obj(self._client.get(account, "search/statuses/limited", params))
        entries = lenient.objects(body.get("statuses"))
        now = self._clock.now()
        items = tuple(parse.status(entry, account.external_id, now, names=account.names) for entry in entries)
        return Page(items, {"page": number + 1}, has_more=bool(entries))

    def metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        """Counts of statuses, 100 a call; unknown or deleted ones are left out."""
        found: list[PostMetrics] = []
        for start in range(0, len(external_ids), _COUNT_BATCH):
            batch = external_ids[start : start + _COUNT_BATCH]
            ids = ",".join(bare_id(external_id) for external_id in batch)
            body: Any = self._client.get(account, "statuses/count", {"ids": ids})
            found += [_metrics(entry) for entry in lenient.objects(body) if parse.object_id(entry)]
        return tuple(found)


def bare_id(external_id: str) -> str:
    """`status:123` → `123`."""
    return external_id.rpartition(":")[2]


def _metrics(entry: Json) -> PostMetrics:
    return PostMetrics(
        external_id=f"status:{parse.object_id(entry)}",
        reposts=lenient.integer(entry.get("reposts")),
        comments=lenient.integer(entry.get("comments")),
        likes=lenient.integer(entry.get("attitudes")),
    )
