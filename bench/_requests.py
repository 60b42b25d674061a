"""Filling an installation with service requests by the bulk path: who wrote, what was said, how it stands.

Skewed as a year of a company's care is: one account has a third of all, nine requests in ten are done, the
active ones are of the last days, most people wrote once and some come back, what is new has nobody yet, and
two colleagues hold more than the others. What was said in active requests has its items and verdicts too.

A pattern is made row by row and then copied inside the database under other ids: words and moments repeat,
every twentieth of them at 200,000, and two hundred thousand requests are there in a minute.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Engine, func, select, text
from sqlalchemy.orm import Session

from app.core.bulk import insert_rows, take_ids
from app.core.db import Entity, make_session_factory, open_session
from app.core.json_text import RenderedJson, json_text
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Direction,
    InboundItem,
    Lane,
    Message,
    Operator,
    RequestStatus,
    ServiceRequest,
    TeamMember,
    Verdict,
    VerdictOutcome,
)
from app.routing.lifecycle.deadlines import preview
from app.routing.policies import ANSWER_WITHIN, due_at, urgent_at
from app.search.index import Indexed, insert_tokens
from app.search.tokens import index_tokens
from app.worktime import ALWAYS
from bench._posts import Stream

BATCH = 5_000
PATTERN = 10_000
YEAR = timedelta(days=365)
LATELY = timedelta(days=6)
"""How old an active request is on average."""
COMES_BACK = 0.2
"""The share of finished requests whose customer had written before."""
STATUSES = {
    RequestStatus.NEW: 0.03,
    RequestStatus.OPEN: 0.04,
    RequestStatus.PENDING: 0.02,
    RequestStatus.ON_HOLD: 0.01,
    RequestStatus.RESOLVED: 0.15,
    RequestStatus.CLOSED: 0.75,
}
TYPES = {"complaint": 0.4, "consult": 0.4, "lead": 0.08, "suggestion": 0.08, "praise": 0.04}
REPLY_MINUTES, RESOLVE_MINUTES = 12.0, 300.0
"""What half of the first replies, and of the resolutions, take less than."""
PRIORITIES = {1: 0.05, 2: 0.2, 3: 0.55, 4: 0.2}
SAID = {1: 0.75, 2: 0.18, 5: 0.07}
"""How many messages of the customer a request has."""
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉玲红建国晓梅思雨子涵浩然欣怡梓轩"
_ANSWERS = (
    "已为您报修，师傅今天上门",
    "这边查到多扣的费用已退回",
    "您好，请提供一下号码",
    "已为您登记，两天内回电",
)
_COPIED: tuple[type[Entity], ...] = (
    Contact,
    ContactIdentity,
    Conversation,
    ServiceRequest,
    InboundItem,
    Verdict,
    Message,
)
_TABLE_OF = {
    Indexed.CONTACTS: ContactIdentity.__tablename__,
    Indexed.MESSAGES: Message.__tablename__,
    Indexed.ITEMS: InboundItem.__tablename__,
}
_UNIQUE_TEXTS = {
    (ContactIdentity.__tablename__, "external_id"),
    (InboundItem.__tablename__, "external_id"),
    (ServiceRequest.__tablename__, "number"),
}
_NOTHING, _NO_LIST = RenderedJson("{}"), RenderedJson("[]")


@dataclass
class Planned:
    """One request before it is written; `person` counts the people and so the conversations."""

    person: int
    at: datetime
    status: RequestStatus
    inbound: int
    answered: bool


@dataclass
class House:
    """Who there is to work for and to work: the demo's accounts, the busy ones first, and its people."""

    accounts: Sequence[Account]
    holders: dict[int, list[int]]
    """People by team."""

    @classmethod
    def of(cls, session: Session) -> House:
        holders: dict[int, list[int]] = {}
        for team, person in session.execute(
            select(TeamMember.team_id, TeamMember.operator_id)
            .join(Operator, Operator.id == TeamMember.operator_id)
            .order_by(Operator.id)
        ):
            holders.setdefault(team, []).append(person)
        return cls(session.scalars(select(Account).order_by(Account.id)).all(), holders)

    def account_of(self, person: int) -> Account:
        """The same for the same person: the first has a third of all, the next a sixth, and so on."""
        weights = [1 / (rank + 1) for rank in range(len(self.accounts))]
        return random.Random(person).choices(self.accounts, weights)[0]


