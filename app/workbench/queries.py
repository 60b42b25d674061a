"""Reads of conversations and messages, and the message view that events carry too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.core.permissions import MaskedField, Permission
from app.core.rows import held, rows_by_id
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.media.queries import ItemMedia, media_of_items, media_views, origin_view, own_media_views
from app.media.schemas import MediaView, OriginView
from app.models import (
    REPLY,
    ContactIdentity,
    Conversation,
    Direction,
    ItemRevision,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    ServiceRequest,
    Verdict,
)
from app.routing.queries import WITH_RELATED, contact_ref, preview_view, request_view
from app.routing.schemas import ReasonView, SentimentView
from app.routing.verdict_views import reason_views, sentiment_view
from app.workbench.lanes import lanes_view
from app.workbench.schemas import (
    ContactView,
    ConversationView,
    MessageList,
    MessageQuery,
    MessageView,
    RecentView,
    RevisionView,
    SendErrorView,
    ViewerView,
)

_RECENT = 8
_MOST_REVISIONS = 20
_WITH_ERROR = (OutboundState.FAILED, OutboundState.UNKNOWN, OutboundState.QUEUED)


def get_conversation(ctx: Context, conversation_id: int, *, hold: bool = False) -> Conversation:
    """The conversation with account and contact, if the actor may see it; raises NotFound.

    `hold`: nobody else's until the transaction ends.
    """
    statement = (
        scope(select(Conversation), ctx.actor, Conversation)
        .where(Conversation.id == conversation_id)
        .options(
            joinedload(Conversation.account),
            joinedload(Conversation.contact_identity).joinedload(ContactIdentity.contact),
        )
    )
    if hold:
        statement = statement.with_for_update(of=Conversation)
    conversation = ctx.session.scalars(statement).one_or_none()
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
        account=AccountRefView.model_validate(account),
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
        phone=_phone(ctx, identity),
        phone_is_masked=not ctx.actor.sees(MaskedField.CONTACT_PHONE),
        request_count=count or 0,
        recent=[
            RecentView(
                at=request.opened_at,
                kind=request.type,
                preview=preview_view(request),
                service_request_id=request.id,
            )
            for request in requests[:_RECENT]
        ],
    )


def _phone(ctx: Context, identity: ContactIdentity) -> str | None:
    """As much of it as the actor's roles show."""
    may_see = ctx.actor.may_with(Permission.CONTACTS_READ, identity.account_id)
    if identity.contact.phone is None or not may_see:
        return None
    phone = str(ctx.runtime.vault.open(identity.contact.phone))
    if ctx.actor.sees(MaskedField.CONTACT_PHONE):
        return phone
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
    ids = [message.id for message in messages if message.direction is Direction.OUTBOUND]
    item_ids = [message.inbound_item_id for message in messages if message.inbound_item_id is not None]
    operator_ids = {message.operator_id for message in messages} - {None}
    outbound = _by(
        "cargo_id",
        ctx.session.scalars(
            select(OutboundMessage).where(
                OutboundMessage.cargo == REPLY, among(ctx.session, OutboundMessage.cargo_id, ids)
            )
        )
        if ids
        else (),
    )
    verdicts = _verdicts(ctx, item_ids)
    media = media_of_items(ctx, item_ids)
    people = _by(
        "id",
        ctx.session.scalars(select(Operator).where(Operator.id.in_(operator_ids))) if operator_ids else (),
    )
    earlier = _revisions(ctx, messages)
    return [
        _message_view(
            message,
            outbound.get(message.id),
            people.get(message.operator_id),
            _brought_by(
                message,
                verdicts.get(message.inbound_item_id),
                media.get(message.inbound_item_id),
                earlier.get(message.inbound_item_id, []),
            )
            if message.inbound_item_id is not None
            else _brought_by_us(message),
        )
        for message in messages
    ]


def reply_views(
    ctx: Context, messages: Sequence[Message], rows: Sequence[OutboundMessage]
) -> list[MessageView]:
    """Views of replies whose rows in the ledger are at hand; one statement at most."""
    people = rows_by_id(ctx.session, Operator, [message.operator_id for message in messages])
    return [
        _message_view(message, outbound, people.get(message.operator_id or 0), _brought_by_us(message))
        for message, outbound in zip(messages, rows, strict=True)
    ]


def _verdicts(ctx: Context, item_ids: Sequence[int]) -> dict[int | None, Verdict]:
    """By item. Those that were just made are at hand."""
    found = _by("inbound_item_id", held(ctx.session, Verdict))
    missing = [number for number in item_ids if number not in found]
    if missing:
        of_items = among(ctx.session, Verdict.inbound_item_id, missing)
        found |= _by("inbound_item_id", ctx.session.scalars(select(Verdict).where(of_items)))
    return found


def _revisions(ctx: Context, messages: Sequence[Message]) -> dict[int, list[RevisionView]]:
    """What changed messages said before, by item; nothing is asked where nothing was changed."""
    ids = [m.inbound_item_id for m in messages if m.edited_at is not None and m.inbound_item_id is not None]
    if not ids:
        return {}
    rows = ctx.session.scalars(
        select(ItemRevision)
        .where(among(ctx.session, ItemRevision.inbound_item_id, ids))
        .order_by(ItemRevision.inbound_item_id, ItemRevision.number.desc())
    )
    found: dict[int, list[RevisionView]] = {}
    for row in rows:
        shown = found.setdefault(row.inbound_item_id, [])
        if len(shown) < _MOST_REVISIONS:
            shown.insert(0, RevisionView(number=row.number, text=row.text, replaced_at=row.replaced_at))
    return found


def _by(name: str, rows: Any) -> dict[Any, Any]:
    return {getattr(row, name): row for row in rows}


@dataclass(frozen=True)
class _Brought:
    """What a message brings along with its words; what we write brings files at most."""

    media: list[MediaView] = field(default_factory=list)
    origin: OriginView | None = None
    sentiment: SentimentView | None = None
    reasons: list[ReasonView] = field(default_factory=list)
    revisions: list[RevisionView] = field(default_factory=list)


def _brought_by_us(message: Message) -> _Brought:
    return _Brought(media=own_media_views(message.media))


def _brought_by(
    message: Message, verdict: Verdict | None, kept: ItemMedia | None, revisions: list[RevisionView]
) -> _Brought:
    return _Brought(
        media=media_views(message.media, kept),
        origin=origin_view(kept),
        sentiment=sentiment_view(verdict),
        reasons=reason_views(verdict),
        revisions=revisions,
    )


def _message_view(
    message: Message, outbound: OutboundMessage | None, operator: Operator | None, brought: _Brought
) -> MessageView:
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        service_request_id=message.service_request_id,
        number=message.number,
        direction=message.direction,
        lane=message.lane,
        kind=message.kind,
        author_name=message.author_name,
        operator=PersonRef(id=operator.id, name=operator.name) if operator else None,
        text=message.text,
        media=brought.media,
        origin=brought.origin,
        sentiment=brought.sentiment,
        reasons=brought.reasons,
        external_url=message.external_url,
        occurred_at=message.occurred_at,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
        revisions=brought.revisions,
        state=outbound.state if outbound else None,
        error=send_error(outbound),
        undo_until=outbound.undo_until if outbound and outbound.state is OutboundState.QUEUED else None,
        version=message.version,
    )


def send_error(outbound: OutboundMessage | None) -> SendErrorView | None:
    if outbound is None or outbound.error_code is None or outbound.state not in _WITH_ERROR:
        return None
    return SendErrorView(code=outbound.error_code, detail=outbound.error_detail or "")
