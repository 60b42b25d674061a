"""What a batch of customers' messages makes of requests: opened, joined, taken up again.

Everything is changed in memory first and stored at the end, with a number of statements that does not depend
on how many requests and messages there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core.bulk import insert_objects, take_ids
from app.core.context import Context
from app.core.counters import take_numbers
from app.models import (
    Account,
    AssignmentDecision,
    ChangeKind,
    Conversation,
    Direction,
    Lane,
    Message,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from app.routing.levels.clock import Clock
from app.routing.levels.stored import clocks_of
from app.routing.lifecycle.deadlines import choose_policy, keep_plan, preview, set_deadlines, write_windows
from app.routing.lifecycle.judging import RAISED, heard
from app.routing.lifecycle.recording import Change, tell, write_down
from app.routing.lifecycle.transitions import demand, follow
from app.routing.policies import FAR_FUTURE, PriorityInput, priority_of, ruled
from app.routing.related import relate
from app.routing.setup.ruling import Ruling

CLOSING = "customer_closed"
BROKEN_RULE = "broken_rule_passed_over"
_OFFICE_ZONE = ZoneInfo("Asia/Shanghai")  # request numbers carry the day as operators count it


@dataclass(frozen=True)
class Opening:
    """What is known of a request before its first message is added."""

    account: Account
    conversation: Conversation
    team_id: int | None
    lane: Lane
    weighed: PriorityInput
    first_at: datetime


class Arrivals:
    """Use: `open`, `join` (after `reopen`), or `close` per message, `number`, `assign`, then `store` once."""

    def __init__(self, ctx: Context, account_ids: Collection[int]) -> None:
        """`account_ids`: of all accounts that messages of this batch came to."""
        self._ctx = ctx
        self._clocks = clocks_of(ctx, account_ids)
        self._changes: dict[int, Change] = {}
        """By the requests' identities in memory: new ones have no number at first."""
        self._closed: set[int] = set()
        self.opened: list[ServiceRequest] = []

    @property
    def asks_who_wrote(self) -> bool:
        """Whether conditions are asked of what comes in: requests need to know account and person then."""
        return any(clock.policies for clock in self._clocks.values())

    @property
    def touched(self) -> list[ServiceRequest]:
        return [change.request for change in self._changes.values()]

    def open(self, opening: Opening) -> ServiceRequest:
        """A new request; `join` its first message at once."""
        request = new_request(opening, self._ctx.now())
        self._changes[id(request)] = Change(request, ChangeKind.OPENED, {}, 0)
        self.opened.append(request)
        return request

    def reopen(self, request: ServiceRequest, reason: str) -> None:
        """A resolved request is taken up again because of what its customer writes now.

        The caller holds the conversation and has seen that no active request has taken its place.
        """
        change = Change.of(request, ChangeKind.REOPENED, reason)
        demand(request, ChangeKind.REOPENED)
        request.resolved_at = None
        self._changes[id(request)] = change

    def join(self, request: ServiceRequest, message: Message, verdict: Verdict) -> None:
        """The customer wrote (again): it counts as unread, and they wait from then on at the latest."""
        change = self._changes.get(id(request))
        if change is None:
            change = self._changes[id(request)] = Change.of(request, ChangeKind.JOINED)
        joined(change, message, verdict, self._clocks[request.account_id])

    def close(self, request: ServiceRequest, message: Message) -> None:
        """The customer thanks or takes leave: nobody has to answer, and what waited for them is resolved.

        For a request in which nothing waits for us; whoever sees it otherwise takes it up again.
        """
        resolves = request.status is RequestStatus.PENDING
        if id(request) not in self._closed:
            kind = ChangeKind.RESOLVED if resolves else ChangeKind.JOINED
            self._changes[id(request)] = Change.of(request, kind, CLOSING)
            self._closed.add(id(request))
        self._changes[id(request)].message = message
        if resolves:
            demand(request, ChangeKind.RESOLVED)
            request.resolved_at = self._ctx.now()
        shown(request, message)

    def can_close(self, request: ServiceRequest) -> bool:
        """Whether nothing in the request waits for us, also not by what else this batch brings."""
        settled = request.status in (RequestStatus.PENDING, RequestStatus.RESOLVED)
        fresh = id(request) in self._closed or not self.has_touched(request)
        return settled and request.waiting_since is None and fresh

    def is_reopened(self, request: ServiceRequest) -> bool:
        """Whether this batch took it up again."""
        change = self._changes.get(id(request))
        return change is not None and change.kind is ChangeKind.REOPENED

    def has_touched(self, request: ServiceRequest) -> bool:
        return id(request) in self._changes

    def number(self) -> None:
        """Give new requests their ids, which others point at, and the numbers that people read."""
        if not self.opened:
            return
        session, now = self._ctx.session, self._ctx.now()
        for request, request_id in zip(
            self.opened, take_ids(session, ServiceRequest, len(self.opened)), strict=True
        ):
            request.id = request_id
        for request, number in zip(self.opened, take_readable(session, len(self.opened), now), strict=True):
            request.number = number

    def release(self, request: ServiceRequest) -> None:
        """Nobody has a request that this batch took up again, until it is given to somebody."""
        request.assignee_id = None
        follow(request, ChangeKind.RETURNED)

    def withhold(self, request: ServiceRequest, code: str) -> None:
        """Nobody is given a request of this batch, whatever the rules say: its change says why."""
        self._changes[id(request)].reason = code

    def route(self, request: ServiceRequest, ruling: Ruling) -> None:
        """Put a request of this batch where the rules say."""
        if ruling.passed_over:
            self._changes[id(request)].reason = BROKEN_RULE
        if ruling.rule is not None:
            ruled_by(request, ruling, self._ctx.now())

    def assign(self, request: ServiceRequest, decision: AssignmentDecision) -> None:
        """Give a request of this batch to whom the decision names, if anybody could be found."""
        self._changes[id(request)].decision = decision
        if decision.chosen_operator_id is not None:
            request.assignee_id = decision.chosen_operator_id
            request.offered_at = self._ctx.now() if decision.offers else None
            follow(request, ChangeKind.ASSIGNED)

    def store(
        self,
        messages: Sequence[Message],
        accounts: Mapping[int, Account],
        conversations: Mapping[int, Conversation],
    ) -> None:
        """Write requests, messages, changes and decisions, and tell. Both mappings are by id."""
        ctx, requests = self._ctx, self.touched
        private = [request for request in requests if request.lane is Lane.PRIVATE]
        write_windows(ctx, [(r, accounts[r.account_id], conversations[r.conversation_id]) for r in private])
        for request in requests:
            choose_policy(request, self._clocks[request.account_id])
            set_deadlines(request, self._clocks[request.account_id], ctx.now())
        insert_objects(ctx.session, self.opened)
        insert_objects(ctx.session, messages)
        ctx.session.flush()
        changes = list(self._changes.values())
        write_down(ctx, changes)
        relate(ctx.session, requests)
        tell(ctx, changes)


