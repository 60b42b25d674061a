"""Random requests and items in an open transaction, with everything around them that conditions ask about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.adapters.types import ItemKind
from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.db import open_session
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.listener.ledger import fields as item_fields
from app.models import (
    DONE_STATUSES,
    Account,
    Agency,
    CalendarAccount,
    ChangeKind,
    Contact,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    Message,
    Monitor,
    MonitorHit,
    Operator,
    OutboundMessage,
    OutboundState,
    RequestChange,
    RequestStatus,
    RoutingQueue,
    ServiceClock,
    ServiceMark,
    ServicePolicy,
    ServiceRequest,
    StoredCalendar,
    Team,
    UnitKind,
    Verdict,
    VerdictOutcome,
)
from app.models.conversation import Direction
from app.routing import fields as request_fields
from app.routing.policies import FAR_FUTURE
from tests.factories.make import Make
from tests.factories.tree import Tree

ALPHABET = "宽带Ａa%_\\'\" 　Ｂbéß１1！!İ📶\nÉ　网"
"""Wide and narrow, both cases, letters beyond ASCII, what LIKE takes for wildcards, quotes."""
LEVELS = (None, "VIP", "ｖｉｐ", "普通", "")
HOURS = {
    "week": [*[[["09:00", "12:00"], ["13:30", "18:00"]]] * 5, [], []],
    "breaks": [],
    "holiday": [],
    "make_up": [["10:00", "16:00"]],
}
"""One account counts on these; the other around the clock."""
MINUTES = (0, 1, 5, 30, 60, 120, 1440, 2880, 10080, 44640)


@dataclass(frozen=True)
class Organisation:
    accounts: list[Account]
    teams: list[Team]
    people: list[Operator]
    monitors: list[Monitor]
    units: list[int]
    queues: list[RoutingQueue]
    policy: int


def organisation(make: Make) -> Organisation:
    agency = make.agency()
    teams = [make.team(agency) for _ in range(2)]
    people = [make.operator(agency, teams[0], role=RoleName.ADMINISTRATOR), make.operator(agency, teams[1])]
    accounts = [
        make.account(agency, teams[0]),
        make.account(agency, teams[1], platform="wechat"),
    ]
    calendar = make.save(
        StoredCalendar(
            created_at=make.now,
            agency_id=None,
            name="白班",
            zone="Asia/Shanghai",
            hours=HOURS,
            company_days=[],
            follows_holidays=True,
            is_default=False,
        )
    )
    make.save(CalendarAccount(created_at=make.now, calendar_id=calendar.id, account_id=accounts[0].id))
    monitors = [
        make.save(Monitor(created_at=make.now, updated_at=make.now, agency_id=agency.id, name=f"规则{n}"))
        for n in range(3)
    ]
    queues = [
        make.save(
            RoutingQueue(
                created_at=make.now,
                agency_id=agency.id,
                name=f"队列{n}",
                position=n,
                strategy="least_loaded",
                settings={},
            )
        )
        for n in range(2)
    ]
    policy = make.save(
        ServicePolicy(
            created_at=make.now,
            agency_id=agency.id,
            position=1,
            name="全部",
            condition={"all": []},
            first_minutes=30,
            next_minutes=30,
            warn_share=75,
            steps=[],
        )
    )
    units = _units(make, agency, teams)
    return Organisation(accounts, teams, people, monitors, units, queues, policy.id)


def _units(make: Make, agency: Agency, teams: list[Team]) -> list[int]:
    """The root, a department with the first team, beside it the other one."""
    tree = Tree.standing(make, agency)
    department = tree.add(UnitKind.DEPARTMENT, "部室", tree.root)
    return [tree.root, department, tree.put(teams[0], department), tree.put(teams[1], tree.root)]


@contextmanager
def unsaved(runtime: Runtime, make: Make, who: Operator) -> Iterator[Context]:
    """A context whose transaction nobody commits: what is written in it was never there."""
    session = open_session(runtime.sessions, write=True)
    try:
        yield Context(runtime, session, make.actor(who), "test", "zh-CN")
    finally:
        session.rollback()
        session.close()


class Random:
    """Values that meet at the edges: the same few texts, numbers and moments again and again."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.random = random.Random(seed)
        self.now = now

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.3 else value

    def text(self) -> str:
        return "".join(self.random.choices(ALPHABET, k=self.random.randrange(7)))

    def number(self) -> int:
        return int(self.one(0, 1, 2, 3, 100, 10_000, 2**31 - 1))

    def score(self) -> float:
        return float(self.one(0.0, 0.25, 0.5, 0.1, 1.0, self.random.random()))

    def moment(self) -> datetime:
        """Often exactly a number of minutes away, or as little as can be beside it."""
        away: timedelta = timedelta(minutes=self.one(*MINUTES)) * self.one(-1, 1)
        return self.now + away + timedelta(microseconds=self.one(-1, 0, 0, 1, 500_000))

    def of_outside(self) -> Any:
        """What stands in JSON that a platform sent."""
        return self.one(0, 3, 10_000, 2.5, True, False, "3", "true", None, [], {"a": 1})


