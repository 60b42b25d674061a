"""A house of random work: requests, judged items and replies, and somebody of every reach who looks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.bulk import insert_rows
from app.core.db import open_session
from app.core.permissions import AccountReach, RequestReach, RoleName
from app.core.runtime import Runtime
from app.core.standard_roles import ROLES
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Agency,
    AgencyKind,
    ChangeKind,
    Contact,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    RequestChange,
    RequestStatus,
    ServiceClock,
    ServiceMark,
    ServicePolicy,
    ServiceRequest,
    Team,
    UnitKind,
    Verdict,
    VerdictOutcome,
)
from app.models.conversation import Direction
from app.routing.fields import REQUEST_TYPES
from app.routing.lifecycle.deadlines import preview
from app.routing.lifecycle.recording import state_of
from app.routing.policies import FAR_FUTURE
from tests.factories.make import Make
from tests.factories.tree import Tree

DAYS = 35
"""How far back what is made reaches."""
REACHES = ("operator", "agency operator", "supervisor", "head of a unit", "manager")


@dataclass
class House:
    make: Make
    home: Agency = field(init=False)
    away: Agency = field(init=False)
    teams: list[Team] = field(init=False)
    tree: Tree = field(init=False)
    department: int = field(init=False)
    """With the first team in it; the second lies beside it, below the root."""
    people: dict[str, Operator] = field(init=False)
    accounts: list[Account] = field(init=False)
    _made: int = 0

    def __post_init__(self) -> None:
        make, role = self.make, RoleName
        self.home, self.away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
        own, other, theirs = make.team(self.home), make.team(self.home), make.team(self.away)
        self.tree = Tree.standing(make, self.home)
        self.teams = [own, other, theirs]
        self.people = {
            "operator": make.operator(self.home, own),
            "agency operator": make.operator(self.away, theirs, role=role.AGENCY_OPERATOR),
            "supervisor": make.operator(self.home, own, role=role.SUPERVISOR),
            "head of a unit": self._head(own),
            "manager": make.operator(self.home, role=role.MANAGER),
            "colleague": make.operator(self.home, other),
        }
        self.accounts = [
            make.account(self.home, own),
            make.account(self.home, other, platform="wechat"),
            make.account(self.away, theirs),
        ]

    def _head(self, team: Team) -> Operator:
        """Reaches the requests of the department that holds the team, on all accounts of the agency."""
        tree = self.tree
        self.department = tree.add(UnitKind.DEPARTMENT, "部室", tree.root)
        tree.put(team, self.department)
        tree.put(self.teams[1], tree.root)
        tree.put(self.teams[2], tree.of_agency(self.away))
        role = self.make.role(
            *ROLES[RoleName.SUPERVISOR].mandate.permissions,
            account_reach=AccountReach.AGENCY,
            request_reach=RequestReach.UNIT,
        )
        return self.make.operator(self.home, role=role, unit_id=self.department)

    @property
    def runtime(self) -> Runtime:
        return self.make.runtime

    def fill(self, rng: random.Random, count: int) -> None:
        """So many requests, items and replies; committed."""
        session = open_session(self.runtime.sessions, write=True)
        try:
            requests, conversations = self._requests(session, rng, count)
            self._items(session, rng, count)
            self._replies(session, rng, requests, conversations)
            session.commit()
        finally:
            session.close()
        self._made += count

    def _moment(self, rng: random.Random) -> datetime:
        """Often at an edge: of a day of the office's, or as little as can be beside it."""
        now = self.make.now
        if rng.random() < 0.3:
            midnight = now.replace(hour=16, minute=0, second=0, microsecond=0)
            edge = midnight - timedelta(days=rng.randrange(DAYS), microseconds=rng.choice((-1, 0, 0, 1)))
            return edge if edge <= now else edge - timedelta(days=1)
        return now - timedelta(seconds=rng.random() * DAYS * 86_400)

    def _later(self, rng: random.Random, moment: datetime) -> datetime | None:
        if rng.random() < 0.3:
            return None
        return min(
            self.make.now,
            moment + timedelta(seconds=rng.choice((0, 59, 900, 4000, 30_000, 400_000)) * rng.random()),
        )

    def _due(self, rng: random.Random, opened: datetime) -> datetime | None:
        """When the first answer was due; sometimes nobody waited for it."""
        return rng.choice((None, *(opened + timedelta(minutes=n) for n in (15, 30, 120, 480))))

    def _requests(self, session: Session, rng: random.Random, count: int) -> tuple[list[int], list[int]]:
        now = self.make.now
        accounts = [rng.choice(self.accounts) for _ in range(count)]
        contact = insert_rows(
            session,
            Contact,
            [
                {
                    "created_at": now,
                    "agency_id": self.home.id,
                    "name": "人",
                    "level": rng.choice((None, "VIP")),
                }
            ],
        )[0]
        identities = insert_rows(
            session,
            ContactIdentity,
            [
                {
                    "created_at": now,
                    "contact_id": contact,
                    "account_id": account.id,
                    "platform": account.platform,
                    "external_id": f"person-{self._made + at}",
                    "name": "人",
                    "followers_count": rng.choice((None, 3, 50_000)),
                    "last_seen_at": now,
                }
                for at, account in enumerate(accounts)
            ],
        )
        conversations = insert_rows(
            session,
            Conversation,
            [
                {"created_at": now, "account_id": account.id, "contact_identity_id": identity}
                for account, identity in zip(accounts, identities, strict=True)
            ],
        )
        rows = [
            self._request(rng, at, account, conversation)
            for at, (account, conversation) in enumerate(zip(accounts, conversations, strict=True))
        ]
        ids = insert_rows(session, ServiceRequest, rows)
        self.write_down(session, ids)
        self._levels(session, rng, ids, rows)
        return ids, conversations

    def _levels(
        self, session: Session, rng: random.Random, ids: list[int], rows: list[dict[str, Any]]
    ) -> None:
        """What became of the time that a policy gave some of them: one stretch, several, or one that runs."""
        policy = ServicePolicy(
            created_at=self.make.now,
            agency_id=self.home.id,
            position=1,
            name="全部",
            condition={"all": []},
            first_minutes=30,
            next_minutes=30,
            warn_share=75,
            steps=[],
            removed_at=self.make.now,
        )
        session.add(policy)
        session.flush()
        marks = [
            {
                "created_at": row["opened_at"],
                "service_request_id": number,
                "account_id": row["account_id"],
                "policy_id": policy.id,
                "kind": rng.choice(list(ServiceClock)),
                "began_at": row["opened_at"] + timedelta(microseconds=at),
                "due_at": row["opened_at"] + timedelta(minutes=30),
                "warned_at": rng.choice((None, row["opened_at"])),
                "missed_at": rng.choice((None, None, row["opened_at"])),
                "ended_at": self._later(rng, row["opened_at"]),
                "told": [],
            }
            for number, row in zip(ids, rows, strict=True)
            for at in range(rng.choice((0, 1, 2, 3)))
        ]
        insert_rows(session, ServiceMark, marks)

    def write_down(self, session: Session, ids: list[int]) -> None:
        """Every version has its row: each was opened as it stands."""
        requests = session.scalars(select(ServiceRequest).where(ServiceRequest.id.in_(ids)))
        insert_rows(
            session,
            RequestChange,
            [
                {
                    "created_at": request.opened_at,
                    "service_request_id": request.id,
                    "account_id": request.account_id,
                    "kind": ChangeKind.OPENED,
                    "version": request.version,
                    "before": {},
                    "after": state_of(request),
                    "actor": "house",
                }
                for request in requests
            ],
        )

    def _request(self, rng: random.Random, at: int, account: Account, conversation: int) -> dict[str, Any]:
        status = rng.choice(list(RequestStatus))
        opened = self._moment(rng)
        resolved = None if status in ACTIVE_STATUSES else (self._later(rng, opened) or opened)
        replied = self._later(rng, opened)
        waits = status in ACTIVE_STATUSES and rng.random() < 0.6
        team = next(team for team in self.teams if team.id == account.team_id)
        others = [person.id for person in self.people.values()]
        return {
            "created_at": opened,
            "number": f"LK-{self._made + at}",
            "account_id": account.id,
            "conversation_id": conversation,
            "team_id": rng.choice((team.id, team.id, rng.choice(self.teams).id, None)),
            "assignee_id": rng.choice((None, rng.choice(others))),
            "lane": rng.choice((Lane.PUBLIC, Lane.PRIVATE)),
            "status": status,
            "type": rng.choice(REQUEST_TYPES),
            "priority": rng.choice((1, 2, 3, 4)),
            "priority_parts": {},
            "sentiment": rng.choice((-1, 0, 1)),
            "opened_at": opened,
            "waiting_since": opened if waits else None,
            "due_at": opened + timedelta(hours=2) if waits else None,
            "urgent_at": FAR_FUTURE,
            "first_replied_at": replied,
            "first_due_at": self._due(rng, opened) if replied else None,
            "resolved_at": resolved,
            "last_inbound_at": opened,
            "preview": preview("", Direction.INBOUND, opened, ()),
        }

    def _items(self, session: Session, rng: random.Random, count: int) -> None:
        accounts = [rng.choice(self.accounts) for _ in range(count)]
        ids = insert_rows(
            session,
            InboundItem,
            [
                {
                    "created_at": self._moment(rng),
                    "account_id": account.id,
                    "external_id": f"status:{self._made + at}",
                    "kind": rng.choice(("mention", "comment")),
                    "lane": rng.choice((Lane.PUBLIC, Lane.PRIVATE)),
                    "text": rng.choice(("宽带坏了", "抽奖啦", "")),
                    "published_at": self._moment(rng),
                }
                for at, account in enumerate(accounts)
            ],
        )
        judged = [
            (number, account) for number, account in zip(ids, accounts, strict=True) if rng.random() < 0.85
        ]
        insert_rows(
            session,
            Verdict,
            [
                {
                    "created_at": self._moment(rng),
                    "inbound_item_id": number,
                    "account_id": account.id,
                    "outcome": (outcome := rng.choice(list(VerdictOutcome))),
                    "step": "intent",
                    "reason": rng.choice(("no_request", "advert")),
                    "intent": rng.choice((None, "complaint", "spam")),
                    "sentiment": rng.choice((None, -1, 0, 1)),
                    "rescued_at": self._moment(rng)
                    if outcome is VerdictOutcome.KEPT and rng.random() < 0.3
                    else None,
                }
                for number, account in judged
            ],
        )

    def _replies(
        self, session: Session, rng: random.Random, requests: list[int], conversations: list[int]
    ) -> None:
        homes = {
            row.id: row.account_id
            for row in session.execute(select(Conversation.id, Conversation.account_id))
        }
        chosen = [(r, c) for r, c in zip(requests, conversations, strict=True) if rng.random() < 0.7]
        people = [person.id for person in self.people.values()]
        messages = insert_rows(
            session,
            Message,
            [
                {
                    "created_at": self.make.now,
                    "conversation_id": conversation,
                    "account_id": homes[conversation],
                    "service_request_id": request,
                    "operator_id": rng.choice(people),
                    "number": 1,
                    "direction": Direction.OUTBOUND,
                    "lane": Lane.PUBLIC,
                    "kind": "comment",
                    "text": "您好",
                    "occurred_at": self.make.now,
                }
                for request, conversation in chosen
            ],
        )
        insert_rows(
            session,
            OutboundMessage,
            [
                {
                    "created_at": self.make.now,
                    "cargo": rng.choice(("reply", "reply", "reply", "publication")),
                    "cargo_id": message,
                    "account_id": homes[conversation],
                    "conversation_id": conversation,
                    "lane": Lane.PUBLIC,
                    "order_key": f"key-{message}",
                    "target": {},
                    "operation_key": f"operation-{message}",
                    "state": (state := rng.choice(list(OutboundState))),
                    "not_before": self.make.now,
                    "finished_at": self._moment(rng)
                    if state not in (OutboundState.QUEUED, OutboundState.SENDING)
                    else None,
                }
                for message, (_, conversation) in zip(messages, chosen, strict=True)
            ],
        )
