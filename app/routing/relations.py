"""Reads of what a request has to do with others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import case, or_, select

from app.core.context import Context
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    ContactIdentity,
    Conversation,
    Operator,
    RequestLink,
    RequestMerge,
    ServiceRequest,
    stands,
)
from app.routing.queries import WITH_RELATED, get_request, request_view
from app.routing.relation_schemas import AbsorbedView, LinkView, RelationsView
from app.routing.schemas import ServiceRequestView

MOST_SHOWN = 30


def read_relations(ctx: Context, request_id: int) -> RelationsView:
    """Raises NotFound. A fixed number of statements; what the reader may not see is left out."""
    request = get_request(ctx, request_id)
    merges = ctx.session.execute(
        select(RequestMerge, Operator.name)
        .outerjoin(Operator, Operator.id == RequestMerge.operator_id)
        .where(
            or_(RequestMerge.service_request_id == request_id, RequestMerge.merged_id == request_id),
            RequestMerge.undone_at.is_(None),
        )
        .order_by(RequestMerge.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    links = ctx.session.execute(
        select(RequestLink, Operator.name)
        .outerjoin(Operator, Operator.id == RequestLink.operator_id)
        .where(or_(RequestLink.service_request_id == request_id, RequestLink.other_id == request_id))
        .order_by(RequestLink.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    named = {row.merged_id for row, _ in merges} | {row.service_request_id for row, _ in merges}
    named |= {row.other_id for row, _ in links} | {row.service_request_id for row, _ in links}
    seen = _views(ctx, named - {request_id})
    own = next((row for row, _ in merges if row.merged_id == request_id), None)
    return RelationsView(
        merged_into=seen.get(request.merged_into_id or 0),
        undo_until=own.undo_until if own is not None and own.undo_until > ctx.now() else None,
        merged=[
            AbsorbedView(
                request=seen[row.merged_id],
                at=row.created_at,
                by=_by(row.operator_id, name),
                moved=len(row.message_ids),
                undo_until=row.undo_until,
                can_undo=row.undo_until > ctx.now(),
            )
            for row, name in merges
            if row.service_request_id == request_id and row.merged_id in seen
        ],
        links=_links(request_id, links, seen),
        others=_others(ctx, request),
    )


def _links(request_id: int, rows: Sequence[Any], seen: Mapping[int, ServiceRequestView]) -> list[LinkView]:
    """`rows` are links with the names of who made them."""
    return [
        LinkView(
            id=row.id,
            kind=row.kind,
            outgoing=row.service_request_id == request_id,
            request=seen[other],
            at=row.created_at,
            by=_by(row.operator_id, name),
        )
        for row, name in rows
        for other in (row.other_id if row.service_request_id == request_id else row.service_request_id,)
        if other in seen
    ]


def _by(operator_id: int | None, name: str | None) -> PersonRef | None:
    return PersonRef(id=operator_id, name=name or "") if operator_id is not None else None


def _views(ctx: Context, ids: Collection[int]) -> dict[int, ServiceRequestView]:
    if not ids:
        return {}
    rows = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.id.in_(ids))
        .options(*WITH_RELATED)
    )
    return {row.id: request_view(row) for row in rows}


def _others(ctx: Context, request: ServiceRequest) -> list[ServiceRequestView]:
    """Of the same person on any account, whatever the lane; not those that were merged away."""
    contact_id = request.conversation.contact_identity.contact_id
    theirs = (
        select(Conversation.id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .where(ContactIdentity.contact_id == contact_id)
    )
    rows = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(
            ServiceRequest.conversation_id.in_(theirs),
            ServiceRequest.id != request.id,
            ServiceRequest.merged_into_id.is_(None),
        )
        .order_by(case((stands(ACTIVE_STATUSES), 0), else_=1), ServiceRequest.id.desc())
        .limit(MOST_SHOWN)
        .options(*WITH_RELATED)
    )
    return [request_view(row) for row in rows]
