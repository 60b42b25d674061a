"""What people are told of requests: whose they are now, whose they are no more, what failed, what is late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from app.core.context import Context
from app.core.tables import EventLog
from app.identity.scope import rooms_of_row
from app.models import (
    HELD_UP,
    REPLY,
    Account,
    ChangeKind,
    Contact,
    ContactIdentity,
    Conversation,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    RequestChange,
    ServiceRequest,
    Team,
)
from app.notifications.kinds import KINDS, QUIET, About, Cause, NoticeKind, Words
from app.routing.events import ANSWER_FAILED, ASSIGNED, OPENED


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(
        select(ServiceRequest.id, ServiceRequest.number, Contact.name)
        .join(Conversation, Conversation.id == ServiceRequest.conversation_id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .join(Contact, Contact.id == ContactIdentity.contact_id)
        .where(ServiceRequest.id.in_(ids))
    )
    return {number: {"number": text, "customer": name} for number, text, name in rows}


def _path(number: int, _words: Words) -> str:
    return f"/workbench/all/{number}"


REQUEST = About("service_request", _words, _path)
ASSIGNED_TO_ME = KINDS.declare(NoticeKind("request_assigned", REQUEST))
HANDED_OVER = KINDS.declare(NoticeKind("request_handed_over", REQUEST))
RETURNED = KINDS.declare(NoticeKind("request_returned", REQUEST, QUIET))
TAKEN_OVER = KINDS.declare(NoticeKind("request_taken_over", REQUEST, QUIET))
REPLY_FAILED = KINDS.declare(NoticeKind("reply_failed", REQUEST))
SLA_NEAR = KINDS.declare(NoticeKind("sla_near", REQUEST))
SLA_MISSED = KINDS.declare(NoticeKind("sla_missed", REQUEST))
RESOLVE_NEAR = KINDS.declare(NoticeKind("resolve_near", REQUEST))
RESOLVE_MISSED = KINDS.declare(NoticeKind("resolve_missed", REQUEST))
LEVEL_ESCALATED = KINDS.declare(NoticeKind("level_escalated", REQUEST))
"""To others than whoever has the request, by its service policy."""


def _teams(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)))
    return {number: {"team": name} for number, name in rows}


def _queue(_number: int, _words: Words) -> str:
    return "/workbench/unassigned?overdue=1"


def _account_queue(number: int, _words: Words) -> str:
    return f"/workbench/unassigned?overdue=1&account={number}"


def _accounts(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {number: {"account": name} for number, name in rows}


QUEUE_LATE = KINDS.declare(NoticeKind("queue_late", About("team", _teams, _queue), counts_itself=True))
ACCOUNT_QUEUE_LATE = KINDS.declare(
    NoticeKind("account_queue_late", About("account", _accounts, _account_queue), counts_itself=True)
)
DECLINED_BY_ALL = KINDS.declare(NoticeKind("request_declined", REQUEST))


def _waiting(_number: int, _words: Words) -> str:
    return "/workbench/unassigned"


def _account_waiting(number: int, _words: Words) -> str:
    return f"/workbench/unassigned?account={number}"


QUEUE_NOBODY_THERE = KINDS.declare(
    NoticeKind("queue_nobody_there", About("team", _teams, _waiting), counts_itself=True)
)
ACCOUNT_NOBODY_THERE = KINDS.declare(
    NoticeKind("account_nobody_there", About("account", _accounts, _account_waiting), counts_itself=True)
)


def _people(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids)))
    return {number: {"person": name} for number, name in rows}


def _people_page(_number: int, _words: Words) -> str:
    return "/people"


PRESENCE_OVERRUN = KINDS.declare(NoticeKind("presence_overrun", About("person", _people, _people_page)))


@dataclass(frozen=True)
class _Change:
    """One change of a request, as far as people are told of it."""

    row: RequestChange
    author_id: int | None
    """Who wrote the answer that it is about."""
    outcome: str
    """What became of that answer."""
    holder_id: int | None
    """Who has the request now."""
    rooms: frozenset[str]

    def cause(self, kind: NoticeKind, *people: int | None, **detail: Any) -> Cause:
        number = self.row.service_request_id
        to = frozenset(person for person in people if person is not None)
        key = f"{kind.key}:{number}:{self.row.version}"
        return Cause(kind, key, number, self.rooms, to, self.row.operator_id, detail)


@KINDS.reads(OPENED, ASSIGNED, ANSWER_FAILED)
def read_requests(ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """By the changes that the events tell of, and how the requests stand now. One statement."""
    versions = sorted({_version(each) for each in events if _may_concern(each)})
    rows = ctx.session.execute(
        select(RequestChange, ServiceRequest, Message.operator_id, OutboundMessage.state, Account.open_grants)
        .join(ServiceRequest, ServiceRequest.id == RequestChange.service_request_id)
        .join(Account, Account.id == ServiceRequest.account_id)
        .outerjoin(Message, Message.id == RequestChange.message_id)
        .outerjoin(OutboundMessage, OutboundMessage.carries(REPLY, RequestChange.message_id))
        .where(tuple_(RequestChange.service_request_id, RequestChange.version).in_(versions))
        .order_by(RequestChange.id)
    )
    causes: list[Cause] = []
    for row, request, author_id, state, grants in rows:
        rooms = rooms_of_row(
            request.account_id,
            request.team_id,
            request.assignee_id,
            request.status,
            request.resolved_at,
            grants,
        )
        outcome = _outcome(row.reason, state)
        causes += _causes(_Change(row, author_id, outcome, request.assignee_id, rooms))
    return causes


def _version(event: EventLog) -> tuple[int, int]:
    return int(event.about_id), event.payload["service_request"]["version"]


def _may_concern(event: EventLog) -> bool:
    """Most requests join the queue when they are opened, and that concerns nobody yet."""
    return event.name != OPENED or event.payload["service_request"]["assignee"] is not None


def _outcome(reason: str | None, state: OutboundState | None) -> str:
    if reason in HELD_UP:
        return "held"
    return "unknown" if state is OutboundState.UNKNOWN else "failed"


def _causes(change: _Change) -> Iterator[Cause]:
    row = change.row
    if row.kind is ChangeKind.ANSWER_FAILED:
        yield change.cause(REPLY_FAILED, change.holder_id, change.author_id, outcome=change.outcome)
    if "assignee_id" not in row.after:
        return
    before, after = row.before.get("assignee_id"), row.after["assignee_id"]
    if after is not None and after == change.holder_id:
        # What has gone on meanwhile is no news for whom it has passed by.
        yield change.cause(HANDED_OVER if before is not None else ASSIGNED_TO_ME, after)
    if before is not None:
        yield change.cause(RETURNED if after is None else TAKEN_OVER, before)
