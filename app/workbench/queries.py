"""Reads of conversations and messages, and the message view that events carry too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import (
    ContactIdentity,
    Conversation,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    ServiceRequest,
    Verdict,
)
from app.routing.queries import WITH_RELATED, contact_ref, request_view
from app.routing.verdict_views import reason_views, sentiment_view
from app.workbench.lanes import lanes_view
from app.workbench.schemas import (
    ContactView,
    ConversationView,
    MediaView,
    MessageList,
    MessageQuery,
    MessageView,
    RecentView,
    SendErrorView,
    ViewerView,
)

_RECENT = 8
_WITH_ERROR = (OutboundState.FAILED, OutboundState.UNKNOWN, OutboundState.QUEUED)


def get_conversation(ctx: Context, conversation_id: int) -> Conversation:
    """The conversation with account and contact, if the actor may see it; raises NotFound."""
    conversation = ctx.session.scalars(
        scope(select(Conversation), ctx.actor, Conversation)
        .where(Conversation.id == conversation_id)
        .options(
            joinedload(Conversation.account),
            joinedload(Conversation.contact_identity).joinedload(ContactIdentity.contact),
        )
    ).one_or_none()
    if conversation is None:
        raise NotFound
    return conversation


def conversation_view(ctx: Context, conversation_id: int, viewers: Sequence[ViewerView]) -> ConversationView:
    conversation = get_conversation(ctx, conversation_id)
    requests = ctx.session.scalars(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.conversation_id == conversation.id)
        .order_by(ServiceRequest.id.desc())
        .limit(20)
        .options(*WITH_RELATED)
    ).all()
    account = conversation.account
    return ConversationView(
        id=conversation.id,
        account=AccountRefView(id=account.id, name=account.name, platform=account.platform),
        contact=_contact_view(ctx, conversation, requests),
        requests=[request_view(request) for request in requests],
        lanes=lanes_view(ctx, account, conversation),
        viewers=list(viewers),
        version=conversation.version,
    )


def _contact_view(
    ctx: Context, conversation: Conversation, requests: Sequence[ServiceRequest]
) -> ContactView:
    identity = conversation.contact_identity
    count = ctx.session.scalar(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(ServiceRequest.conversation_id == conversation.id)
        .with_only_columns(func.count(), maintain_column_froms=True)
    )
    return ContactView(
        **contact_ref(identity).model_dump(),
        external_id=identity.external_id,
        platform=identity.platform,
        first_seen_at=identity.created_at,
        phone_masked=_masked_phone(ctx, identity),
        request_count=count or 0,
        recent=[
            RecentView(
                at=request.opened_at,
                kind=request.type,
                text=str(request.preview.get("text", "")),
                service_request_id=request.id,
            )
            for request in requests[:_RECENT]
        ],
    )


def _masked_phone(ctx: Context, identity: ContactIdentity) -> str | None:
    if identity.contact.phone is None or not ctx.actor.may(Permission.CONTACTS_READ):
        return None
    phone = str(ctx.runtime.vault.open(identity.contact.phone))
    return f"{phone[:3]} **** {phone[-4:]}" if len(phone) > 7 else "****"


def list_messages(ctx: Context, conversation_id: int, query: MessageQuery) -> MessageList:
    """A page of messages, ascending, ending before `before`. Four statements whatever its size."""
    get_conversation(ctx, conversation_id)
    statement = scope(select(Message), ctx.actor, Message).where(Message.conversation_id == conversation_id)
    if query.before is not None:
        statement = statement.where(Message.number < query.before)
    rows = list(ctx.session.scalars(statement.order_by(Message.number.desc()).limit(query.limit + 1)))
    page = rows[: query.limit][::-1]
    return MessageList(
        items=message_views(ctx, page),
        next_cursor=str(page[0].number) if len(rows) > query.limit else None,
    )


def message_views(ctx: Context, messages: Sequence[Message]) -> list[MessageView]:
    """Views of messages, with what hangs on them loaded for all at once."""
    ids = [message.id for message in messages]
    item_ids = [message.inbound_item_id for message in messages if message.inbound_item_id is not None]
    operator_ids = {message.operator_id for message in messages} - {None}
    outbound = _by(
        "message_id",
        ctx.session.scalars(
            select(OutboundMessage).where(among(ctx.session, OutboundMessage.message_id, ids))
        )
        if ids
        else (),
    )
    verdicts = _by(
        "inbound_item_id",
        ctx.session.scalars(select(Verdict).where(among(ctx.session, Verdict.inbound_item_id, item_ids)))
        if item_ids
        else (),
    )
    people = _by(
        "id",
        ctx.session.scalars(select(Operator).where(Operator.id.in_(operator_ids))) if operator_ids else (),
    )
    return [
        _message_view(
            ctx,
            message,
            outbound.get(message.id),
            verdicts.get(message.inbound_item_id),
            people.get(message.operator_id),
        )
        for message in messages
    ]


def _by(name: str, rows: Any) -> dict[Any, Any]:
    return {getattr(row, name): row for row in rows}


def _message_view(
    ctx: Context,
    message: Message,
    outbound: OutboundMessage | None,
    verdict: Verdict | None,
    operator: Operator | None,
) -> MessageView:
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        number=message.number,
        direction=message.direction,
        lane=message.lane,
        kind=message.kind,
        author_name=message.author_name,
        operator=PersonRef(id=operator.id, name=operator.name) if operator else None,
        text=message.text,
        media=[MediaView(kind=media["kind"], url=media.get("url")) for media in message.media],
        sentiment=sentiment_view(verdict),
        reasons=reason_views(verdict),
        external_url=message.external_url,
        occurred_at=message.occurred_at,
        state=outbound.state if outbound else None,
        error=_error(ctx, outbound),
        undo_until=outbound.undo_until if outbound and outbound.state is OutboundState.QUEUED else None,
        version=message.version,
    )


def _error(ctx: Context, outbound: OutboundMessage | None) -> SendErrorView | None:
    if outbound is None or outbound.error_code is None or outbound.state not in _WITH_ERROR:
        return None
    text = translate(f"send_error.{outbound.error_code}", ctx.locale)
    return SendErrorView(code=outbound.error_code, detail=text)
