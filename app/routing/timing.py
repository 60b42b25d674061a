"""Why a request is due when it is: on which calendar its time is counted, and what lies between."""

from __future__ import annotations

from datetime import datetime

from app.calendars.queries import closed_views, opening_view
from app.core.context import Context
from app.core.permissions import Permission
from app.models import ServiceRequest
from app.routing.deadline_schemas import DeadlineView, ResolutionView
from app.routing.levels.clock import Clock, answer_clock, stopped
from app.routing.levels.stored import clock_of
from app.routing.policies import counted_from
from app.routing.queries import get_request
from app.worktime import WorkCalendar


def deadline_of(ctx: Context, request_id: int) -> DeadlineView:
    """Raises NotFound for a request out of reach."""
    ctx.require(Permission.SERVICE_REQUESTS_READ)
    request = get_request(ctx, request_id)
    clock = clock_of(ctx, request.account_id).on(request.queue_id)
    calendar, terms = clock.calendar, clock.terms(request.policy_id)
    now, due, since = ctx.now(), request.due_at, request.waiting_since
    begins = None if since is None else counted_from(since, request.raised_at)
    return DeadlineView(
        calendar=calendar.name or None,
        zone=calendar.zone,
        allowed_minutes=int(clock.within(request).total_seconds()) // 60,
        counted_from=begins,
        due_at=due,
        clock=answer_clock(request),
        policy=terms.name if terms is not None else None,
        resolution=_resolution(request, clock, now),
        working_seconds_left=_left(calendar, now, due),
        closed_between=[] if begins is None or due is None else closed_views(calendar, begins, due),
        now=opening_view(calendar, now),
    )


def _left(calendar: WorkCalendar, now: datetime, due: datetime | None) -> int | None:
    return int(calendar.between(now, due).total_seconds()) if due is not None and due > now else None


def _resolution(request: ServiceRequest, clock: Clock, now: datetime) -> ResolutionView | None:
    terms, due = clock.terms(request.policy_id), request.resolve_due_at
    if terms is None or terms.resolve is None or due is None:
        return None
    return ResolutionView(
        allowed_minutes=int(terms.resolve.total_seconds()) // 60,
        counted_from=request.opened_at,
        due_at=due,
        stopped_at=request.stopped_at,
        stopped_minutes=int(stopped(request).total_seconds()) // 60,
        working_seconds_left=_left(clock.calendar, request.stopped_at or now, due),
    )