def insert_requests(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    now = ctx.now()
    contacts = insert_rows(
        ctx.session,
        Contact,
        [
            {
                "created_at": now,
                "agency_id": org.accounts[0].agency_id,
                "name": "人",
                "level": draw.one(*LEVELS),
            }
            for _ in range(count // 4)
        ],
    )
    accounts = [draw.one(*org.accounts) for _ in range(count)]
    identities = insert_rows(
        ctx.session,
        ContactIdentity,
        [
            {
                "created_at": now,
                "contact_id": draw.one(*contacts),
                "account_id": account.id,
                "platform": account.platform,
                "external_id": f"person-{at}",
                "name": draw.text(),
                "is_verified": draw.one(True, False),
                "followers_count": draw.maybe(draw.number()),
                "last_seen_at": now,
            }
            for at, account in enumerate(accounts)
        ],
    )
    conversations = insert_rows(
        ctx.session,
        Conversation,
        [
            {"created_at": now, "account_id": account.id, "contact_identity_id": identity}
            for account, identity in zip(accounts, identities, strict=True)
        ],
    )
    rows = [
        _request(draw, org, at, account.id, conversation)
        for at, (account, conversation) in enumerate(zip(accounts, conversations, strict=True))
    ]
    homes: dict[int, int] = {}
    for row in rows:  # some that are done are earlier ones of another's customer
        home = homes.setdefault(row["account_id"], row["conversation_id"])
        if row["status"] in DONE_STATUSES and draw.one(True, False):
            row["conversation_id"] = home
        elif draw.one(True, False, False):
            homes[row["account_id"]] = row["conversation_id"]
    ids = insert_rows(ctx.session, ServiceRequest, rows)
    stored = list(zip(ids, rows, strict=True))
    _insert_messages(ctx, draw, stored)
    _insert_marks(ctx, org, draw, stored)
    _insert_reopenings(ctx, org, draw, stored)
    return ids


def _insert_marks(
    ctx: Context, org: Organisation, draw: Random, requests: list[tuple[int, dict[str, Any]]]
) -> None:
    """What became of times that a policy gave: some of each request."""
    rows = [
        {
            "created_at": draw.now,
            "service_request_id": number,
            "account_id": row["account_id"],
            "policy_id": org.policy,
            "kind": draw.one(*ServiceClock),
            "began_at": draw.moment() - timedelta(microseconds=10 * at),
            "due_at": draw.moment(),
            "warned_at": draw.maybe(draw.moment()),
            "missed_at": draw.maybe(draw.moment()),
            "ended_at": draw.maybe(draw.moment()),
            "told": [],
        }
        for number, row in requests
        for at in range(draw.one(0, 1, 1, 2))
    ]
    insert_rows(ctx.session, ServiceMark, rows)


def _insert_reopenings(
    ctx: Context, org: Organisation, draw: Random, requests: list[tuple[int, dict[str, Any]]]
) -> None:
    rows = [
        {
            "created_at": draw.moment(),
            "service_request_id": number,
            "account_id": row["account_id"],
            "kind": draw.one(ChangeKind.REOPENED, ChangeKind.REOPENED, ChangeKind.RESOLVED),
            "version": 100 + at,
            "before": {},
            "after": {},
            "actor": "test",
            "operator_id": draw.maybe(draw.one(*org.people).id),
        }
        for number, row in requests
        for at in range(draw.one(0, 0, 1, 2))
    ]
    insert_rows(ctx.session, RequestChange, rows)


def _insert_messages(ctx: Context, draw: Random, requests: list[tuple[int, dict[str, Any]]]) -> None:
    """None, one or several of each."""
    said = [one for one in requests for _ in range(draw.one(0, 1, 1, 2, 3))]
    insert_rows(
        ctx.session,
        Message,
        [
            {
                "created_at": draw.now,
                "conversation_id": row["conversation_id"],
                "account_id": row["account_id"],
                "service_request_id": number,
                "number": 1000 + at,
                "direction": draw.one(*Direction),
                "lane": row["lane"],
                "kind": "comment",
                "text": draw.text(),
                "occurred_at": draw.moment(),
            }
            for at, (number, row) in enumerate(said)
        ],
    )


def _request(draw: Random, org: Organisation, at: int, account_id: int, conversation: int) -> dict[str, Any]:
    parts = [part for part in request_fields._PARTS if draw.one(True, False, False)]
    return {
        "created_at": draw.now,
        "number": f"LK-{at}",
        "account_id": account_id,
        "conversation_id": conversation,
        "team_id": draw.maybe(draw.one(*org.teams).id),
        "queue_id": draw.maybe(draw.one(*org.queues).id),
        "assignee_id": draw.maybe(draw.one(*org.people).id),
        "lane": draw.one(Lane.PUBLIC, Lane.PRIVATE),
        "status": draw.one(*RequestStatus),
        "type": draw.one(*request_fields.REQUEST_TYPES),
        "priority": draw.one(1, 2, 3, 4),
        "priority_parts": dict.fromkeys(parts, 1.5),
        "judged_by_hand": draw.one(True, False),
        "sentiment": draw.one(-1, 0, 1),
        "sentiment_unsure": draw.one(True, False),
        "opened_at": draw.moment(),
        "waiting_since": draw.maybe(draw.moment()),
        "due_at": draw.maybe(draw.moment()),
        "urgent_at": FAR_FUTURE,
        "window_until": draw.maybe(draw.moment()),
        "first_replied_at": draw.maybe(draw.moment()),
        "first_due_at": draw.maybe(draw.moment()),
        "resolved_at": draw.maybe(draw.moment()),
        "send_failure": draw.one(None, "rejected"),
        "last_inbound_at": draw.moment(),
        "message_count": draw.number(),
        "unread_count": draw.number(),
        "preview": draw.one({}, {"text": draw.text()}, {"text": draw.of_outside()}),
    }


def insert_items(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    accounts = [draw.one(*org.accounts) for _ in range(count)]
    ids = insert_rows(
        ctx.session, InboundItem, [_item(draw, at, account.id) for at, account in enumerate(accounts)]
    )
    home = dict(zip(ids, accounts, strict=True))
    repeats = [number for number in ids if draw.one(True, False)]
    ctx.session.execute(update(InboundItem).where(InboundItem.id.in_(repeats)).values(duplicate_of_id=ids[0]))
    judged = [number for number in ids if draw.one(True, True, True, False)]
    insert_rows(ctx.session, Verdict, [_verdict(draw, number, home[number].id) for number in judged])
    hits = [
        (number, monitor.id) for number in ids for monitor in org.monitors if draw.one(True, False, False)
    ]
    insert_rows(
        ctx.session,
        MonitorHit,
        [
            {
                "created_at": draw.now,
                "monitor_id": monitor,
                "inbound_item_id": number,
                "account_id": home[number].id,
                "published_at": draw.now,
            }
            for number, monitor in hits
        ],
    )
    return ids


def _item(draw: Random, at: int, account_id: int) -> dict[str, Any]:
    author = {name: draw.of_outside() for name in ("followers", "verified") if draw.one(True, True, False)}
    return {
        "created_at": draw.moment(),
        "account_id": account_id,
        "external_id": f"status:{at}",
        "kind": draw.one(*ItemKind).value,
        "lane": draw.one(Lane.PUBLIC, Lane.PRIVATE),
        "author_external_id": draw.maybe(draw.text()),
        "author_name": draw.text(),
        "author": author,
        "text": draw.text(),
        "published_at": draw.moment(),
        "edited_at": draw.maybe(draw.moment()),
        "deleted_at": draw.maybe(draw.moment()),
        "edit_count": draw.number(),
        "duplicate_count": draw.number(),
    }


def _verdict(draw: Random, item_id: int, account_id: int) -> dict[str, Any]:
    by_key = item_fields.INBOUND_ITEMS.fields
    return {
        "created_at": draw.moment(),
        "inbound_item_id": item_id,
        "account_id": account_id,
        "outcome": draw.one(*VerdictOutcome),
        "step": draw.one(*by_key["step"].choices),
        "reason": draw.one(*by_key["reason"].choices),
        "intent": draw.maybe(draw.one(*by_key["intent"].choices)),
        "service_score": draw.maybe(draw.score()),
        "sentiment": draw.maybe(draw.one(-1, 0, 1)),
        "spam_score": draw.maybe(draw.score()),
        "priority": draw.maybe(draw.one(1, 2, 3, 4)),
        "needs_review": draw.one(True, False),
        "corrected_at": draw.maybe(draw.moment()),
        "rescued_at": draw.maybe(draw.moment()),
    }


def insert_replies(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    """Replies about random requests; some hang on none, some came from nobody who is known."""
    requests = insert_requests(ctx, org, draw, count)
    rows = ctx.session.execute(
        select(ServiceRequest.id, ServiceRequest.conversation_id, ServiceRequest.account_id).where(
            ServiceRequest.id.in_(requests)
        )
    ).all()
    messages = insert_rows(
        ctx.session,
        Message,
        [
            {
                "created_at": draw.now,
                "conversation_id": row.conversation_id,
                "account_id": row.account_id,
                "service_request_id": draw.maybe(row.id),
                "operator_id": draw.maybe(draw.one(*org.people).id),
                "number": at,
                "direction": Direction.OUTBOUND,
                "lane": Lane.PUBLIC,
                "kind": "comment",
                "text": draw.text(),
                "occurred_at": draw.now,
            }
            for at, row in enumerate(rows, start=1)
        ],
    )
    return insert_rows(
        ctx.session,
        OutboundMessage,
        [_outbound(draw, row, message) for row, message in zip(rows, messages, strict=True)],
    )


def _outbound(draw: Random, row: Any, message: int) -> dict[str, Any]:
    return {
        "created_at": draw.moment(),
        "cargo": "reply",
        "cargo_id": message,
        "account_id": row.account_id,
        "conversation_id": row.conversation_id,
        "lane": draw.one(Lane.PUBLIC, Lane.PRIVATE),
        "order_key": f"key-{message}",
        "target": {},
        "operation_key": f"operation-{message}",
        "state": draw.one(*OutboundState),
        "not_before": draw.now,
        "attempts": draw.number(),
        "error_code": draw.maybe(draw.text()),
        "finished_at": draw.maybe(draw.moment()),
    }
