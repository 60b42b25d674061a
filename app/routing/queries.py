"""Reads of service requests: lists, counts, one object, and the view that events carry too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
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
from app.routing.found_words import holds_words
from app.routing.narrowing import filtered_requests, is_large, without_words
from app.routing.orders import SORTS, Sort, ordered
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
from app.routing.word_pages import REACH, WordPages

WITH_RELATED: tuple[LoaderOption, ...] = (
    joinedload(ServiceRequest.account),
    joinedload(ServiceRequest.assignee),
    joinedload(ServiceRequest.team),
    joinedload(ServiceRequest.conversation)
    .joinedload(Conversation.contact_identity)
    .joinedload(ContactIdentity.contact),
)


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
        offered_at=request.offered_at,
        message_count=request.message_count,
        opened_at=request.opened_at,
        last_inbound_at=request.last_inbound_at,
        waiting_since=request.waiting_since,
        due_at=request.due_at,
        first_replied_at=request.first_replied_at,
        policy_id=request.policy_id,
        resolve_due_at=request.resolve_due_at,
        stopped_at=request.stopped_at,
        window=window,
        send_failure=request.send_failure,
        merged_into_id=request.merged_into_id,
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


def list_requests(ctx: Context, query: ServiceRequestQuery) -> ServiceRequestList:
    """One page of a view. Two statements whatever the page's size; a few more when words are looked for.

    How many there are is counted with the first page; the others carry it on in their cursor. Where words are
    too common to be counted, the cursor carries how many were given, below zero.
    """
    narrowed, typed = without_words(ctx, query), query.q.strip()
    sort = SORTS[query.sort]
    total: int | None = None
    given, behind = 0, None
    if query.cursor:
        *values, carried = decode_cursor(query.cursor, [*(kind for _, _, kind in sort), int])
        behind = after([(column, down) for column, down, _ in sort], values)
        total, given = (carried, 0) if carried >= 0 else (None, -carried)
    filtered = narrowed if behind is None else narrowed.where(behind)
    in_order = _read_in_order(ctx, filtered, query)
    if typed:
        pages = WordPages(ctx, in_order, typed, sort, WITH_RELATED)
        found = pages.first(query.limit + 1, counts=total is None)
        rows = sorted(found.rows, key=lambda row: _place_of(row, sort))
        if total is None and found.all is not None:
            total = given + found.all
    else:
        if total is None:
            total = _total(ctx, query, filtered)
        rows = _first_rows(ctx, in_order, sort, query.limit + 1)
    page = rows[: query.limit]
    given += len(page)
    next_cursor = None
    if len(rows) > query.limit:
        carried = -given if total is None else total
        next_cursor = encode_cursor([*(getattr(page[-1], column.key) for column, _, _ in sort), carried])
    return ServiceRequestList(
        items=[request_view(row) for row in page],
        places=[_place_of(row, sort) for row in page],
        next_cursor=next_cursor,
        total=given if total is None else total,
        counted_all=total is not None,
        event_seq=current_number(ctx.session, EVENT_COUNTER),
    )


def _first_rows(
    ctx: Context, filtered: Select[ServiceRequest], sort: Sort, limit: int
) -> list[ServiceRequest]:
    """The page is chosen before what hangs on its rows is fetched.

    Where PostgreSQL expects few rows, it would join all that there are, and sort them then.
    """
    ids = filtered.with_only_columns(ServiceRequest.id, maintain_column_froms=True)
    page = ids.order_by(*ordered(sort)).limit(limit).subquery("page")
    statement = select(ServiceRequest).join(page, page.c.id == ServiceRequest.id).options(*WITH_RELATED)
    return sorted(ctx.session.scalars(statement), key=lambda row: _place_of(row, sort))


def membership(ctx: Context, query: MembershipQuery) -> MembershipView:
    """Which of some requests belong to a list, and where. Two statements however many are asked about."""
    narrowed, typed = without_words(ctx, query), query.q.strip()
    sort = SORTS[query.sort]
    asked = narrowed.where(ServiceRequest.id.in_(ids_in(query.ids)))
    if typed:
        asked = asked.where(holds_words(ctx, typed))
    columns = [column for column, _, _ in sort]
    rows = ctx.session.execute(
        asked.with_only_columns(ServiceRequest.id, *columns, maintain_column_froms=True)
    )
    items = [MemberView(id=row[0], place=_place(row[1:], sort)) for row in rows]
    total = None if query.uncounted else _total(ctx, query, filtered_requests(ctx, query))
    return MembershipView(items=items, total=total)


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


def _place_of(row: ServiceRequest, sort: Sort) -> Place:
    return _place([getattr(row, column.key) for column, _, _ in sort], sort)


def _place(values: Sequence[Any], sort: Sort) -> Place:
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
    if condition is None or not is_large(query) or query.account_id is not None:
        return filtered
    return select(ServiceRequest).where(not_by_index(ctx.session, condition, *REACH))
