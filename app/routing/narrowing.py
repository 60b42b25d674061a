"""Which requests belong into a list: its view, its filters, its condition, and the words that were typed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, select

from app.conditions.tree import AllOf
from app.core.context import Context
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    DONE_STATUSES,
    RequestStatus,
    ServiceRequest,
    is_unread,
    stands,
)
from app.routing.fields import SERVICE_REQUESTS, standing
from app.routing.found_words import found_by_words
from app.routing.schemas import ServiceRequestQuery, View
from app.saved_views.queries import narrowing

_TO_DO = (RequestStatus.NEW, RequestStatus.OPEN, RequestStatus.ON_HOLD)

_LARGE: tuple[View, ...] = ("all", "unassigned", "team", "resolved")


def filtered_requests(ctx: Context, query: ServiceRequestQuery) -> Select[ServiceRequest]:
    """What belongs into a list, in no order yet.

    Raises Invalid or Conflict for a condition that cannot be asked.
    """
    typed = query.q.strip()
    narrowed = without_words(ctx, query)
    return narrowed.where(found_by_words(ctx, typed)) if typed else narrowed


def without_words(ctx: Context, query: ServiceRequestQuery) -> Select[ServiceRequest]:
    """The same, whatever was typed."""
    meant = narrowing(ctx, SERVICE_REQUESTS, query.condition, query.saved_view_id)
    if query.view is None and meant:
        within = standing(AllOf(all=[each.tree for each in meant]))
    else:
        within = view_condition(ctx, query.view or "mine")
    statement = scope(select(ServiceRequest), ctx.actor, ServiceRequest).where(
        within, *(each.sql() for each in meant)
    )
    if query.account_id is not None:
        statement = statement.where(ServiceRequest.account_id == query.account_id)
    if query.lane is not None:
        statement = statement.where(ServiceRequest.lane == query.lane)
    if query.overdue:
        statement = statement.where(overdue_condition(ctx))
    if query.unread:
        statement = statement.where(is_unread())
    if query.send_failed:
        statement = statement.where(ServiceRequest.send_failure.is_not(None))
    return statement


def is_large(query: ServiceRequestQuery) -> bool:
    """Whether the list may be a large part of all there is."""
    if query.view is None:
        return query.condition is not None or query.saved_view_id is not None
    return query.view in _LARGE


def view_condition(ctx: Context, view: View) -> ColumnElement[bool]:
    """What belongs into a view; the same condition counts it and lists it."""
    return _VIEWS[view](ctx)


def _mine(ctx: Context) -> ColumnElement[bool]:
    # SQLite does not see that a part of the active statuses is active, and has an index for these.
    return (ServiceRequest.assignee_id == ctx.actor.operator_id) & stands(ACTIVE_STATUSES)


_VIEWS: dict[View, Callable[[Context], ColumnElement[bool]]] = {
    "mine": lambda ctx: _mine(ctx) & stands(_TO_DO),
    "unassigned": lambda _ctx: ServiceRequest.assignee_id.is_(None) & stands(ACTIVE_STATUSES),
    "team": lambda ctx: ServiceRequest.team_id.in_(sorted(ctx.actor.team_ids)) & stands(ACTIVE_STATUSES),
    "waiting": lambda ctx: _mine(ctx) & stands((RequestStatus.PENDING,)),
    "all": lambda _ctx: stands(ACTIVE_STATUSES),
    "resolved": lambda _ctx: stands(DONE_STATUSES),
}


def overdue_condition(ctx: Context) -> ColumnElement[bool]:
    """A customer waits, and the time to answer has passed."""
    return stands(ACTIVE_STATUSES) & late_condition(ctx)


def late_condition(ctx: Context) -> ColumnElement[bool]:
    """The same of what is known to be active."""
    return ServiceRequest.waiting_since.is_not(None) & (ServiceRequest.due_at < ctx.now())
