"""Reads of service requests: lists, counts, one object, and the view that events carry too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.counters import current_number
from app.core.db import not_by_index
from app.core.errors import NotFound
from app.core.inputs import ids_in
from app.core.pagination import after, decode_cursor, encode_cursor
from app.customers.avatars import avatar_address
from app.identity.queries import EVENT_COUNTER
from app.identity.schemas import PersonRef, TeamRef
from app.identity.scope import scope
from app.models import (
    ContactIdentity,
    Conversation,
    Operator,
    ServiceRequest,
)
from app.routing.counts import counted_at_most
from app.routing.narrowing import filtered_requests, is_large
from app.routing.policies import heaviest_first
from app.routing.previews import shown_text
from app.routing.schemas import (
    ContactRefView,
    MembershipQuery,
    MembershipView,
    MemberView,
    Place,
    PreviewView,
    SentimentView,
    ServiceRequestList,
    ServiceRequestQuery,
    ServiceRequestView,
    WindowView,
)

WITH_RELATED: tuple[LoaderOption, ...] = (
    joinedload(ServiceRequest.account),
    joinedload(ServiceRequest.assignee),
    joinedload(ServiceRequest.team),
    joinedload(ServiceRequest.conversation)
    .joinedload(Conversation.contact_identity)
    .joinedload(ContactIdentity.contact),
)
_REACH = (ServiceRequest.account_id, ServiceRequest.assignee_id, ServiceRequest.team_id)
"""What says whose a request is."""


def request_view(request: ServiceRequest) -> ServiceRequestView:
    """The view of a request whose related rows are loaded (see WITH_RELATED)."""
    identity = request.conversation.contact_identity
    window = None
    if request.window_until is not None:
        window = WindowView(until=request.window_until, remaining=request.window_remaining)
    return ServiceRequestView(
        id=request.id,
        number=request.number,
        conversation_id=request.conversation_id,
        account=AccountRefView.model_validate(request.account),
        lane=request.lane,
        status=request.status,
        type=request.type,
        priority=request.priority,
        priority_parts=heaviest_first(request.priority_parts),
        sentiment=SentimentView(
            value=request.sentiment, score=request.sentiment_score, unsure=request.sentiment_unsure
        ),
        contact=contact_ref(identity),
        assignee=person_ref(request.assignee),
        team=TeamRef(id=request.team.id, name=request.team.name) if request.team else None,
        preview=preview_view(request),
        unread_count=request.unread_count,
        message_count=request.message_count,
        opened_at=request.opened_at,
        last_inbound_at=request.last_inbound_at,
        waiting_since=request.waiting_since,
        due_at=request.due_at,
        window=window,
        send_failure=request.send_failure,
        version=request.version,
    )


def preview_view(request: ServiceRequest) -> PreviewView:
    stored = PreviewView(**request.preview)
    return stored.model_copy(update={"text": shown_text(stored.text, request.account)})


def contact_ref(identity: ContactIdentity) -> ContactRefView:
    return ContactRefView(
        id=identity.contact_id,
        name=identity.name,
        avatar_url=avatar_address(identity.avatar_id) if identity.avatar_id else None,
        verified=identity.is_verified,
        followers_count=identity.followers_count,
        level=identity.contact.level,
    )


def person_ref(operator: Operator | None) -> PersonRef | None:
    return PersonRef(id=operator.id, name=operator.name) if operator else None


def get_request(ctx: Context, request_id: int) -> ServiceRequest:
    """The request with its related rows, if the actor may see it; raises NotFound."""
    request = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.id == request_id)
        .options(*WITH_RELATED)
    ).one_or_none()
    if request is None:
        raise NotFound
    return request


_Sort = list[tuple[Any, bool, type]]
_SORTS: dict[str, _Sort] = {
    "urgent": [
        (ServiceRequest.urgent_at, False, datetime),
        (ServiceRequest.priority, False, int),
        (ServiceRequest.id, False, int),
    ],
    "newest": [(ServiceRequest.last_inbound_at, True, datetime), (ServiceRequest.id, True, int)],
    "oldest": [(ServiceRequest.last_inbound_at, False, datetime), (ServiceRequest.id, False, int)],
}


def list_requests(ctx: Context, query: ServiceRequestQuery) -> ServiceRequestList:
    """One page of a view. Two statements whatever the page's size; one when words are looked for.

    How many there are is counted with the first page; the others carry it on in their cursor.
    """
    filtered = filtered_requests(ctx, query)
    sort = _SORTS[query.sort]
    total = None
    if query.cursor:
        *values, total = decode_cursor(query.cursor, [*(kind for _, _, kind in sort), int])
        filtered = filtered.where(after([(column, down) for column, down, _ in sort], values))
    if query.q.strip():
        rows, total = _page_by_words(ctx, filtered, sort, query.limit + 1, total)
    else:
        if total is None:
            total = _total(ctx, query, filtered)
        rows = _first_rows(ctx, _read_in_order(ctx, filtered, query), sort, query.limit + 1)
    page = rows[: query.limit]
    next_cursor = None
    if len(rows) > query.limit:
        next_cursor = encode_cursor([*(getattr(page[-1], column.key) for column, _, _ in sort), total])
    return ServiceRequestList(
        items=[request_view(row) for row in page],
        places=[_place_of(row, sort) for row in page],
        next_cursor=next_cursor,
        total=total,
        event_seq=current_number(ctx.session, EVENT_COUNTER),
    )


def _ordered(sort: _Sort, columns: Any = None) -> list[ColumnElement[Any]]:
    """The order by the sort's own columns, or by those of the same name in `columns`."""
    named = [(columns[column.key] if columns is not None else column, down) for column, down, _ in sort]
    return [column.desc() if down else column for column, down in named]


