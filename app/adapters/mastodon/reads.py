"""Mastodon's lists (mastodon.md §2, §3). `min_id` gives the page directly after, so reading upward leaves no
holes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.mastodon import parse
from app.adapters.mastodon.client import MastodonClient
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
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_PAGE = 40
_MIN_PAGE = 20  # GoToSocial caps notification pages here: a shorter page surely is the last one
_EVENT_TYPES = ["follow", "favourite", "reblog", "update"]


@dataclass(slots=True)
class _Position:
    """`newest`: read up to here. `back`: at first contact, history below this id is still unread."""

    newest: str | None
    back: str | None

    @classmethod
    def load(cls, cursor: Cursor | None) -> _Position:
        values = cursor or {}
        return cls(
            lenient.text_or_none(values.get("newest")),
            lenient.text_or_none(values.get("back")),
        )


class MastodonReads:
    def __init__(self, client: MastodonClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def poll(self, stream: str, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """Upward from the newest id known; history of `history_days` at first contact."""
        position = _Position.load(cursor)
        days = int(account.settings.get("history_days", 7))
        oldest = self._clock.now() - timedelta(days=days)
        items: list[InboundPost] = []
        behind: datetime | None = None
        cost, more = 0, True
        while more and cost < max(1, budget.calls):
            # Upward first: history below the first page can wait, what customers write now cannot.
            upward = position.newest is not None and not (position.back and cost)
            found, more = self._step(stream, account, position, oldest, upward=upward)
            items += found
            cost += 1
            if position.back:
                more = True
                behind = min((item.created_at for item in items), default=behind)
        cursor_out = {"newest": position.newest, "back": position.back}
        return Page(tuple(items), cursor_out, has_more=more, cost=cost, behind_since=behind)

    def _step(
        self, stream: str, account: AccountRef, position: _Position, oldest: datetime, *, upward: bool
    ) -> tuple[list[InboundPost], bool]:
        if upward and position.newest is not None:
            return self._read_up(stream, account, position)
        return self._read_down(stream, account, position, oldest)

    def _read_up(
        self, stream: str, account: AccountRef, position: _Position
    ) -> tuple[list[InboundPost], bool]:
        entries = self._entries(stream, account, {"min_id": position.newest or ""})
        ids = _ids(entries)
        if not ids:
            return [], False
        position.newest = max([*ids, position.newest or ""], key=parse.order)
        return self._posts(stream, entries), len(entries) >= _MIN_PAGE

    def _read_down(
        self, stream: str, account: AccountRef, position: _Position, oldest: datetime
    ) -> tuple[list[InboundPost], bool]:
        entries = self._entries(stream, account, {"max_id": position.back} if position.back else {})
        posts = self._posts(stream, entries)
        ids = _ids(entries)
        if not ids:
            position.back = None
            return [], False
        if position.newest is None:
            position.newest = max(ids, key=parse.order)
        reached = min(post.created_at for post in posts) < oldest if posts else False
        position.back = None if reached else min(ids, key=parse.order)
        return [post for post in posts if post.created_at >= oldest], position.back is not None

    def _entries(self, stream: str, account: AccountRef, position: dict[str, str]) -> list[Json]:
        params: dict[str, str | list[str]] = {"limit": str(_PAGE), **position}
        if stream == "own_posts":
            path = f"/api/v1/accounts/{account.external_id}/statuses"
        else:
            path = "/api/v1/notifications"
            params["types[]"] = ["mention"] if stream == "mentions" else _EVENT_TYPES
        return lenient.objects(self._client.get(account, path, params))

    def _posts(self, stream: str, entries: list[Json]) -> list[InboundPost]:
        now = self._clock.now()
        readers: dict[str, Callable[[Json], InboundPost]] = {
            "own_posts": lambda entry: parse.status(entry, now, own=True),
            "mentions": lambda entry: parse.mention(entry, now),
            "events": lambda entry: parse.event(entry, now),
        }
        return [readers[stream](entry) for entry in entries if _belongs(stream, entry)]

    def own_page(self, account: AccountRef) -> Callable[[int], list[InboundPost]]:
        """Pages of our own newest statuses, each found through the one before."""
        below: list[str] = []

        def read(page: int) -> list[InboundPost]:
            position = {"max_id": below[-1]} if page > 1 and below else {}
            entries = self._entries("own_posts", account, position)
            below.extend([min(_ids(entries), key=parse.order)] if _ids(entries) else [])
            return self._posts("own_posts", entries)

        return read

    def thread(self, account: AccountRef, status_id: str) -> tuple[InboundPost, ...]:
        now = self._clock.now()
        path = f"/api/v1/statuses/{status_id}"
        middle = self._client.get(account, path)
        around = lenient.obj(self._client.get(account, f"{path}/context"))
        above = lenient.objects(around.get("ancestors"))
        below = lenient.objects(around.get("descendants"))
        return tuple(parse.status(entry, now) for entry in [*above, middle, *below])

    def author(self, account: AccountRef, author_id: str) -> Author:
        found = parse.author(self._client.get(account, f"/api/v1/accounts/{author_id}"))
        if found is None:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="mastodon", message="unreadable_answer")
        return found

    def people(self, account: AccountRef, relation: str, cursor: Cursor | None) -> FollowerPage:
        """`followers` or `following`; only the Link header can page here, its ids are internal."""
        path = f"/api/v1/accounts/{account.external_id}/{relation}"
        given = {str(key): str(value) for key, value in lenient.obj((cursor or {}).get("query")).items()}
        body, page = self._client.get_page(account, path, {"limit": "80", **given})
        people = [person for entry in lenient.objects(body) if (person := parse.author(entry))]
        further = page.get("next")
        return FollowerPage(tuple(people), {"query": further} if further and people else None)

    def search(self, account: AccountRef, query: str, cursor: Cursor | None) -> Page:
        """What the server lets us find: on GoToSocial only own posts and answers to us (mastodon.md §3)."""
        offset = lenient.integer((cursor or {}).get("offset")) or 0
        params = {"q": query, "type": "statuses", "limit": "20", "offset": str(offset)}
        body = lenient.obj(self._client.get(account, "/api/v2/search", params))
        found = lenient.objects(body.get("statuses"))
        now = self._clock.now()
        items = tuple(parse.status(entry, now) for entry in found)
        return Page(items, {"offset": offset + len(found)}, has_more=bool(found))

    def metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        """One call a post: only Mastodon, not GoToSocial, reads several at once."""
        return tuple(self._metrics(account, external_id) for external_id in external_ids)

    def _metrics(self, account: AccountRef, external_id: str) -> PostMetrics:
        bare = external_id.partition(":")[2]
        body = lenient.obj(self._client.get(account, f"/api/v1/statuses/{bare}"))
        return PostMetrics(
            external_id=external_id,
            reposts=lenient.integer(body.get("reblogs_count")),
            comments=lenient.integer(body.get("replies_count")),
            likes=lenient.integer(body.get("favourites_count")),
        )


def _ids(entries: list[Json]) -> list[str]:
    return [found for entry in entries if (found := lenient.identifier(entry.get("id")))]


def _belongs(stream: str, entry: Json) -> bool:
    """Servers that ignore `types[]` send everything; each stream keeps its own."""
    kind: Any = entry.get("type")
    if stream == "mentions":
        return bool(kind == "mention")
    return stream != "events" or kind != "mention"
