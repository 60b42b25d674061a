"""Asking the platform what somebody is called who wrote in private: such a push names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.budget import CALLS, RESERVED_FOR_REPLIES, calls_left, count_calls
from app.accounts.platforms import platforms
from app.adapters.base import AuthorSource
from app.adapters.capabilities import Feature
from app.adapters.types import AccountRef
from app.core.context import Context
from app.core.names import shown_name
from app.core.permissions import Permission
from app.customers.renaming import rename_many
from app.models import ACTIVE_STATUSES, Account, ContactIdentity, Conversation, ServiceRequest
from app.routing import lifecycle


@dataclass(frozen=True)
class Question:
    """Whom to ask about on which account."""

    source: AuthorSource
    account: AccountRef
    external_id: str


def question_of(ctx: Context, identity_id: int) -> Question | None:
    """What to ask; None when the person has a name, or the platform tells none, or calls are spent."""
    identity = ctx.session.get(ContactIdentity, identity_id)
    if identity is None or identity.name != shown_name("", identity.external_id):
        return None
    account = ctx.session.get_one(Account, identity.account_id)
    parts = platforms(ctx.runtime)
    adapter, ref = parts.adapter(account.platform), parts.ref(account)
    if (
        not isinstance(adapter, AuthorSource)
        or Feature.AUTHOR_PROFILE not in adapter.capabilities(ref).features
    ):
        return None
    left = calls_left(ctx, account, CALLS, share=1 - RESERVED_FOR_REPLIES)
    if left is not None and left < 1:
        return None
    count_calls(ctx, account, CALLS, 1)
    return Question(adapter, ref, identity.external_id)


def take_name(ctx: Context, identity_id: int, name: str) -> None:
    """Call the person by it from now on, on every screen that shows their open requests."""
    ctx.require(Permission.ROUTING_ASSIGN)
    identity = ctx.session.get_one(ContactIdentity, identity_id)
    if not name or identity.name == name:
        return
    rename_many(ctx, [(identity, name)])
    ctx.session.flush()
    requests = ctx.session.scalars(
        select(ServiceRequest)
        .join(Conversation, Conversation.id == ServiceRequest.conversation_id)
        .where(Conversation.contact_identity_id == identity.id, ServiceRequest.status.in_(ACTIVE_STATUSES))
        .order_by(ServiceRequest.id)
    ).all()
    lifecycle.customer_renamed(ctx, requests)