def _first_rows(
    ctx: Context, filtered: Select[ServiceRequest], sort: _Sort, limit: int
) -> list[ServiceRequest]:
    """The page is chosen before what hangs on its rows is fetched.

    Where PostgreSQL expects few rows, it would join all that there are, and sort them then.
    """
    ids = filtered.with_only_columns(ServiceRequest.id, maintain_column_froms=True)
    page = ids.order_by(*_ordered(sort)).limit(limit).subquery("page")
    statement = select(ServiceRequest).join(page, page.c.id == ServiceRequest.id).options(*WITH_RELATED)
    return sorted(ctx.session.scalars(statement), key=lambda row: _place_of(row, sort))


def _page_by_words(
    ctx: Context, filtered: Select[ServiceRequest], sort: _Sort, limit: int, total: int | None
) -> tuple[list[ServiceRequest], int]:
    """The first rows of what words have found, and how many there are. What was typed is looked up once."""
    columns = [column for column, _, _ in sort]
    if filtered.whereclause is not None:
        condition = not_by_index(ctx.session, filtered.whereclause, *_REACH)
        filtered = select(ServiceRequest).where(condition)
    found = filtered.with_only_columns(*columns, maintain_column_froms=True).cte("found")
    found = found.prefix_with("MATERIALIZED")
    page = select(found).order_by(*_ordered(sort, found.c)).limit(limit).subquery("page")
    statement = select(ServiceRequest).join(page, page.c.id == ServiceRequest.id).options(*WITH_RELATED)
    statement = statement.order_by(*_ordered(sort, page.c))
    if total is not None:
        return list(ctx.session.scalars(statement)), total
    counted = statement.add_columns(select(func.count()).select_from(found).scalar_subquery())
    rows = ctx.session.execute(counted).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def membership(ctx: Context, query: MembershipQuery) -> MembershipView:
    """Which of some requests belong to a list, and where. Two statements however many are asked about."""
    filtered = filtered_requests(ctx, query)
    sort = _SORTS[query.sort]
    asked = ids_in(query.ids)
    columns = [column for column, _, _ in sort]
    rows = ctx.session.execute(
        filtered.where(ServiceRequest.id.in_(asked)).with_only_columns(
            ServiceRequest.id, *columns, maintain_column_froms=True
        )
    )
    items = [MemberView(id=row[0], place=_place(row[1:], sort)) for row in rows]
    return MembershipView(items=items, total=_total(ctx, query, filtered))


def _total(ctx: Context, query: ServiceRequestQuery, filtered: Select[ServiceRequest]) -> int:
    """Of all that is done as far as the views column counts it; of what was asked for more closely, all."""
    is_all_done = query.view == "resolved" and query.condition is None and query.saved_view_id is None
    return counted_at_most(ctx, filtered) if is_all_done else _count(ctx, filtered)


def _count(ctx: Context, filtered: Select[ServiceRequest]) -> int:
    if filtered.whereclause is not None:
        # By the index that holds all that is asked about, not by what a person or a team ever had.
        people = (ServiceRequest.assignee_id, ServiceRequest.team_id)
        condition = not_by_index(ctx.session, filtered.whereclause, *people)
        filtered = select(ServiceRequest).where(condition)
    return ctx.session.scalar(filtered.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def _place_of(row: ServiceRequest, sort: _Sort) -> Place:
    return _place([getattr(row, column.key) for column, _, _ in sort], sort)


def _place(values: Sequence[Any], sort: _Sort) -> Place:
    """Whole numbers that a browser keeps exactly, so a moment becomes seconds and what is left of them."""
    numbers: list[int] = []
    for value, (_, down, _kind) in zip(values, sort, strict=True):
        parts = [int(value.timestamp()), value.microsecond] if isinstance(value, datetime) else [value]
        numbers.extend(-part if down else part for part in parts)
    return numbers


def _read_in_order(
    ctx: Context, filtered: Select[ServiceRequest], query: ServiceRequestQuery
) -> Select[ServiceRequest]:
    """Where a list is a large part of all there is, its order finds a page sooner than its conditions do."""
    condition = filtered.whereclause
    if condition is None or not is_large(query) or query.q.strip() or query.account_id is not None:
        return filtered
    return select(ServiceRequest).where(not_by_index(ctx.session, condition, *_REACH))
