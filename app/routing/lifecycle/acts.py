"""What people and the router do to a request: assign, move on, judge anew, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, tuple_
from sqlalchemy.orm.attributes import flag_modified

from app.core.context import Context
from app.core.errors import Conflict
from app.models import (
    ACTIVE_STATUSES,
    AssignmentDecision,
    ChangeKind,
    Conversation,
    Message,
    RequestStatus,
    ServiceRequest,
)
from app.routing.job_names import ASSIGN_WAITING
from app.routing.levels.stored import clock_of, clocks_of
from app.routing.lifecycle.deadlines import choose_policy, keep_plan, preview, set_deadlines
from app.routing.lifecycle.recording import Change, changing, record
from app.routing.lifecycle.thread import count_unread, read_thread, read_to
from app.routing.lifecycle.transitions import demand, follow
from app.routing.policies import reweighed
from app.routing.related import relate

_ASKED_FOR = {
    RequestStatus.OPEN: ChangeKind.RESUMED,
    RequestStatus.PENDING: ChangeKind.LEFT_WAITING,
    RequestStatus.ON_HOLD: ChangeKind.PUT_ON_HOLD,
    RequestStatus.RESOLVED: ChangeKind.RESOLVED,
    RequestStatus.CLOSED: ChangeKind.CLOSED,
}


@dataclass(frozen=True)
class Place:
    """Where a request waits."""

    team_id: int | None
    queue_id: int | None = None
    """None: in no queue that anybody set up."""


def assign(
    ctx: Context, request: ServiceRequest, decision: AssignmentDecision, said: str | None = None
) -> None:
    """Give the request to whom the decision names; to nobody: back into the queue. `said` is why, in their
    words.

    Raises Conflict(`request_not_active`).
    """
    if request.status not in ACTIVE_STATUSES:
        raise Conflict("request_not_active")
    assign_many(ctx, [(request, decision)], said=said)


def assign_many(
    ctx: Context,
    given: Sequence[tuple[ServiceRequest, AssignmentDecision]],
    *,
    places: Mapping[int, Place] | None = None,
    said: str | None = None,
) -> None:
    """The same for many active requests, with a fixed number of statements; `places` are where some of them
    wait from now on, by the request's id."""
    changes = []
    clocks = clocks_of(ctx, {request.account_id for request, _ in given})
    for request, decision in given:
        returned = decision.chosen_operator_id is None
        kind = ChangeKind.RETURNED if returned else ChangeKind.ASSIGNED
        change = Change.of(request, kind, decision.reason)
        change.decision, change.said = decision, said
        request.assignee_id = decision.chosen_operator_id
        request.offered_at = ctx.now() if decision.offers else None
        place = (places or {}).get(request.id)
        if place is not None:
            request.team_id, request.queue_id = place.team_id, place.queue_id
        if returned or place is not None:
            request.queued_at = None if request.queue_id is None else ctx.now()
        follow(request, kind)
        set_deadlines(request, clocks[request.account_id], ctx.now())
        changes.append(change)
    record(ctx, changes)
    if any(request.assignee_id is None for request, _ in given):
        ctx.defer(ASSIGN_WAITING)


def set_status(
    ctx: Context, request: ServiceRequest, status: RequestStatus, reason: str | None = None
) -> None:
    """Move a request on as somebody asks. The status that it has already changes nothing.

    A resolved one may be put back where it stood. Raises Conflict: `request_not_active` for a closed one,
    `newer_request_open`, `transition_refused`.
    """
    if request.status is status:
        return
    if request.status is RequestStatus.CLOSED:
        raise Conflict("request_not_active")
    kind = _ASKED_FOR[status]
    if status in ACTIVE_STATUSES and request.status is RequestStatus.RESOLVED:
        _take_up(ctx, request, ChangeKind.REOPENED if kind is ChangeKind.RESUMED else kind, reason)
        return
    with changing(ctx, request, kind, reason):
        demand(request, kind)
        if status is RequestStatus.RESOLVED:
            settled(request, ctx.now())
    if request.status is not RequestStatus.ON_HOLD:
        ctx.defer(ASSIGN_WAITING)  # a hand is free, or something waits for one


def settled(request: ServiceRequest, at: datetime) -> None:
    """What resolving leaves of a request: nobody waits, nothing is unread, no failure needs a look."""
    request.resolved_at = at
    request.waiting_since = None
    request.unread_count = 0
    request.send_failure = None