def fill_requests(engine: Engine, count: int, *, seed: int = 3) -> float:
    """Add `count` requests, rounded up to whole patterns, with all that belongs to them; the seconds it took.

    Nobody else may write meanwhile: ids are given here.
    """
    began = time.perf_counter()
    session = open_session(make_session_factory(engine), write=True)
    try:
        indexes = _without_search_indexes(session)
        pattern = _Pattern(session, House.of(session), random.Random(seed), Stream(seed, service=0.7))
        pattern.write(min(count, PATTERN))
        for copy in range(1, -(-count // PATTERN)):
            pattern.copy(copy)
            session.commit()
        for statement in indexes:
            session.execute(text(statement))
        _number_on(session)
        session.commit()
    finally:
        session.close()
    return time.perf_counter() - began


def _without_search_indexes(session: Session) -> list[str]:
    """PostgreSQL builds its search indexes afterwards, as after any bulk load: the statements that do."""
    if session.get_bind().dialect.name != "postgresql":
        return []
    found = session.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%gin (tokens)%'")
    ).all()
    for name, _ in found:
        session.execute(text(f"DROP INDEX {name}"))
    session.commit()
    return [definition for _, definition in found]


def _number_on(session: Session) -> None:
    """PostgreSQL gives the next ids after the highest of the copies."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in _COPIED:
        name = model.__tablename__
        session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        )


def _target(column: Column[Any]) -> str | None:
    """The table that the column points into."""
    return next((key.column.table.name for key in column.foreign_keys), None)


@dataclass
class _Pattern:
    session: Session
    house: House
    rng: random.Random
    stream: Stream
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    number: int = 0
    last_numbers: dict[int, int] = field(default_factory=dict)
    conversations: list[int] = field(default_factory=list)
    """By person, as are the next two."""
    accounts: list[Account] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    indexed: dict[Indexed, tuple[list[int], list[list[str]]]] = field(default_factory=dict)
    """What the search indexes hold, because SQLite's does not give it back."""
    lowest: dict[str, int] = field(default_factory=dict)
    """By table: the first id of the pattern."""
    highest: dict[str, int] = field(default_factory=dict)

    def write(self, count: int) -> None:
        for model in _COPIED:
            self.lowest[model.__tablename__] = self._highest(model) + 1
        plan = list(self._plan(count))
        self._people(plan)
        for start in range(0, count, BATCH):
            self._requests(plan[start : start + BATCH])
            self.session.commit()
        self.highest = {model.__tablename__: self._highest(model) for model in _COPIED}

    def copy(self, copy: int) -> None:
        """Every row of the pattern once more, `copy` times its length further on."""
        for model in _COPIED:
            columns: list[Any] = list(model.__table__.columns)
            values = ", ".join(self._copied(column, copy) for column in columns)
            names = ", ".join(column.name for column in columns)
            table = model.__tablename__
            within = f"id BETWEEN {self.lowest[table]} AND {self.highest[table]}"
            self.session.execute(
                text(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {within}")
            )
        for kind, (ids, tokens) in self.indexed.items():
            further = copy * self._length(_TABLE_OF[kind])
            insert_tokens(self.session.connection(), kind, [number + further for number in ids], tokens)

    def _copied(self, column: Column[Any], copy: int) -> str:
        table = column.table.name
        if (table, column.name) in _UNIQUE_TEXTS:
            return f"{column.name} || '-{copy}'"
        target = table if column.name == "id" else _target(column)
        if target in self.lowest:
            return f"{column.name} + {copy * self._length(target)}"
        return str(column.name)

    def _length(self, table: str) -> int:
        return self.highest[table] - self.lowest[table] + 1

    def _highest(self, model: type[Entity]) -> int:
        return self.session.scalar(select(func.max(model.id))) or 0

    def _index(self, kind: Indexed, ids: Sequence[int], texts: Sequence[str]) -> None:
        if not ids:
            return  # a batch of finished requests alone
        tokens = index_tokens(texts)
        insert_tokens(self.session.connection(), kind, list(ids), tokens)
        kept_ids, kept_tokens = self.indexed.setdefault(kind, ([], []))
        kept_ids += ids
        kept_tokens += tokens

    def _plan(self, count: int) -> Iterator[Planned]:
        """In the order in which they were opened."""
        rng, people = self.rng, 0
        statuses = rng.choices(list(STATUSES), list(STATUSES.values()), k=count)
        lately = 1 / LATELY.total_seconds()
        dated = sorted(
            (
                timedelta(seconds=rng.expovariate(lately))
                if status in ACTIVE_STATUSES
                else LATELY + YEAR * rng.random(),
                status,
            )
            for status in statuses
        )
        for age, status in reversed(dated):
            done = status not in ACTIVE_STATUSES
            if done and people and rng.random() < COMES_BACK:
                person = rng.randrange(people)
            else:
                person, people = people, people + 1
            inbound = rng.choices(list(SAID), list(SAID.values()))[0]
            answered = status in (RequestStatus.PENDING, RequestStatus.ON_HOLD) or (
                done and rng.random() < 0.6
            )
            yield Planned(person, self.now - min(age, YEAR * 2), status, inbound, answered)

    def _people(self, plan: Sequence[Planned]) -> None:
        last_seen: dict[int, datetime] = {}
        first_seen: dict[int, datetime] = {}
        said: dict[int, int] = {}
        for planned in plan:
            first_seen.setdefault(planned.person, planned.at)
            last_seen[planned.person] = planned.at
            said[planned.person] = said.get(planned.person, 0) + planned.inbound + planned.answered
        everybody = sorted(first_seen)
        for start in range(0, len(everybody), BATCH):
            some = everybody[start : start + BATCH]
            self._some_people(some, first_seen, last_seen, said)
            self.session.commit()

    def _some_people(
        self,
        people: Sequence[int],
        first_seen: dict[int, datetime],
        last_seen: dict[int, datetime],
        said: dict[int, int],
    ) -> None:
        accounts = [self.house.account_of(person) for person in people]
        names = [self._name(person) for person in people]
        contacts = take_ids(self.session, Contact, len(people))
        identities = take_ids(self.session, ContactIdentity, len(people))
        conversations = take_ids(self.session, Conversation, len(people))
        each = list(zip(people, accounts, names, contacts, identities, conversations, strict=True))
        insert_rows(
            self.session,
            Contact,
            [
                {
                    "id": contact,
                    "created_at": first_seen[person],
                    "agency_id": account.agency_id,
                    "name": name,
                }
                for person, account, name, contact, _, _ in each
            ],
        )
        insert_rows(
            self.session,
            ContactIdentity,
            [
                {
                    "id": identity,
                    "created_at": first_seen[person],
                    "contact_id": contact,
                    "account_id": account.id,
                    "platform": account.platform,
                    "external_id": f"filled-{person}",
                    "name": name,
                    "followers_count": person * 7 % 9_000,
                    "profile": _NOTHING,
                    "former_names": _NO_LIST,
                    "last_seen_at": last_seen[person],
                }
                for person, account, name, contact, identity, _ in each
            ],
        )
        insert_rows(
            self.session,
            Conversation,
            [
                {
                    "id": conversation,
                    "created_at": first_seen[person],
                    "account_id": account.id,
                    "contact_identity_id": identity,
                    "last_number": said[person],
                }
                for person, account, _, _, identity, conversation in each
            ],
        )
        self._index(Indexed.CONTACTS, identities, names)
        self.conversations += conversations
        self.accounts += accounts
        self.names += names

    def _name(self, person: int) -> str:
        rng = random.Random(person)
        given = "".join(rng.choices(_GIVEN, k=rng.choice((1, 2))))
        return f"{rng.choice(_SURNAMES)}{given}{person % 97 if person % 3 else ''}"

    def _requests(self, plan: Sequence[Planned]) -> None:
        """One batch: requests, what was said in them, and for active ones the items that it came in with."""
        ids = take_ids(self.session, ServiceRequest, len(plan))
        requests, messages = [], []
        for request_id, planned in zip(ids, plan, strict=True):
            account = self.accounts[planned.person]
            said = list(self._said(request_id, planned, account))
            messages += said
            requests.append(self._request(request_id, planned, account, said[-1]))
        insert_rows(self.session, ServiceRequest, requests)
        active = {row["id"] for row in requests if row["status"] in ACTIVE_STATUSES}
        self._items([row for row in messages if row["service_request_id"] in active])
        for row, number in zip(messages, take_ids(self.session, Message, len(messages)), strict=True):
            row["id"] = number
        insert_rows(self.session, Message, messages)
        self._index(Indexed.MESSAGES, [row["id"] for row in messages], [row["text"] for row in messages])

    def _said(self, request_id: int, planned: Planned, account: Account) -> Iterator[dict[str, Any]]:
        lane = Lane.PRIVATE if planned.person % 3 else Lane.PUBLIC
        for turn in range(planned.inbound + planned.answered):
            number = self.last_numbers.get(planned.person, 0) + 1
            self.last_numbers[planned.person] = number
            inbound = turn < planned.inbound
            yield {
                "created_at": planned.at + timedelta(minutes=turn),
                "conversation_id": self.conversations[planned.person],
                "account_id": account.id,
                "service_request_id": request_id,
                "inbound_item_id": None,
                "operator_id": None if inbound else self._holder(account),
                "number": number,
                "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
                "lane": lane,
                "kind": "message" if inbound else "reply",
                "author_name": self.names[planned.person] if inbound else "",
                "text": next(self.stream.next_texts(1)) if inbound else self.rng.choice(_ANSWERS),
                "media": _NO_LIST,
                "occurred_at": planned.at + timedelta(minutes=turn),
            }

    def _holder(self, account: Account) -> int:
        people = self.house.holders[account.team_id or 0]
        return self.rng.choices(people, [1 / (rank + 1) for rank in range(len(people))])[0]

    def _request(
        self, request_id: int, planned: Planned, account: Account, last: dict[str, Any]
    ) -> dict[str, Any]:
        rng, status = self.rng, planned.status
        active = status in ACTIVE_STATUSES
        priority = rng.choices(list(PRIORITIES), list(PRIORITIES.values()))[0]
        waiting_since = planned.at if active and not planned.answered else None
        due = due_at(ALWAYS, priority, waiting_since)
        window = planned.at + timedelta(hours=48) if active and last["lane"] is Lane.PRIVATE else None
        took = self._took(REPLY_MINUTES)
        self.number += 1
        return {
            "id": request_id,
            "created_at": planned.at,
            "number": f"LK-{planned.at:%y%m%d}-{self.number:06d}",
            "account_id": account.id,
            "conversation_id": last["conversation_id"],
            "team_id": account.team_id,
            "assignee_id": None if status is RequestStatus.NEW else self._holder(account),
            "lane": last["lane"],
            "status": status,
            "type": rng.choices(list(TYPES), list(TYPES.values()))[0],
            "priority": priority,
            "priority_parts": RenderedJson('{"type":2.0,"mood":1.0}'),
            "sentiment": rng.choice((-1, -1, 0, 1)),
            "opened_at": planned.at,
            "waiting_since": waiting_since,
            "due_at": due,
            "urgent_at": urgent_at(due, window),
            "window_until": window,
            "first_replied_at": planned.at + took if planned.answered else None,
            "first_due_at": planned.at + ANSWER_WITHIN[priority] if planned.answered else None,
            "resolved_at": None if active else planned.at + self._took(RESOLVE_MINUTES),
            "last_inbound_at": planned.at + timedelta(minutes=planned.inbound - 1),
            "message_count": planned.inbound + planned.answered,
            "unread_count": planned.inbound if status is RequestStatus.NEW else int(rng.random() < 0.3),
            "last_number": last["number"],
            "preview": RenderedJson(
                json_text(preview(last["text"], last["direction"], last["occurred_at"], []))
            ),
        }

    def _took(self, usual: float) -> timedelta:
        """Half of all take less than usual, some take a whole day."""
        return timedelta(minutes=min(self.rng.lognormvariate(math.log(usual), 1.1), 8 * 1440))

    def _items(self, messages: Sequence[dict[str, Any]]) -> None:
        inbound = [row for row in messages if row["direction"] is Direction.INBOUND]
        for row, number in zip(inbound, take_ids(self.session, InboundItem, len(inbound)), strict=True):
            row["inbound_item_id"] = number
        insert_rows(self.session, InboundItem, [self._item(row) for row in inbound])
        insert_rows(self.session, Verdict, [self._verdict(row) for row in inbound])
        self._index(
            Indexed.ITEMS,
            [row["inbound_item_id"] for row in inbound],
            [f"{row['author_name']} {row['text']}" for row in inbound],
        )

    def _item(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": message["inbound_item_id"],
            "created_at": message["created_at"],
            "account_id": message["account_id"],
            "external_id": f"filled:{message['conversation_id']}-{message['number']}",
            "kind": "message" if message["lane"] is Lane.PRIVATE else "mention",
            "lane": message["lane"],
            "author_external_id": f"filled-{message['conversation_id']}",
            "author_name": message["author_name"],
            "author": _NOTHING,
            "text": message["text"],
            "media": _NO_LIST,
            "reply_context": _NOTHING,
            "raw": _NOTHING,
            "published_at": message["occurred_at"],
            "text_hash": self.rng.getrandbits(63),
            "simhash": self.rng.getrandbits(63),
        }

    def _verdict(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "created_at": message["created_at"],
            "inbound_item_id": message["inbound_item_id"],
            "account_id": message["account_id"],
            "service_request_id": message["service_request_id"],
            "outcome": VerdictOutcome.KEPT,
            "step": "intent",
            "reason": "request",
            "detail": _NOTHING,
            "intent": "complaint",
            "intent_score": 0.9,
            "service_score": 0.9,
            "sentiment": -1,
            "sentiment_score": 0.2,
            "model_version": "bench",
        }
