"""What a request is: what the strongest of its customer's messages is, unless a person has said it.

Type and priority follow from the verdicts of all messages, whichever came first and however they were cut
into batches; the mood is that of the newest message. Time is counted from the message that raised the
request, and what was due earlier stays due then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.calendars.clocks import calendars_of
from app.core.context import Context
from app.core.db import among
from app.models import ChangeKind, Direction, Message, ServiceRequest, Verdict
from app.routing.lifecycle.deadlines import set_deadlines
from app.routing.lifecycle.holding import hold_requests
from app.routing.lifecycle.recording import Change, record
from app.routing.policies import Weighed, due_at, raised, type_of, weigh
from app.worktime import WorkCalendar

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


def heard(request: ServiceRequest, message: Message, verdict: Verdict, calendar: WorkCalendar) -> bool:
    """A new message of the customer's: they wait from it on at the latest; whether it raised the request."""
    due = due_at(calendar, request.priority, request.waiting_since, request.raised_at)
    if request.waiting_since is None:
        request.waiting_since, request.raised_at = message.occurred_at, None
    _feel(request, verdict)
    said = Said.of(request, message, verdict)
    if request.judged_by_hand or said.weighed.rank >= _stands(request).rank:
        return False
    if said.weighed.priority < request.priority and due is not None:
        request.raised_at = raised(calendar, said.weighed.priority, message.occurred_at, due)
    _become(request, said.weighed)
    return True


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
    calendars = calendars_of(ctx, {request.account_id for request in requests})
    for request in requests:
        calendar = calendars[request.account_id]
        change = Change.of(request, ChangeKind.CLASSIFIED, EDITED)
        change.message = next(m for m in reversed(edited) if m.service_request_id == request.id)
        _judge_anew(request, said.get(request.id, []), ids, calendar)
        set_deadlines(request, calendar)
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


def _judge_anew(
    request: ServiceRequest, said: Sequence[Said], edited: Collection[int], calendar: WorkCalendar
) -> None:
    newest = next((one for one in reversed(said) if one.verdict.sentiment is not None), None)
    if newest is not None and newest.message.id in edited:
        _feel(request, newest.verdict)
    if request.judged_by_hand or not said:
        return
    strongest = min(said, key=lambda one: one.weighed.rank)
    _count_anew(request, said, strongest, calendar)
    _become(request, strongest.weighed)


def _count_anew(
    request: ServiceRequest, said: Sequence[Said], strongest: Said, calendar: WorkCalendar
) -> None:
    """Raised by an edit, time is counted from the edit; lowered, as if the stronger words had never stood."""
    if strongest.weighed.priority < request.priority:
        due = due_at(calendar, request.priority, request.waiting_since, request.raised_at)
        at = strongest.message.edited_at or strongest.message.occurred_at
        request.raised_at = None if due is None else raised(calendar, strongest.weighed.priority, at, due)
    elif strongest.weighed.priority > request.priority:
        request.raised_at = None
        stood: int | None = None
        for one in said:
            priority = one.weighed.priority
            if stood is not None and priority < stood and _waits(request, one.message):
                due = due_at(calendar, stood, request.waiting_since, request.raised_at)
                request.raised_at = raised(calendar, priority, one.message.occurred_at, due)
            stood = priority if stood is None else min(stood, priority)


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
