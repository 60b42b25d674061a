"""Mastodon's lists (mastodon.md §2, §3). `min_id` gives the page directly after, so reading upward leaves no
holes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.mastodon import parse
from app.adapters.mastodon.client import MastodonClient
from app.adapters.mastodon.window import BOTTOM, Position, order
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
_SPOKEN_TYPES = ["mention", "quote"]
_EVENT_TYPES = ["follow", "follow_request", "favourite", "reblog", "update"]


class MastodonReads:
    def __init__(self, client: MastodonClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def poll(self, stream: str, account: AccountRef, cursor: Cursor | None, budget: Budget) -> Page:
        """Upward from what is settled; history of `history_days` at first contact."""
        reading = _Reading(self, stream, account, Position.load(cursor), max(1, budget.calls))
        position = reading.position
        days = int(account.settings.get("history_days", 7))
        oldest = self._clock.now() - timedelta(days=days)
        # Upward first: history below the first page can wait, what customers write now cannot.
        historys_turn = reading.calls == 1 and position.back is not None and position.history_next
        if position.newest is None:
            more = reading.begin(oldest)
        else:
            more = historys_turn or reading.up(self._clock.now())
        position.history_next = position.back is not None and not historys_turn
        while position.back and reading.left:
            reading.down(oldest)
        behind = min((item.created_at for item in reading.items), default=None) if position.back else None
        return Page(
            tuple(reading.items),
            position.dump(),
            has_more=more or position.back is not None,
            cost=reading.cost,
            behind_since=behind,
        )

    def page(
        self, stream: str, account: AccountRef, at: dict[str, str]
    ) -> tuple[list[tuple[str, InboundPost]], list[str]]:
        """One page as (id, post), and all its ids, also those of another stream."""
        entries = self._entries(stream, account, at)
        posts = self._posts(stream, entries)
        kept = [entry for entry in entries if _belongs(stream, entry)]
        named = [(lenient.identifier(entry.get("id")), post) for entry, post in zip(kept, posts, strict=True)]
        return named, _ids(entries)

    def _entries(self, stream: str, account: AccountRef, position: dict[str, str]) -> list[Json]:
        params: dict[str, str | list[str]] = {"limit": str(_PAGE), **position}
        if stream == "own_posts":
            path = f"/api/v1/accounts/{account.external_id}/statuses"
        else:
            path = "/api/v1/notifications"
            params["types[]"] = _spoken_types(account) if stream == "mentions" else _EVENT_TYPES
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
            below.extend([min(_ids(entries), key=order)] if _ids(entries) else [])
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
        return self._people(account, f"/api/v1/accounts/{account.external_id}/{relation}", cursor)

    def follow_requests(self, account: AccountRef, cursor: Cursor | None) -> FollowerPage:
        return self._people(account, "/api/v1/follow_requests", cursor)

    def _people(self, account: AccountRef, path: str, cursor: Cursor | None) -> FollowerPage:
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


@dataclass(slots=True)
class _Reading:
    """One poll: what it may still spend and what it has brought."""

    reads: MastodonReads
    stream: str
    account: AccountRef
    position: Position
    calls: int
    cost: int = 0
    items: list[InboundPost] = field(default_factory=list)

    @property
    def left(self) -> bool:
        return self.cost < self.calls

    def begin(self, oldest: datetime) -> bool:
        """The newest page of a list not read before; below it lies history."""
        ids = self._down({}, oldest)
        if ids:
            # A list shorter than a page is read from its bottom until its end has settled.
            self.position.settled = BOTTOM if len(ids) < _MIN_PAGE else min(ids, key=order)
            self.position.remember(ids)
        return False

    def down(self, oldest: datetime) -> None:
        # An entry may commit above the history's first page after that was read: it is known now.
        self.position.remember(self._down({"max_id": self.position.back or ""}, oldest))

    def _down(self, at: dict[str, str], oldest: datetime) -> list[str]:
        named, ids = self.reads.page(self.stream, self.account, at)
        self.cost += 1
        posts = [post for _, post in named]
        reached = bool(posts) and min(post.created_at for post in posts) < oldest
        is_last = reached or len(ids) < _MIN_PAGE
        self.position.back = None if is_last else min(ids, key=order)
        self.items += [
            post for found, post in named if post.created_at >= oldest and not self.position.is_known(found)
        ]
        return ids

    def up(self, now: datetime) -> bool:
        """Read again from what is settled, then what is new. True when there is more that is new."""
        position = self.position
        known_top = position.newest or BOTTOM
        again_to, is_last = position.settled, False
        if not (self.calls == 1 and position.new_first):
            again_to, is_last = self._read_above(again_to)
        caught_up = is_last
        while not caught_up and self.left:
            _, caught_up = self._read_above(position.newest or BOTTOM)
        while not is_last and order(again_to) < order(known_top) and self.left:
            again_to, is_last = self._read_above(again_to)
        behind = not is_last and order(again_to) < order(known_top)
        # What was left of either kind is read first next time: with one call a poll neither may starve.
        position.new_first = (behind or not caught_up) and not position.new_first
        position.settle(now, again_to if behind else position.newest or BOTTOM)
        return not caught_up

    def _read_above(self, identifier: str) -> tuple[str, bool]:
        """The page directly above an id: its highest id, and whether the list ends there."""
        named, ids = self.reads.page(self.stream, self.account, {"min_id": identifier})
        self.cost += 1
        self.items += [
            post for found, post in named if not self.position.is_known(found) or post.edited_at is not None
        ]
        self.position.remember(ids)
        return max([*ids, identifier], key=order), len(ids) < _MIN_PAGE


def _ids(entries: list[Json]) -> list[str]:
    return [found for entry in entries if (found := lenient.identifier(entry.get("id")))]


def _belongs(stream: str, entry: Json) -> bool:
    """Servers that ignore `types[]` send everything; each stream keeps its own."""
    kind: Any = entry.get("type")
    if stream == "mentions":
        return kind in _SPOKEN_TYPES
    return stream != "events" or kind not in _SPOKEN_TYPES


def _spoken_types(account: AccountRef) -> list[str]:
    """Who quotes our post speaks about us, whether they name us or not."""
    return _SPOKEN_TYPES if account.settings.get("tells_quotes") else _SPOKEN_TYPES[:1]
