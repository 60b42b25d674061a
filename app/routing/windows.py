"""How long, and how often, the platform still lets us answer somebody privately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

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


def private_window(
    ctx: Context,
    account: Account,
    conversation: Conversation,
    *,
    at: datetime | None = None,
    apart_from: int | None = None,
) -> ReplyWindow:
    """The window of private answers in this conversation at a moment (now unless given).

    Queued answers count as sent when they are meant to go; `apart_from` is the one that is asked about.
    """
    return private_windows(ctx, [(account, conversation)], at=at, apart_from=apart_from)[conversation.id]


def private_windows(
    ctx: Context,
    conversations: Sequence[tuple[Account, Conversation]],
    *,
    at: datetime | None = None,
    apart_from: int | None = None,
) -> dict[int, ReplyWindow]:
    """The windows of many conversations, by their ids, with two statements."""
    events = _latest_events(ctx, {conversation.contact_identity_id for _, conversation in conversations})
    sends = _private_sends(ctx, {conversation.id for _, conversation in conversations}, apart_from)
    parts = platforms(ctx.runtime)
    rules = {
        account.id: parts.adapter(account.platform).capabilities(parts.ref(account)).window_rules
        for account in {account.id: account for account, _ in conversations}.values()
    }
    return {
        conversation.id: window_state(
            rules[account.id],
            events.get(conversation.contact_identity_id, ()),
            sends.get(conversation.id, ()),
            at or ctx.now(),
        )
        for account, conversation in conversations
    }


def _latest_events(ctx: Context, identities: set[int]) -> dict[int, list[ContactEvent]]:
    """What each person did last of every kind: the latest renews a window, earlier ones say nothing."""
    rows = ctx.session.execute(
        select(ContactIdentity.id, InboundItem.trigger, func.max(InboundItem.published_at))
        .join(
            InboundItem,
            and_(
                InboundItem.account_id == ContactIdentity.account_id,
                InboundItem.author_external_id == ContactIdentity.external_id,
            ),
        )
        .where(
            ContactIdentity.id.in_(identities),
            InboundItem.published_at > ctx.now() - _HISTORY,
            InboundItem.published_at <= ctx.now(),
            InboundItem.trigger.is_not(None),
        )
        .group_by(ContactIdentity.id, InboundItem.trigger)
    )
    found: dict[int, list[ContactEvent]] = {}
    for identity, trigger, at in rows:
        if trigger:
            found.setdefault(identity, []).append(ContactEvent(Trigger(trigger), at))
    return found


def _private_sends(
    ctx: Context, conversations: set[int], apart_from: int | None
) -> dict[int, list[PastSend]]:
    # When an answer went, or is to go: what went may have been noted later than it arrived, never earlier.
    went_at = func.coalesce(OutboundMessage.finished_at, OutboundMessage.not_before)
    rows = ctx.session.execute(
        select(OutboundMessage.conversation_id, went_at).where(
            OutboundMessage.conversation_id.in_(conversations),
            OutboundMessage.lane == Lane.PRIVATE,
            went_at > ctx.now() - _HISTORY,
            OutboundMessage.state.in_(_MAY_HAVE_ARRIVED),
            OutboundMessage.id != (apart_from or 0),
        )
    )
    found: dict[int, list[PastSend]] = {}
    for conversation, sent_at in rows:
        if conversation is not None:
            found.setdefault(conversation, []).append(PastSend(sent_at))
    return found
