"""Searching what the actor may see, newest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import defer

from app.core.context import Context
from app.core.names import shown_name
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import (
    Account,
    ContactIdentity,
    Conversation,
    InboundItem,
    Message,
    Operator,
    ServiceRequest,
    Verdict,
)
from app.search.index import Indexed, found_in, newest_found
from app.search.numbers import numbers_meant
from app.search.schemas import SearchHit, SearchQuery, SearchResult
from app.search.tokens import Alternatives, query_phrases

_SHOWN_CHARS = 200


def search(ctx: Context, query: SearchQuery) -> SearchResult:
    """Hits of each kind; an empty question (only punctuation) finds nothing."""
    wanted = query_phrases(query.q)
    result = SearchResult(requests=[], contacts=[], messages=[], items=[])
    if not wanted:
        return result
    if query.kind in ("all", "requests"):
        result.requests = _requests(ctx, query)
    if query.kind in ("all", "contacts"):
        result.contacts = _contacts(ctx, wanted, query.limit)
    if query.kind in ("all", "messages"):
        result.messages = _messages(ctx, wanted, query.limit)
    if query.kind in ("all", "items") and ctx.actor.may(Permission.INBOUND_ITEMS_READ):
        result.items = _items(ctx, wanted, query.limit)
    return result


def _requests(ctx: Context, query: SearchQuery) -> list[SearchHit]:
    numbers = numbers_meant(query.q, ctx.now())
    if not numbers or not ctx.actor.may(Permission.SERVICE_REQUESTS_READ):
        return []
    rows = ctx.session.execute(
        scope(
            select(
                ServiceRequest,
                Account.name,
                Account.platform,
                ContactIdentity.name.label("called"),
                ContactIdentity.contact_id,
            ),
            ctx.actor,
            ServiceRequest,
        )
        .join(Account, Account.id == ServiceRequest.account_id)
        .join(Conversation, Conversation.id == ServiceRequest.conversation_id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .where(ServiceRequest.number.in_(numbers))
        .order_by(ServiceRequest.id.desc())
        .limit(query.limit)
    )
    return [
        SearchHit(
            kind="request",
            id=request.id,
            account_id=request.account_id,
            account_name=name,
            platform=platform,
            title=called,
            contact_id=contact_id,
            contact_name=called,
            text=f"{request.number} {request.preview.get('text', '')}"[:_SHOWN_CHARS],
            at=request.opened_at,
            conversation_id=request.conversation_id,
            service_request_id=request.id,
        )
        for request, name, platform, called, contact_id in rows
    ]


def _items(ctx: Context, wanted: list[Alternatives], limit: int) -> list[SearchHit]:
    statement = (
        scope(
            select(
                InboundItem,
                Account.name,
                Account.platform,
                Verdict.service_request_id,
                ContactIdentity.name.label("called"),
                ContactIdentity.contact_id,
            ),
            ctx.actor,
            InboundItem,
        )
        .join(Account, Account.id == InboundItem.account_id)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .outerjoin(
            ContactIdentity,
            and_(
                ContactIdentity.account_id == InboundItem.account_id,
                ContactIdentity.external_id == InboundItem.author_external_id,
            ),
        )
        .options(defer(InboundItem.raw))
    )
    rows = newest_found(ctx.session, statement, Indexed.ITEMS, InboundItem.id, wanted, limit)
    return [
        SearchHit(
            kind="item",
            id=item.id,
            account_id=item.account_id,
            account_name=name,
            platform=platform,
            title=called or shown_name(item.author_name, item.author_external_id),
            contact_id=contact_id,
            contact_name=called or "",
            text=item.text[:_SHOWN_CHARS],
            at=item.published_at,
            conversation_id=None,
            service_request_id=request_id,
        )
        for item, name, platform, request_id, called, contact_id in rows
    ]


def _messages(ctx: Context, wanted: list[Alternatives], limit: int) -> list[SearchHit]:
    # Who wrote it: a colleague, or the person whose conversation it is, as the card calls them now.
    statement = (
        scope(
            select(
                Message,
                Account.name,
                Account.platform,
                Operator.name.label("colleague"),
                ContactIdentity.name.label("called"),
                ContactIdentity.contact_id,
            ),
            ctx.actor,
            Message,
        )
        .join(Account, Account.id == Message.account_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .outerjoin(Operator, Operator.id == Message.operator_id)
    )
    rows = newest_found(ctx.session, statement, Indexed.MESSAGES, Message.id, wanted, limit)
    requests = _newest_requests(ctx, {message.conversation_id for message, *_ in rows})
    return [
        SearchHit(
            kind="message",
            id=message.id,
            account_id=message.account_id,
            account_name=name,
            platform=platform,
            title=colleague or called or message.author_name,
            contact_id=contact_id,
            contact_name=called,
            text=message.text[:_SHOWN_CHARS],
            at=message.occurred_at,
            conversation_id=message.conversation_id,
            service_request_id=message.service_request_id or requests.get(message.conversation_id),
        )
        for message, name, platform, colleague, called, contact_id in rows
    ]


def _contacts(ctx: Context, wanted: list[Alternatives], limit: int) -> list[SearchHit]:
    rows = ctx.session.execute(
        scope(
            select(ContactIdentity, Account.name, Account.platform, Conversation.id), ctx.actor, Conversation
        )
        .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
        .join(Account, Account.id == ContactIdentity.account_id)
        .where(found_in(ctx.session, Indexed.CONTACTS, ContactIdentity.id, wanted))
        .order_by(ContactIdentity.last_seen_at.desc())
        .limit(limit)
    ).all()
    requests = _newest_requests(ctx, {conversation for *_, conversation in rows})
    return [
        SearchHit(
            kind="contact",
            id=identity.contact_id,
            account_id=identity.account_id,
            account_name=name,
            platform=platform,
            title=identity.name,
            contact_id=identity.contact_id,
            contact_name=identity.name,
            text=identity.external_id,
            at=identity.last_seen_at,
            conversation_id=conversation,
            service_request_id=requests.get(conversation),
        )
        for identity, name, platform, conversation in rows
    ]


def _newest_requests(ctx: Context, conversations: set[int]) -> dict[int, Any]:
    if not conversations:
        return {}
    rows = ctx.session.execute(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.conversation_id.in_(conversations))
        .with_only_columns(
            ServiceRequest.conversation_id, func.max(ServiceRequest.id), maintain_column_froms=True
        )
        .group_by(ServiceRequest.conversation_id)
    )
    return {row[0]: row[1] for row in rows}