def _take_up(ctx: Context, request: ServiceRequest, kind: ChangeKind, reason: str | None) -> None:
    """Take a resolved request up again; without an assignee it joins the queue.

    Whoever waited before it was resolved, and has had no answer since, waits again from then on: what was
    resolved by mistake loses neither its clock, nor what nobody had read, nor the mark of an answer that did
    not go.
    """
    number = newer_active(ctx, request)
    if number is not None:
        raise Conflict("newer_request_open", number=number)
    thread, unread = read_thread(ctx, request.id), count_unread(ctx, request.id)
    with changing(ctx, request, kind, reason):
        demand(request, kind)
        request.resolved_at = None
        request.waiting_since = thread.waiting_since
        request.send_failure = thread.failure
        request.unread_count = unread
    if request.assignee_id is None:
        ctx.defer(ASSIGN_WAITING)


def newer_active(ctx: Context, request: ServiceRequest) -> str | None:
    """The number of the active request that has taken this one's place; nobody opens one meanwhile."""
    ctx.session.execute(
        select(Conversation.id).where(Conversation.id == request.conversation_id).with_for_update()
    )
    return ctx.session.scalar(
        select(ServiceRequest.number).where(
            tuple_(ServiceRequest.conversation_id, ServiceRequest.lane, ServiceRequest.strand)
            == tuple_(request.conversation_id, request.lane, request.strand),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
            ServiceRequest.id != request.id,
        )
    )


@dataclass(frozen=True)
class Classification:
    """What somebody says a request is; what is None stays as it was judged."""

    type: str | None = None
    priority: int | None = None
    sentiment: Literal[-1, 0, 1] | None = None


def reclassify(ctx: Context, request: ServiceRequest, said: Classification, reason: str) -> None:
    """A person judges a request: what its urgency is made of, the priority and the due time follow.

    Whatever its customer writes from now on changes type and priority no more. A priority that a person chose
    stays until somebody chooses another.
    """
    stood = request.priority
    with changing(ctx, request, ChangeKind.CLASSIFIED, reason):
        if said.type is not None:
            request.type = said.type
        if said.sentiment is not None:
            request.sentiment = said.sentiment
            request.sentiment_score = (said.sentiment + 1) / 2
            request.sentiment_unsure = False
        request.priority, request.priority_parts = reweighed(
            request.priority_parts, request.type, request.sentiment, chosen=said.priority
        )
        request.judged_by_hand = True
        choose_policy(request, clock_of(ctx, request.account_id))
        if request.priority != stood:
            request.raised_at = None


def counted_anew(ctx: Context, requests: Sequence[ServiceRequest]) -> None:
    """What their time is counted by was changed: the calendar, or the policies; held by the caller. A fixed
    number of statements."""
    clocks = clocks_of(ctx, {request.account_id for request in requests})
    if any(clock.policies for clock in clocks.values()):
        relate(ctx.session, requests)
    changes = []
    for request in requests:
        changes.append(Change.of(request, ChangeKind.COUNTED_ANEW))
        choose_policy(request, clocks[request.account_id])
        set_deadlines(request, clocks[request.account_id], ctx.now())
    record(ctx, changes)


def customer_renamed(ctx: Context, requests: Sequence[ServiceRequest]) -> None:
    """Screens show another name from now on: they take a newer version only, so this makes one."""
    changes = [Change.of(request, ChangeKind.CUSTOMER_RENAMED) for request in requests]
    for request in requests:
        flag_modified(request, "preview")  # no column of the request itself has changed
    record(ctx, changes)


def not_told(ctx: Context, request: ServiceRequest, why: str) -> None:
    """Its customer was not told that nobody is there: that stands in its history, and screens hear of it."""
    change = Change.of(request, ChangeKind.NOT_TOLD, why)
    flag_modified(request, "preview")  # no column of the request itself has changed
    record(ctx, [change])


def revised(ctx: Context, changed: Sequence[tuple[ServiceRequest, Message]]) -> None:
    """Customers changed messages of these requests: the list shows the new words, and they are unread."""
    changes: dict[int, Change] = {}
    for request, message in changed:
        change = changes.setdefault(request.id, Change.of(request, ChangeKind.REVISED))
        change.message = message
        if request.last_number == message.number:
            keep_plan(request, preview(message.text, message.direction, message.occurred_at, message.media))
        if request.status in ACTIVE_STATUSES:
            request.unread_count = max(1, request.unread_count)
    record(ctx, list(changes.values()))


def mark_read(ctx: Context, requests: Sequence[ServiceRequest], number: int) -> None:
    """Those who are to answer have seen what came in up to this number: what comes in between their look and
    their word stays unread. Two statements for all requests, beside those of recording."""
    changes = []
    reading = read_to(ctx, [request.id for request in requests], number)
    for request in requests:
        left, seen = reading.get(request.id, (0, None))
        if left < request.unread_count or request.offered_at is not None:
            changes.append(Change.of(request, ChangeKind.READ))
            changes[-1].message = seen
            request.unread_count = min(left, request.unread_count)
            request.offered_at = None
    record(ctx, changes)
