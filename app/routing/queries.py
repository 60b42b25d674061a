"""Reads of service requests: lists, counts, one object, and the view that events carry too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.numbers import current_number
from app.core.pagination import after, decode_cursor, encode_cursor
from app.identity.queries import EVENT_COUNTER
from app.identity.schemas import PersonRef, TeamRef
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    AssignmentDecision,
    ContactIdentity,
    Conversation,
    Operator,
    RequestStatus,
    ServiceRequest,
)
from app.routing.schemas import (
    AccountCount,
    CandidateView,
    ContactRefView,
    DecisionList,
    DecisionView,
    PreviewView,
    SentimentView,
    ServiceRequestCounts,
    ServiceRequestList,
    ServiceRequestQuery,
    ServiceRequestView,
    View,
    ViewCounts,
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
_TO_DO = (RequestStatus.NEW, RequestStatus.OPEN, RequestStatus.ON_HOLD)
_DONE = (RequestStatus.RESOLVED, RequestStatus.CLOSED)


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
        account=AccountRefView(
            id=request.account.id, name=request.account.name, platform=request.account.platform
        ),
        lane=request.lane,
        status=request.status,
        type=request.type,
        priority=request.priority,
        priority_reason=", ".join(request.priority_parts),
        sentiment=SentimentView(
            value=request.sentiment, score=request.sentiment_score, unsure=request.sentiment_unsure
        ),
        contact=contact_ref(identity),
        assignee=person_ref(request.assignee),
        team=TeamRef(id=request.team.id, name=request.team.name) if request.team else None,
        preview=PreviewView(**request.preview),
        unread_count=request.unread_count,
        message_count=request.message_count,
        opened_at=request.opened_at,
        last_inbound_at=request.last_inbound_at,
        waiting_since=request.waiting_since,
        due_at=request.due_at,
        window=window,
        version=request.version,
    )


def contact_ref(identity: ContactIdentity) -> ContactRefView:
    return ContactRefView(
        id=identity.contact_id,
        name=identity.name,
        avatar_url=f"/api/v1/avatars/{identity.avatar_id}" if identity.avatar_id else None,
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


def load_requests(ctx: Context, ids: list[int]) -> list[ServiceRequest]:
    """Requests with fresh related rows, for views that events carry."""
    return list(
        ctx.session.scalars(
            select(ServiceRequest)
            .where(ServiceRequest.id.in_(ids))
            .order_by(ServiceRequest.id)
            .options(*WITH_RELATED)
            .execution_options(populate_existing=True)
        )
    )


_SORTS: dict[str, list[tuple[Any, bool, type]]] = {
    "urgent": [
        (ServiceRequest.urgent_at, False, datetime),
        (ServiceRequest.priority, False, int),
        (ServiceRequest.id, False, int),
    ],
    "newest": [(ServiceRequest.last_inbound_at, True, datetime), (ServiceRequest.id, True, int)],
    "oldest": [(ServiceRequest.last_inbound_at, False, datetime), (ServiceRequest.id, False, int)],
}


def list_requests(ctx: Context, query: ServiceRequestQuery) -> ServiceRequestList:
    """One page of a view. Two statements whatever the page's size."""
    filtered = _filtered(ctx, query)
    sort = _SORTS[query.sort]
    statement = filtered.options(*WITH_RELATED)
    if query.cursor:
        values = decode_cursor(query.cursor, [kind for _, _, kind in sort])
        statement = statement.where(after([(column, down) for column, down, _ in sort], values))
    statement = statement.order_by(*(column.desc() if down else column for column, down, _ in sort))
    rows = list(ctx.session.scalars(statement.limit(query.limit + 1)))
    page = rows[: query.limit]
    next_cursor = None
    if len(rows) > query.limit:
        next_cursor = encode_cursor([getattr(page[-1], column.key) for column, _, _ in sort])
    total = ctx.session.scalar(filtered.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    return ServiceRequestList(
        items=[request_view(row) for row in page],
        next_cursor=next_cursor,
        total=total,
        event_seq=current_number(ctx.session, EVENT_COUNTER),
    )


def _filtered(ctx: Context, query: ServiceRequestQuery) -> Select[ServiceRequest]:
    statement = scope(select(ServiceRequest), ctx.actor, ServiceRequest).where(
        view_condition(ctx, query.view)
    )
    if query.account_id is not None:
        statement = statement.where(ServiceRequest.account_id == query.account_id)
    if query.lane is not None:
        statement = statement.where(ServiceRequest.lane == query.lane)
    if query.unread:
        statement = statement.where(ServiceRequest.unread_count > 0)
    if query.q.strip():
        statement = statement.where(_matches(query.q.strip()))
    return statement


def _matches(words: str) -> ColumnElement[bool]:
    people = (
        select(Conversation.id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .where(ContactIdentity.name.icontains(words, autoescape=True))
    )
    return or_(
        ServiceRequest.conversation_id.in_(people),
        ServiceRequest.number.icontains(words, autoescape=True),
        ServiceRequest.preview["text"].as_string().icontains(words, autoescape=True),
    )


def view_condition(ctx: Context, view: View) -> ColumnElement[bool]:
    """What belongs into a view; the same condition counts it and lists it."""
    mine = ServiceRequest.assignee_id == ctx.actor.operator_id
    conditions: dict[str, ColumnElement[bool]] = {
        "mine": mine & ServiceRequest.status.in_(_TO_DO),
        "unassigned": ServiceRequest.assignee_id.is_(None) & ServiceRequest.status.in_(ACTIVE_STATUSES),
        "team": ServiceRequest.team_id.in_(sorted(ctx.actor.team_ids))
        & ServiceRequest.status.in_(ACTIVE_STATUSES),
        "waiting": mine & (ServiceRequest.status == RequestStatus.PENDING),
        "all": ServiceRequest.status.in_(ACTIVE_STATUSES),
        "resolved": ServiceRequest.status.in_(_DONE),
    }
    return conditions[view]


def count_requests(ctx: Context) -> ServiceRequestCounts:
    """All counts of the views column in two statements."""
    views: tuple[View, ...] = ("mine", "unassigned", "team", "waiting", "all", "resolved")
    columns = [func.count().filter(view_condition(ctx, view)) for view in views]
    unread = func.count().filter(view_condition(ctx, "mine"), ServiceRequest.unread_count > 0)
    base = scope(select(ServiceRequest), ctx.actor, ServiceRequest)
    row = ctx.session.execute(base.with_only_columns(*columns, unread, maintain_column_froms=True)).one()
    per_account = ctx.session.execute(
        base.where(view_condition(ctx, "all"))
        .with_only_columns(ServiceRequest.account_id, func.count(), maintain_column_froms=True)
        .group_by(ServiceRequest.account_id)
        .order_by(ServiceRequest.account_id)
    )
    return ServiceRequestCounts(
        views=ViewCounts(**dict(zip(views, row[:-1], strict=True))),
        unread=row[-1],
        accounts=[AccountCount(account_id=account_id, count=count) for account_id, count in per_account],
    )


def list_decisions(ctx: Context, request_id: int) -> DecisionList:
    get_request(ctx, request_id)
    rows = ctx.session.scalars(
        select(AssignmentDecision)
        .where(AssignmentDecision.service_request_id == request_id)
        .order_by(AssignmentDecision.id.desc())
    ).all()
    people = _people(ctx, rows)
    return DecisionList(
        items=[
            DecisionView(
                id=row.id,
                strategy=row.strategy,
                chosen=people.get(row.chosen_operator_id or 0),
                decided_by=people.get(row.decided_by_id or 0),
                reason=translate(f"routing.reason.{row.reason}", ctx.locale),
                candidates=[CandidateView(**candidate) for candidate in row.candidates],
                decided_at=row.created_at,
            )
            for row in rows
        ]
    )


def _people(ctx: Context, rows: Any) -> dict[int, PersonRef]:
    ids = {row.chosen_operator_id for row in rows} | {row.decided_by_id for row in rows}
    found = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids - {None})))
    return {operator_id: PersonRef(id=operator_id, name=name) for operator_id, name in found}
