"""One day of the history, told and written: a fixed number of statements, in the order in which rows point
at each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.bulk import add_up, insert_rows, take_ids
from app.core.context import Context
from app.listener.judging.activity import ADVERTS, COUNTED
from app.models import (
    REPLY,
    AuthorActivity,
    HourlyVolume,
    InboundItem,
    Message,
    MonitorHit,
    OutboundAttempt,
    OutboundMessage,
    Verdict,
)
from app.nlp.text.fingerprint import fingerprints
from app.nlp.text.normalise import URL, normalise_many, own_words
from app.routing.lifecycle import played as lifecycle
from app.search.index import Indexed, index_texts
from app.seed.history.bursts import raise_alerts
from app.seed.history.cases import Case, Teller, Telling
from app.seed.history.dealt import Left, deal_out, left_waiting
from app.seed.history.house import House
from app.seed.history.people import Customer, Customers, person
from app.seed.history.planning import Day, Post, platform_of, posts_of
from app.seed.history.said import Item, decided, verdict
from app.seed.history.spam import Spam
from app.topics.volumes import whole_hour
from app.workbench.cargo import order_key

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Hit:
    """What a monitor looks at in a post."""

    account_id: int
    kind: str
    text: str
    author_external_id: str
    author_name: str
    published_at: datetime


@dataclass
class DayWriter:
    ctx: Context
    house: House
    day: Day
    until: datetime
    """Where the history ends."""
    items: list[Item] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    hits: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    """By the items' places: the monitors that caught each, the leading one first."""

    def write(self) -> None:
        posts = posts_of(self.day)
        left = left_waiting(self.ctx, self.house, self.day)
        customers = Customers(self.ctx, self._possible(posts, left))
        self._receive(posts, customers)
        spam = Spam(self.ctx, self.house, self.day)
        spam.judge(self.items)
        self._find_hits(self.items)
        customers.number()
        self._tell(left)
        customers.store()
        self._store_items()
        self._store_requests()
        self._store_answers()
        lifecycle.store_changes(self.ctx.session, [case.played for case in self.cases])
        self._count()
        spam.store(self.items)
        raise_alerts(self.ctx, self.house, self.items, self.until)

    def _possible(self, posts: Sequence[Post], left: Sequence[Left]) -> list[Customer]:
        """Whoever may write, and who waits since an earlier day: those begin nothing new."""
        found = {one.item.author.key: one.item.author for one in left}
        for customer in found.values():
            customer.busy_until = _FOREVER
        for post in posts:
            account = self.house.accounts[post.account]
            for rank in post.people:
                one = person(self.day.seed, account, rank)
                found.setdefault(one.key, one)
        return list(found.values())

    def _receive(self, posts: Sequence[Post], customers: Customers) -> None:
        """Posts with their verdicts. What all of its possible authors cannot have written is left out."""
        dice = self.day.dice("received")
        for place, post in enumerate(posts, start=1):
            account = self.house.accounts[post.account]
            decision = decided(post, dice)
            received = post.at + timedelta(seconds=dice.randrange(2, 40))
            version = self.house.model_version
            judged = verdict(account, post.meaning, received, decision, version, dice)
            keys = [person(self.day.seed, account, rank).key for rank in post.people]
            author = customers.named(post.name, account) if post.name else customers.free(keys, post.at)
            if author is None:
                continue
            text = _addressed(post, account.name, account.settings)
            item = Item(account, post.at, received, post.kind, text, post.meaning, author, place, judged)
            if item.is_kept:
                author.busy_until = _FOREVER
                author.last_at = post.at
            self.items.append(item)

    def _find_hits(self, items: Sequence[Item]) -> None:
        posts = [_Hit(i.account.id, i.kind, i.text, i.author.external_id, i.author.name, i.at) for i in items]
        for item, found in zip(items, self.house.monitors.hits(posts, self.house.agencies), strict=True):
            self.hits[item.place] = found if item.kind != "event" else ()
            item.verdict.monitor_id = found[0].id if found and item.kind != "event" else None

    def _tell(self, left: Sequence[Left]) -> None:
        places = 1 + max((item.place for item in self.items), default=0)
        teller = Teller(self.house, self.until, places)
        come = [
            Telling(teller, self.day.told, item, self._team_of(item))
            for item in sorted((item for item in self.items if item.is_kept), key=lambda item: item.received)
        ]
        self.cases = deal_out(self.ctx, teller, self.day, come, left)
        more = [item for case in self.cases for item in case.items[1:]]
        self._find_hits(more)
        self.items = sorted([*self.items, *more], key=lambda item: (item.received, item.place))

    def _team_of(self, item: Item) -> int | None:
        own = (m.team_id for m in self.hits[item.place] if m.team_id and not m.is_competitor)
        return next(own, None) or item.account.team_id

    def _store_items(self) -> None:
        session = self.ctx.session
        numbers = take_ids(session, InboundItem, len(self.items))
        for item, number in zip(self.items, numbers, strict=True):
            item.id = number
        again = Counter(id(item.repeats) for item in self.items if item.repeats is not None)
        prints = fingerprints([own_words(item.text)[0] for item in self.items])
        rows = [
            {
                "id": item.id,
                "created_at": item.received,
                "account_id": item.account.id,
                "external_id": item.external_id,
                "kind": item.kind,
                "lane": item.lane,
                "author_external_id": item.author.external_id,
                "author_name": item.author.name,
                "author": {"name": item.author.name, "followers": item.author.followers},
                "text": item.text,
                "thread_key": item.thread_key,
                "reply_context": item.context,
                "published_at": item.at,
                "text_hash": told.exact,
                "simhash": told.simhash,
                "duplicate_of_id": item.repeats.id if item.repeats else item.repeats_id,
                "duplicate_count": again[id(item)] if item.is_kept else 0,
                "trigger": item.trigger,
            }
            for item, told in zip(self.items, prints, strict=True)
        ]
        insert_rows(session, InboundItem, rows)
        index_texts(session, Indexed.ITEMS, [(i.id, f"{i.author.name} {i.text}") for i in self.items])
        hits = [
            {
                "created_at": item.received,
                "monitor_id": monitor.id,
                "inbound_item_id": item.id,
                "account_id": item.account.id,
                "published_at": item.at,
            }
            for item in self.items
            for monitor in self.hits[item.place]
        ]
        insert_rows(session, MonitorHit, hits)

    def _store_requests(self) -> None:
        """Requests, what was said in them, and the verdicts, which name them."""
        session = self.ctx.session
        played = [case.played for case in self.cases if not case.known]
        lifecycle.number(session, played, self.day.begins)
        lifecycle.store_requests(session, played)
        lifecycle.store_further(session, [case.played for case in self.cases if case.known])
        messages: list[Message] = []
        for case in self.cases:
            for item in case.items[case.known :]:
                item.verdict.service_request_id = case.played.request.id
                if item.message is not None:
                    item.message.inbound_item_id = item.id
                    messages.append(item.message)
            messages += [message for message, _ in case.answers]
            for message in messages:
                message.service_request_id = message.service_request_id or case.played.request.id
        messages.sort(key=lambda message: (message.created_at, message.conversation_id, message.number))
        for message, number in zip(messages, take_ids(session, Message, len(messages)), strict=True):
            message.id = number
        insert_rows(session, Message, [vars(message) for message in messages])
        index_texts(session, Indexed.MESSAGES, [(message.id, message.text) for message in messages])
        for item in self.items:
            item.verdict.inbound_item_id = item.id
        insert_rows(session, Verdict, [vars(item.verdict) for item in self.items])

    def _store_answers(self) -> None:
        session = self.ctx.session
        answers = sorted(
            (one for case in self.cases for one in case.answers),
            key=lambda one: (one[0].created_at, one[0].id),
        )
        for message, outbound in answers:
            outbound.cargo, outbound.cargo_id = REPLY, message.id
            outbound.order_key = order_key(message.conversation_id, message.lane)
        ids = insert_rows(session, OutboundMessage, [vars(outbound) for _, outbound in answers])
        attempts = [
            {
                "created_at": outbound.not_before,
                "outbound_message_id": number,
                "number": 1,
                "finished_at": outbound.finished_at,
                "outcome": outbound.error_code or "sent",
            }
            for (_, outbound), number in zip(answers, ids, strict=True)
        ]
        insert_rows(session, OutboundAttempt, attempts)

    def _count(self) -> None:
        """Posts by hour, and authors' habits."""
        session = self.ctx.session
        hours = Counter((item.account.id, whole_hour(item.received)) for item in self.items)
        bad = Counter(
            (item.account.id, whole_hour(item.received))
            for item in self.items
            if (item.verdict.sentiment or 0) < 0
        )
        volumes = [
            {
                "created_at": hour,
                "account_id": account,
                "hour": hour,
                "total": total,
                "negative": bad[account, hour],
            }
            for (account, hour), total in sorted(hours.items())
        ]
        add_up(session, HourlyVolume, volumes, ("account_id", "hour"), ("total", "negative"))
        habits: dict[tuple[int, str], dict[str, Any]] = {}
        said = [item for item in self.items if item.kind != "event"]
        for item, text in zip(said, normalise_many([item.text for item in said]), strict=True):
            key = (item.account.id, item.author.external_id)
            row = habits.setdefault(
                key,
                {"created_at": item.received, "account_id": key[0], "author_external_id": key[1]}
                | dict.fromkeys(COUNTED, 0),
            )
            row["items"] += 1
            row["links"] += int(URL in text)
            row["repeats"] += int(item.repeats is not None or item.repeats_id is not None)
            row["adverts"] += int(item.verdict.reason in ADVERTS)
        rows = [habits[key] for key in sorted(habits)]
        add_up(session, AuthorActivity, rows, ("account_id", "author_external_id"), COUNTED)


def _addressed(post: Post, name: str, settings: dict[str, Any]) -> str:
    """With the account's name, as whoever mentions us writes."""
    if post.kind != "mention":
        return post.text
    called = settings.get("username", name) if platform_of(post.account) == "mastodon" else name
    return f"@{called} {post.text}"
