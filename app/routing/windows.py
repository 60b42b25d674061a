"""How long, and how often, the platform still lets us answer somebody privately."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.accounts.platforms import platforms
from app.adapters.types import ReplyWindow, Trigger
from app.adapters.windows import ContactEvent, PastSend, window_state
from app.core.context import Context
from app.models import (
    Account,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    OutboundMessage,
    OutboundState,
)

# Longer than any platform's window; older events and sends cannot matter.
_HISTORY = timedelta(days=8)
_MAY_HAVE_ARRIVED = (OutboundState.SENDING, OutboundState.SENT, OutboundState.UNKNOWN, OutboundState.QUEUED)


def private_window(ctx: Context, account: Account, conversation: Conversation) -> ReplyWindow:
    """The window of private answers in this conversation now; queued answers count as sent."""
    identity = ctx.session.get_one(ContactIdentity, conversation.contact_identity_id)
    since = ctx.now() - _HISTORY
    events = ctx.session.execute(
        select(InboundItem.trigger, InboundItem.published_at).where(
            InboundItem.account_id == account.id,
            InboundItem.author_external_id == identity.external_id,
            InboundItem.published_at > since,
            InboundItem.trigger.is_not(None),
        )
    ).all()
    sends = ctx.session.scalars(
        select(OutboundMessage.created_at).where(
            OutboundMessage.conversation_id == conversation.id,
            OutboundMessage.lane == Lane.PRIVATE,
            OutboundMessage.created_at > since,
            OutboundMessage.state.in_(_MAY_HAVE_ARRIVED),
        )
    ).all()
    parts = platforms(ctx.runtime)
    rules = parts.adapter(account.platform).capabilities(parts.ref(account)).window_rules
    return window_state(
        rules,
        [ContactEvent(Trigger(trigger), at) for trigger, at in events if trigger],
        [PastSend(at) for at in sends],
        ctx.now(),
    )
