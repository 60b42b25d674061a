"""What a request is: what the strongest of its customer's messages is, unless a person has said it.

Type and priority follow from the verdicts of all messages, whichever came first and however they were cut
into batches; the mood is that of the newest message. Time is counted from the message that raised the
request, and what was due earlier stays due then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.models import ChangeKind, Direction, Message, ServiceRequest, Verdict
from app.routing.levels.clock import Clock
from app.routing.levels.stored import clocks_of
from app.routing.lifecycle.deadlines import choose_policy, set_deadlines
from app.routing.lifecycle.holding import hold_requests
from app.routing.lifecycle.recording import Change, record
from app.routing.policies import Weighed, due_within, raised, type_of, weigh
from app.routing.related import relate

RAISED = "raised_by_message"
EDITED = "message_edited"


@dataclass(frozen=True)
class Said:
    """A customer's message with what it makes of its request."""

    message: Message
    verdict: Verdict
    weighed: Weighed

    @classmethod
    def of(cls, request: ServiceRequest, message: Message, verdict: Verdict) -> Said:
        weighed = weigh(
            request.priority_parts,
            type_of(verdict.intent),
            verdict.sentiment or 0,
            verdict.urgency or 0,
        )
        return cls(message, verdict, weighed)


def heard(request: ServiceRequest, message: Message, verdict: Verdict, clock: Clock) -> bool:
    """A new message of the customer's: they wait from it on at the latest; whether it raised the request."""
    clock = clock.on(request.queue_id)
    choose_policy(request, clock)  # policies may have been changed since
    stood, due = clock.within(request), _due(request, clock)
    if request.waiting_since is None:
        request.waiting_since, request.raised_at = message.occurred_at, None
    _feel(request, verdict)
    said = Said.of(request, message, verdict)
    is_raised = not request.judged_by_hand and said.weighed.rank < _stands(request).rank
    if is_raised:
        _become(request, said.weighed)
    choose_policy(request, clock)
    if due is not None and clock.within(request) < stood:
        request.raised_at = raised(clock.calendar, clock.within(request), message.occurred_at, due)
    return is_raised


def _due(request: ServiceRequest, clock: Clock) -> datetime | None:
    return due_within(clock.calendar, clock.within(request), request.waiting_since, request.raised_at)


def judged_anew(ctx: Context, item_ids: Collection[int]) -> None:
    """These items' words were changed by their authors and have other verdicts now: so have their requests.

    A fixed number of statements.
    """
    edited = ctx.session.scalars(
        select(Message)
        .where(among(ctx.session, Message.inbound_item_id, item_ids), Message.service_request_id.is_not(None))
        .order_by(Message.number)
    ).all()
    requests = _held(ctx, edited)
    said = _all_said(ctx, requests)
    ids = {message.id for message in edited}
    changes = []
    clocks = clocks_of(ctx, {request.account_id for request in requests})
    if any(clock.policies for clock in clocks.values()):
        relate(ctx.session, requests)
    for request in requests:
        clock = clocks[request.account_id].on(request.queue_id)
        change = Change.of(request, ChangeKind.CLASSIFIED, EDITED)
        change.message = next(m for m in reversed(edited) if m.service_request_id == request.id)
        _judge_anew(request, said.get(request.id, []), ids, clock)
        set_deadlines(request, clock, ctx.now())
        changes.append(change)
    record(ctx, changes)


def _held(ctx: Context, messages: Sequence[Message]) -> Sequence[ServiceRequest]:
    """The messages' requests."""
    if not messages:
        return []
    numbers = {m.service_request_id for m in messages if m.service_request_id is not None}
    return hold_requests(ctx, numbers, {message.conversation_id for message in messages})


def _all_said(ctx: Context, requests: Sequence[ServiceRequest]) -> dict[int, list[Said]]:
    """Whatever the customers said in these requests, by the requests' ids, in order."""
    by_id = {request.id: request for request in requests}
    rows = ctx.session.execute(
        select(Message, Verdict)
        .join(Verdict, Verdict.inbound_item_id == Message.inbound_item_id)
        .where(
            among(ctx.session, Message.service_request_id, by_id),
            Message.direction == Direction.INBOUND,
        )
        .order_by(Message.number)
    )
    found: dict[int, list[Said]] = {}
    for message, verdict in rows:
        request = by_id[message.service_request_id or 0]
        found.setdefault(request.id, []).append(Said.of(request, message, verdict))
    return found


def _judge_anew(request: ServiceRequest, said: Sequence[Said], edited: Collection[int], clock: Clock) -> None:
    newest = next((one for one in reversed(said) if one.verdict.sentiment is not None), None)
    if newest is not None and newest.message.id in edited:
        _feel(request, newest.verdict)
    choose_policy(request, clock)
    if not request.judged_by_hand and said:
        strongest = min(said, key=lambda one: one.weighed.rank)
        _count_anew(request, said, strongest, clock)
        _become(request, strongest.weighed)
    choose_policy(request, clock)


def _count_anew(request: ServiceRequest, said: Sequence[Said], strongest: Said, clock: Clock) -> None:
    """Raised by an edit, time is counted from the edit; lowered, as if the stronger words had never stood."""
    if strongest.weighed.priority < request.priority:
        due = _due(request, clock)
        at = strongest.message.edited_at or strongest.message.occurred_at
        length = clock.within_as(request, strongest.weighed)
        request.raised_at = None if due is None else raised(clock.calendar, length, at, due)
    elif strongest.weighed.priority > request.priority:
        request.raised_at = None
        stood: Weighed | None = None
        for one in said:
            if stood is not None and one.weighed.priority < stood.priority and _waits(request, one.message):
                length = clock.within_as(request, stood)
                due = due_within(clock.calendar, length, request.waiting_since, request.raised_at)
                length = clock.within_as(request, one.weighed)
                request.raised_at = raised(clock.calendar, length, one.message.occurred_at, due)
            stood = one.weighed if stood is None else min(stood, one.weighed, key=lambda each: each.priority)


def _waits(request: ServiceRequest, message: Message) -> bool:
    return request.waiting_since is not None and message.occurred_at >= request.waiting_since


def _stands(request: ServiceRequest) -> Weighed:
    return Weighed(request.type, request.priority, request.priority_parts)


def _become(request: ServiceRequest, weighed: Weighed) -> None:
    request.type = weighed.type
    request.priority = weighed.priority
    if request.priority_parts != weighed.parts:
        request.priority_parts = weighed.parts


def _feel(request: ServiceRequest, verdict: Verdict) -> None:
    """The mood of a message that was scored."""
    if verdict.sentiment is None:
        return
    request.sentiment = verdict.sentiment
    request.sentiment_score = 0.5 if verdict.sentiment_score is None else verdict.sentiment_score
    request.sentiment_unsure = verdict.sentiment_unsure
