"""The list of replies: what a figure about them opens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.queries import account_refs
from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.pagination import read_page
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import REPLY, Message, Operator, OutboundMessage, ServiceRequest
from app.saved_views.queries import narrowing
from app.workbench.queries import send_error
from app.workbench.reply_fields import REPLIES
from app.workbench.schemas import SentReplyList, SentReplyQuery, SentReplyView

_SHOWN_CHARS = 140


def list_replies(ctx: Context, query: SentReplyQuery) -> SentReplyList:
    """The newest first; a fixed number of statements. Raises Invalid for a condition that cannot be asked."""
    ctx.require(Permission.CONVERSATIONS_READ)
    meant = [each.sql() for each in narrowing(ctx, REPLIES, query.condition, query.saved_view_id)]
    statement = scope(select(OutboundMessage), ctx.actor, OutboundMessage).where(
        OutboundMessage.cargo == REPLY, *meant
    )
    page = read_page(ctx.session, statement, query, [(OutboundMessage.id, True)])
    return SentReplyList(items=_views(ctx, page.rows), next_cursor=page.next_cursor)


def _views(ctx: Context, rows: Sequence[OutboundMessage]) -> list[SentReplyView]:
    messages = rows_by_id(ctx.session, Message, {row.cargo_id for row in rows})
    people = rows_by_id(ctx.session, Operator, {message.operator_id for message in messages.values()})
    about = rows_by_id(ctx.session, ServiceRequest, {each.service_request_id for each in messages.values()})
    accounts = account_refs(ctx, {row.account_id for row in rows})
    return [_view(row, messages[row.cargo_id], people, about, accounts[row.account_id]) for row in rows]


def _view(
    row: OutboundMessage,
    message: Message,
    people: dict[int, Operator],
    about: dict[int, ServiceRequest],
    account: AccountRefView,
) -> SentReplyView:
    author = people.get(message.operator_id or 0)
    request = about.get(message.service_request_id or 0)
    return SentReplyView(
        id=message.id,
        conversation_id=message.conversation_id,
        service_request_id=message.service_request_id,
        request_number=request.number if request else None,
        account=account,
        lane=row.lane,
        state=row.state,
        author=PersonRef(id=author.id, name=author.name) if author else None,
        text=message.text[:_SHOWN_CHARS],
        written_at=row.created_at,
        finished_at=row.finished_at,
        error=send_error(row),
    )
