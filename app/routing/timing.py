"""Why a request is due when it is: on which calendar its time is counted, and what lies between."""

from __future__ import annotations

from app.calendars.clocks import calendar_of
from app.calendars.queries import closed_views, opening_view
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.policies import ANSWER_WITHIN, counted_from
from app.routing.queries import get_request
from app.routing.schemas import DeadlineView


def deadline_of(ctx: Context, request_id: int) -> DeadlineView:
    """Raises NotFound for a request out of reach."""
    ctx.require(Permission.SERVICE_REQUESTS_READ)
    request = get_request(ctx, request_id)
    calendar = calendar_of(ctx, request.account_id)
    now, due, since = ctx.now(), request.due_at, request.waiting_since
    begins = None if since is None else counted_from(since, request.raised_at)
    return DeadlineView(
        calendar=calendar.name or None,
        zone=calendar.zone,
        allowed_minutes=int(ANSWER_WITHIN[request.priority].total_seconds()) // 60,
        counted_from=begins,
        due_at=due,
        working_seconds_left=(
            int(calendar.between(now, due).total_seconds()) if due is not None and due > now else None
        ),
        closed_between=[] if begins is None or due is None else closed_views(calendar, begins, due),
        now=opening_view(calendar, now),
    )
