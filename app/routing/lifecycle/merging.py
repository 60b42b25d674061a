"""Requests put together and taken apart: merged into one, undone, split, linked.

Messages never leave their conversation, because an answer goes back the way that the words came. Of one
conversation they are put under the other request; of two, the one is closed for the other and keeps its own.
What is on its way in the ledger belongs to its message, and arrives wherever that is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import flag_modified

from app.core.context import Context
from app.core.db import among
from app.core.errors import Conflict
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AssignmentDecision,
    ChangeKind,
    Conversation,
    Direction,
    Lane,
    Message,
    RequestMerge,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from app.routing.job_names import ASSIGN_WAITING
from app.routing.levels.stored import clocks_of
from app.routing.lifecycle.arrivals import take_readable
from app.routing.lifecycle.deadlines import choose_policy, set_deadlines, write_windows
from app.routing.lifecycle.holding import hold_requests
from app.routing.lifecycle.recording import Change, record, tell, write_down
from app.routing.lifecycle.snapshots import put_back, snapshot
from app.routing.lifecycle.thread import count_unread, read_thread
from app.routing.lifecycle.transitions import demand, follow
from app.routing.related import relate

UNDO_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Pair:
    """Two requests, held, as they stand now."""

    into: ServiceRequest
    other: ServiceRequest


def hold_pair(ctx: Context, into: ServiceRequest, other: ServiceRequest) -> Pair:
    """Both in the order in which everybody locks, so that no answer or arrival falls between them."""
    held = hold_requests(ctx, {into.id, other.id}, {into.conversation_id, other.conversation_id})
    by_id = {request.id: request for request in held}
    return Pair(by_id[into.id], by_id[other.id])


def merge(ctx: Context, pair: Pair) -> RequestMerge:
    """Put `other` into `into`: it is closed and points there, and what its customer waits for goes on there.

    Raises Conflict: `request_merged` where one of them was put elsewhere, `merge_needs_active`,
    `transition_refused`.
    """
    into, other = pair.into, pair.other
    if into.merged_into_id is not None or other.merged_into_id is not None:
        raise Conflict("request_merged")
    if into.status not in ACTIVE_STATUSES:
        raise Conflict("merge_needs_active", number=into.number)
    kept = {"into": snapshot(into), "merged": snapshot(other)}
    changes = [
        Change.of(into, ChangeKind.ABSORBED, other.number),
        Change.of(other, ChangeKind.MERGED, into.number),
    ]
    together = into.conversation_id == other.conversation_id
    moved = _move(ctx, other, into) if together else []
    _absorb(into, other, together=together)
    demand(other, ChangeKind.MERGED)
    other.merged_into_id = into.id
    other.resolved_at = other.resolved_at or ctx.now()
    other.waiting_since = other.send_failure = None
    other.unread_count = 0
    if together:
        other.message_count = 0
    _derive(ctx, [into, other])
    record(ctx, changes)
    row = RequestMerge(
        created_at=ctx.now(),
        service_request_id=into.id,
        account_id=into.account_id,
        merged_id=other.id,
        message_ids=moved,
        kept=kept,
        into_version=into.version,
        operator_id=ctx.actor.operator_id,
        undo_until=ctx.now() + UNDO_WITHIN,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _move(
    ctx: Context, source: ServiceRequest, target: ServiceRequest, ids: Collection[int] | None = None
) -> list[int]:
    """Put messages of one request, all or these, under another of the same conversation, with the verdicts
    that made them its; their ids."""
    of_source = Message.service_request_id == source.id
    chosen = of_source if ids is None else of_source & among(ctx.session, Message.id, ids)
    rows = ctx.session.execute(select(Message.id, Message.inbound_item_id).where(chosen)).all()
    moved = [row[0] for row in rows]
    items = [row[1] for row in rows if row[1] is not None]
    if not moved:
        return []
    ctx.session.execute(
        update(Message)
        .where(among(ctx.session, Message.id, moved))
        .values(service_request_id=target.id, version=Message.version + 1)
    )
    ctx.session.execute(
        update(Verdict)
        .where(among(ctx.session, Verdict.inbound_item_id, items), Verdict.service_request_id == source.id)
        .values(service_request_id=target.id)
    )
    return sorted(moved)


def _absorb(into: ServiceRequest, other: ServiceRequest, *, together: bool) -> None:
    """What the one that goes on has of the other: who waits, waits there; the more urgent of both counts."""
    if other.waiting_since is not None and together:
        follow(into, ChangeKind.ABSORBED)
        into.waiting_since = min(into.waiting_since or other.waiting_since, other.waiting_since)
    if other.priority < into.priority and not into.judged_by_hand:
        into.priority, into.priority_parts = other.priority, dict(other.priority_parts)
    flag_modified(into, "preview")  # the change is told even where it changes nothing else
    if not together:
        return
    if into.first_replied_at is None and other.first_replied_at is not None:
        into.first_replied_at, into.first_due_at = other.first_replied_at, other.first_due_at
    if other.last_number > into.last_number:
        into.last_number, into.preview = other.last_number, dict(other.preview)
    into.message_count += other.message_count
    into.unread_count += other.unread_count
    into.last_inbound_at = max(into.last_inbound_at, other.last_inbound_at)
    into.send_failure = into.send_failure or other.send_failure


def unmerge(ctx: Context, row: RequestMerge, pair: Pair) -> None:
    """Both stand for themselves again: what was put into the other exactly as it was, the other too unless
    something has happened to it since; then what it has of its own messages is derived anew.

    Raises Conflict: `merge_undone`, `undo_over`, `request_merged` where the other was merged on.
    """
    into, other = pair.into, pair.other
    if row.undone_at is not None:
        raise Conflict("merge_undone")
    if ctx.now() > row.undo_until:
        raise Conflict("undo_over")
    if into.merged_into_id is not None or other.merged_into_id != into.id:
        raise Conflict("request_merged")
    changes = [
        Change.of(into, ChangeKind.UNMERGED, other.number),
        Change.of(other, ChangeKind.UNMERGED, into.number),
    ]
    untouched = into.version == row.into_version
    _move(ctx, into, other, row.message_ids)
    strand = _free_strand(ctx, other)
    put_back(other, row.kept["merged"])
    if other.status in ACTIVE_STATUSES:
        other.strand = strand
    _fail_again(ctx, other)
    if untouched:
        put_back(into, row.kept["into"])
        flag_modified(into, "preview")
    else:
        before, after = row.kept["into"], row.kept["merged"]
        if not into.judged_by_hand and into.priority == after["priority"] < before["priority"]:
            into.priority, into.priority_parts = before["priority"], before["priority_parts"]
        _recount(ctx, into, waited=into.waiting_since is not None)
        if into.first_replied_at is None:
            into.first_due_at = None
        _derive(ctx, [into])
    record(ctx, changes)
    row.undone_at = ctx.now()
    ctx.session.flush()
    if other.status is RequestStatus.NEW or into.status is RequestStatus.NEW:
        ctx.defer(ASSIGN_WAITING)


def _fail_again(ctx: Context, request: ServiceRequest) -> None:
    """An answer of its that failed while it was merged brings it back to be looked at."""
    failure = read_thread(ctx, request.id).failure
    if failure is not None and request.send_failure is None and request.status is not RequestStatus.CLOSED:
        follow(request, ChangeKind.ANSWER_FAILED)
        request.send_failure = failure
        request.resolved_at = None
        request.waiting_since = request.waiting_since or request.last_inbound_at
        _derive(ctx, [request])


def _free_strand(ctx: Context, request: ServiceRequest) -> int:
    """Its own unless another active request stands there now."""
    taken = set(
        ctx.session.scalars(
            select(ServiceRequest.strand).where(
                ServiceRequest.conversation_id == request.conversation_id,
                ServiceRequest.lane == request.lane,
                ServiceRequest.status.in_(ACTIVE_STATUSES),
                ServiceRequest.id != request.id,
            )
        )
    )
    return request.strand if request.strand not in taken else max(taken) + 1


def split(
    ctx: Context, source: ServiceRequest, message_ids: Sequence[int], decision: AssignmentDecision | None
) -> ServiceRequest:
    """Some messages of a request become one of their own, beside it, which has the same people; held by the
    caller (`hold_requests`), who has checked that some of the customer's words go and some stay.

    `decision`: whose the new one is, if anybody's; it names the source and is hung on the new one.
    """
    if source.merged_into_id is not None:
        raise Conflict("request_merged")
    new = _beside(ctx, source, decision)
    changes = [
        Change.of(source, ChangeKind.SPLIT, new.number),
        Change.of(new, ChangeKind.SPLIT, source.number),
    ]
    _move(ctx, source, new, message_ids)
    waited = source.waiting_since is not None
    _recount(ctx, source, waited=waited)
    _recount(ctx, new, waited=waited)
    if source.assignee_id is None:
        new.unread_count = count_unread(ctx, new.id)
    if new.waiting_since is None:
        follow(new, ChangeKind.ANSWERED)
    choose_policy(new, clocks_of(ctx, {source.account_id})[new.account_id])
    _derive(ctx, [source, new])
    record(ctx, changes)
    if new.assignee_id is None:
        ctx.defer(ASSIGN_WAITING)
    return new


def _beside(ctx: Context, source: ServiceRequest, decision: AssignmentDecision | None) -> ServiceRequest:
    """A new request with what the other is, in the next free strand, written down; its messages come next."""
    (number,) = take_readable(ctx.session, 1, ctx.now())
    new = ServiceRequest(created_at=ctx.now(), number=number)
    new.conversation_id, new.account_id, new.lane = source.conversation_id, source.account_id, source.lane
    put_back(new, snapshot(source))
    new.status = RequestStatus.NEW if source.assignee_id is None else RequestStatus.OPEN
    new.first_replied_at = new.first_due_at = new.resolved_at = new.raised_at = new.offered_at = None
    new.resolve_due_at = new.stopped_at = new.waiting_since = None
    new.stopped_micros = new.unread_count = new.message_count = new.last_number = 0
    new.opened_at = ctx.now()
    new.send_failure = None
    new.strand = 1 + (
        ctx.session.scalar(
            select(func.max(ServiceRequest.strand)).where(
                ServiceRequest.conversation_id == source.conversation_id, ServiceRequest.lane == source.lane
            )
        )
        or 0
    )
    ctx.session.add(new)
    ctx.session.flush()
    opened = Change(new, ChangeKind.OPENED, {}, 0, source.number)
    if decision is not None:
        decision.service_request_id = new.id
        opened.decision = decision
    relate(ctx.session, [new])
    write_down(ctx, [opened])
    tell(ctx, [opened])
    return new


def _recount(ctx: Context, request: ServiceRequest, *, waited: bool) -> None:
    """What it shows, from the messages that are its now; `waited`: somebody waited for an answer so far."""
    thread = read_thread(ctx, request.id)
    request.message_count, request.last_number = thread.count, thread.last_number
    if thread.preview:
        request.preview = thread.preview
    flag_modified(request, "preview")
    request.first_replied_at = thread.first_replied_at
    last = ctx.session.scalar(
        select(func.max(Message.occurred_at)).where(
            Message.service_request_id == request.id, Message.direction == Direction.INBOUND
        )
    )
    request.last_inbound_at = last or request.last_inbound_at
    if request.status in ACTIVE_STATUSES:
        waits = waited and not thread.is_answered
        request.waiting_since = thread.waiting_since if waits else None
        request.send_failure = thread.failure
        request.unread_count = min(request.unread_count, count_unread(ctx, request.id))


def _derive(ctx: Context, requests: Sequence[ServiceRequest]) -> None:
    """What is due when, and until when the platform lets us answer."""
    clocks = clocks_of(ctx, {request.account_id for request in requests})
    for request in requests:
        if request.lane is Lane.PRIVATE and request.status in ACTIVE_STATUSES:
            account = ctx.session.get_one(Account, request.account_id)
            conversation = ctx.session.get_one(Conversation, request.conversation_id)
            write_windows(ctx, [(request, account, conversation)])
        set_deadlines(request, clocks[request.account_id], ctx.now())


def linked(ctx: Context, pair: Pair, *, taken_off: bool = False) -> None:
    """Two requests have to do with each other, or have no longer: both say so."""
    kind = ChangeKind.UNLINKED if taken_off else ChangeKind.LINKED
    both = ((pair.into, pair.other), (pair.other, pair.into))
    changes = [Change.of(one, kind, other.number) for one, other in both]
    for one, _ in both:
        flag_modified(one, "preview")
    record(ctx, changes)


__all__ = ["UNDO_WITHIN", "Pair", "hold_pair", "linked", "merge", "split", "unmerge"]
