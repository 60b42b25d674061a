"""What has waited too long in a queue moves on to the one that its queue names."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from app.calendars.clocks import calendars_of_queues, moments_after
from app.core.context import Context
from app.core.permissions import Permission
from app.models import Account, RequestStatus, RoutingQueue, ServiceRequest
from app.routing import lifecycle
from app.routing.roster import Roster, agencies_serving, lock_handing_out, manual_decision
from app.routing.setup.configuration import QueueSetup, Setup, setup_for
from app.worktime import OutOfReach, WorkCalendar

OVERFLOW = "overflow"
AT_ONCE = 200
_MINUTE = timedelta(minutes=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_WAITS = (ServiceRequest.assignee_id.is_(None), ServiceRequest.status == RequestStatus.NEW)


def may_overflow(ctx: Context) -> bool:
    """Whether anything waits, by the clock, as long as its queue lets it; working time is never longer."""
    queues = ctx.session.execute(
        select(RoutingQueue.id, RoutingQueue.overflow_minutes).where(
            RoutingQueue.overflow_minutes.is_not(None), RoutingQueue.removed_at.is_(None)
        )
    ).all()
    if not queues:
        return False
    late = [
        and_(
            ServiceRequest.queue_id == number,
            ServiceRequest.queued_at <= ctx.now() - (minutes or 0) * _MINUTE,
        )
        for number, minutes in queues
    ]
    found = ctx.session.scalar(select(ServiceRequest.id).where(*_WAITS, or_(*late)).limit(1))
    return found is not None


def overflow(ctx: Context) -> int:
    """Move them on, each with a decision that says so; how many. In the next queue their time begins anew."""
    ctx.require(Permission.ROUTING_ASSIGN)
    accounts = {row.id: row for row in ctx.session.scalars(select(Account))}
    setup = setup_for(ctx, list(accounts.values()))
    leading = [queue for queue in setup.queues.values() if _next(setup, queue) is not None]
    if not leading:
        return 0
    late = (
        select(ServiceRequest)
        .where(*_WAITS, or_(*(_is_late(ctx, queue) for queue in leading)))
        .order_by(ServiceRequest.queued_at, ServiceRequest.id)
        .limit(AT_ONCE)
    )
    ids = set(ctx.session.scalars(late.with_only_columns(ServiceRequest.account_id)))
    if not ids:
        return 0
    lock_handing_out(ctx, agencies_serving(ctx, [accounts[number] for number in ids]))
    requests = lifecycle.hold_chosen(ctx, late)
    requests = [one for one in requests if one.account_id in ids]  # the others' hands are not held
    if not requests:
        return 0
    roster = Roster(ctx, setup)
    moving = [
        (request, target)
        for request in requests
        for target in (_next(setup, setup.queues[request.queue_id or 0]),)
        if target is not None
    ]
    given = [
        (one, manual_decision(ctx, one, accounts[one.account_id], None, OVERFLOW, roster))
        for one, _ in moving
    ]
    places = {one.id: lifecycle.Place(to.team_id or one.team_id, to.id) for one, to in moving}
    lifecycle.assign_many(ctx, given, places=places)
    return len(moving)


def _next(setup: Setup, queue: QueueSetup) -> QueueSetup | None:
    """Where it leads, unless that takes nothing."""
    if queue.overflow_queue_id is None or queue.overflow_minutes is None:
        return None
    target = setup.queues.get(queue.overflow_queue_id)
    return target if target is not None and target.fault != "team_closed" else None


def _before(calendar: WorkCalendar, at: datetime, length: timedelta) -> datetime:
    """Of a calendar that does not reach so far back nothing is late."""
    try:
        return calendar.back(at, length)
    except OutOfReach:
        return _NEVER


def _is_late(ctx: Context, queue: QueueSetup) -> ColumnElement[bool]:
    """Whether a request has waited in this queue for so much working time, of the queue or of its account.

    Accounts on one calendar share a moment; on which no time is ever worked, nothing is late.
    """
    length = (queue.overflow_minutes or 0) * _MINUTE
    own = calendars_of_queues(ctx).get(queue.id)
    if own is not None:
        return and_(
            ServiceRequest.queue_id == queue.id, ServiceRequest.queued_at <= _before(own, ctx.now(), length)
        )
    moments = moments_after(ctx, -length)
    together: dict[datetime, list[int]] = defaultdict(list)
    for account_id, moment in moments.items():
        together[moment].append(account_id)
    late = [
        and_(ServiceRequest.account_id.in_(ids), ServiceRequest.queued_at <= moment)
        for moment, ids in together.items()
    ]
    return and_(ServiceRequest.queue_id == queue.id, or_(*late))
