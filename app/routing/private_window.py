"""How long, and how often, the platform still lets us answer somebody privately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, true

from app.accounts.platforms import platforms
from app.adapters.capabilities import WindowRule
from app.adapters.types import ReplyWindow, Trigger
from app.adapters.window_rules import ContactEvent, PastSend, window_state
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
) -> ReplyWindow:
    """The window of private answers in this conversation at a moment (now unless given).

    Queued answers count as sent when they are meant to go.
    """
    return private_history(ctx, account, conversation).window(at or ctx.now())


@dataclass(frozen=True)
class PrivateHistory:
    """All that decides when somebody may be answered privately, and how often."""

    rules: Sequence[WindowRule]
    events: Sequence[ContactEvent]
    sends: Sequence[PastSend]

    def window(self, at: datetime) -> ReplyWindow:
        return window_state(self.rules, self.events, self.sends, at)

    def with_send(self, at: datetime) -> PrivateHistory:
        """The same, with one more answer that goes at this moment."""
        return replace(self, sends=[*self.sends, PastSend(at)])


def private_history(ctx: Context, account: Account, conversation: Conversation) -> PrivateHistory:
    """Of one conversation; two statements."""
    return _histories(ctx, [(account, conversation)], ())[conversation.id]


def private_windows(
    ctx: Context,
    conversations: Sequence[tuple[Account, Conversation]],
    *,
    at: datetime | None = None,
    apart_from: Collection[int] = (),
) -> dict[int, ReplyWindow]:
    """The windows of many conversations, by their ids, with two statements.

    `apart_from` names the answers that are asked about, at most one of each conversation.
    """
    histories = _histories(ctx, conversations, apart_from)
    return {number: history.window(at or ctx.now()) for number, history in histories.items()}


def _histories(
    ctx: Context, conversations: Sequence[tuple[Account, Conversation]], apart_from: Collection[int]
) -> dict[int, PrivateHistory]:
    events = _latest_events(ctx, {conversation.contact_identity_id for _, conversation in conversations})
    sends = _private_sends(ctx, {conversation.id for _, conversation in conversations}, apart_from)
    parts = platforms(ctx.runtime)
    rules = {
        account.id: parts.capabilities(account).window_rules
        for account in {account.id: account for account, _ in conversations}.values()
    }
    return {
        conversation.id: PrivateHistory(
            rules[account.id],
            events.get(conversation.contact_identity_id, ()),
            sends.get(conversation.id, ()),
        )
        for account, conversation in conversations
    }


def _latest_events(ctx: Context, identities: set[int]) -> dict[int, list[ContactEvent]]:
    """What each person did last of every kind: the latest renews a window, earlier ones say nothing."""
    theirs = and_(
        InboundItem.account_id == ContactIdentity.account_id,
        InboundItem.author_external_id == ContactIdentity.external_id,
        InboundItem.published_at > ctx.now() - _HISTORY,
        InboundItem.published_at <= ctx.now(),
        InboundItem.trigger.is_not(None),
    )
    latest = func.max(InboundItem.published_at)
    if ctx.session.get_bind().dialect.name == "postgresql":
        # Person by person through the index. Joined, a hundred people were looked for among all items of
        # their account (half a second) as long as the table's statistics were those of an emptier one.
        each = select(InboundItem.trigger, latest.label("at")).where(theirs).group_by(InboundItem.trigger)
        one = each.lateral("latest")
        asked = select(ContactIdentity.id, one.c.trigger, one.c.at).join(one, true())
    else:
        asked = (
            select(ContactIdentity.id, InboundItem.trigger, latest)
            .join(InboundItem, theirs)
            .group_by(ContactIdentity.id, InboundItem.trigger)
        )
    rows = ctx.session.execute(asked.where(ContactIdentity.id.in_(identities)))
    found: dict[int, list[ContactEvent]] = {}
    for identity, trigger, at in rows:
        if trigger:
            found.setdefault(identity, []).append(ContactEvent(Trigger(trigger), at))
    return found


def _private_sends(
    ctx: Context, conversations: set[int], apart_from: Collection[int]
) -> dict[int, list[PastSend]]:
    # When an answer went, or is to go: what went may have been noted later than it arrived, never earlier.
    went_at = func.coalesce(OutboundMessage.finished_at, OutboundMessage.not_before)
    rows = ctx.session.execute(
        select(OutboundMessage.conversation_id, went_at).where(
            OutboundMessage.conversation_id.in_(conversations),
            OutboundMessage.lane == Lane.PRIVATE,
            went_at > ctx.now() - _HISTORY,
            OutboundMessage.state.in_(_MAY_HAVE_ARRIVED),
            OutboundMessage.id.not_in(apart_from),
        )
    )
    found: dict[int, list[PastSend]] = {}
    for conversation, sent_at in rows:
        if conversation is not None:
            found.setdefault(conversation, []).append(PastSend(sent_at))
    return found