def ruled_by(request: ServiceRequest, ruling: Ruling, at: datetime) -> None:
    """What the rule that held says: where it waits, what is wanted of whoever gets it, how urgent it is."""
    request.routed_by_id = ruling.rule.id if ruling.rule is not None else None
    request.wanted_skills = [{"skill_id": skill, "level": level} for skill, level in ruling.wanted]
    if ruling.queue is not None:
        request.queue_id, request.queued_at = ruling.queue.id, at
        # In a pool it stays in sight of the team that it would have waited for.
        request.team_id = ruling.queue.team_id or request.team_id
    if ruling.priority is not None and not request.judged_by_hand:
        request.priority = ruling.priority
        request.priority_parts = ruled(request.priority_parts, ruling.priority)


def take_readable(session: Session, count: int, at: datetime) -> list[str]:
    """The next numbers that people read, of requests that are opened on this day."""
    day = at.astimezone(_OFFICE_ZONE).strftime("%y%m%d")
    first = take_numbers(session, f"requests-{day}", count, at)
    return [f"LK-{day}-{first + offset:04d}" for offset in range(count)]


def joined(change: Change, message: Message, verdict: Verdict, clock: Clock) -> None:
    """What a customer's message makes of the request that `change` changes."""
    request = change.request
    if change.reason != RAISED:  # which message raised it is worth more than which was the last
        change.message = message
    follow(request, ChangeKind.JOINED)
    request.unread_count += 1
    shown(request, message)
    if heard(request, message, verdict, clock) and change.kind is not ChangeKind.OPENED:
        change.reason, change.message = RAISED, message


def shown(request: ServiceRequest, message: Message) -> None:
    """A customer's message is the newest that the request shows, whether it asks for anything or not."""
    request.message_count += 1
    request.last_number = message.number
    request.last_inbound_at = max(request.last_inbound_at, message.occurred_at)
    keep_plan(request, preview(message.text, Direction.INBOUND, message.occurred_at, message.media))


def imagined(opening: Opening, message: Message, sentiment: int, at: datetime) -> ServiceRequest:
    """A request that nobody has sent, as it would be opened with this message; it is never stored."""
    request = new_request(opening, at)
    request.id = -1
    request.sentiment = sentiment
    shown(request, message)
    return request


def new_request(opening: Opening, at: datetime) -> ServiceRequest:
    """A request that is opened at this moment; it has no message yet."""
    priority, parts = priority_of(opening.weighed)
    request = ServiceRequest(
        created_at=at,
        number="",
        account_id=opening.account.id,
        conversation_id=opening.conversation.id,
        team_id=opening.team_id,
        lane=opening.lane,
        status=RequestStatus.NEW,
        type=opening.weighed.type,
        priority=priority,
        priority_parts=parts,
        opened_at=at,
        last_inbound_at=opening.first_at,
        urgent_at=FAR_FUTURE,
        unread_count=0,
        message_count=0,
        last_number=0,
        preview={},
        # What the database has no say in; read before the row is stored.
        sentiment=0,
        sentiment_score=0.5,
        sentiment_unsure=False,
        judged_by_hand=False,
        wanted_skills=[],
        stopped_micros=0,
        strand=0,
    )
    set_committed_value(request, "account", opening.account)
    set_committed_value(request, "conversation", opening.conversation)
    return request
