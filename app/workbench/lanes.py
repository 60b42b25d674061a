"""What an operator may do in each lane of a conversation now: limits, window, and the next legal way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from app.accounts.platforms import platforms
from app.adapters.capabilities import Capabilities
from app.adapters.types import ReplyWindow, SendKind, TextMeasure
from app.adapters.validation import FEATURE_OF
from app.core.context import Context
from app.core.db import among
from app.core.i18n import translate
from app.models import Account, Conversation, InboundItem, Lane, Message
from app.routing.private_window import private_window
from app.routing.schemas import WindowView
from app.workbench.attached import lane_files
from app.workbench.schemas import AlternativeView, LanesView, LaneView, TextLimitView

KIND_OF = {Lane.PUBLIC: SendKind.COMMENT, Lane.PRIVATE: SendKind.PRIVATE_MESSAGE}
_FEATURE_OF = {lane: FEATURE_OF[kind] for lane, kind in KIND_OF.items()}

_CHOSEN = frozenset({"content_warning", "visibility"})
_CODES = {"account_": "account_not_active", "window_": "reply_window_closed"}


def lanes_view(ctx: Context, account: Account, conversation: Conversation) -> LanesView:
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(account.platform)
    capabilities = parts.capabilities(account)
    targets = {lane: reply_target(ctx, conversation.id, lane) for lane in KIND_OF}
    window = private_window(ctx, account, conversation)
    reasons = {lane: refusal(account, lane, capabilities, targets[lane], window) for lane in KIND_OF}
    # By the account: its server may allow more than the platform's usual.
    measures = {lane: adapter.measure_text(kind, "", parts.ref(account)) for lane, kind in KIND_OF.items()}
    views = {
        lane: _lane_view(ctx, lane, reasons, capabilities, window, measures[lane], targets[lane])
        if capabilities.has(_FEATURE_OF[lane])
        else None
        for lane in KIND_OF
    }
    return LanesView(public=views[Lane.PUBLIC], private=views[Lane.PRIVATE])


@dataclass(frozen=True)
class Target:
    """What an answer would go to: the reply context of a message, and whether its author took it back."""

    context: Mapping[str, str]
    is_gone: bool = False


def reply_target(ctx: Context, conversation_id: int, lane: Lane) -> Target | None:
    """The newest inbound message in the lane that stands, else the newest; None without any to answer."""
    return _target(ctx, Message.conversation_id == conversation_id, Message.lane == lane)


def target_named(ctx: Context, conversation_id: int, lane: Lane, message_id: int) -> Target | None:
    """One message of the conversation as somebody chose it."""
    return _target(
        ctx, Message.id == message_id, Message.conversation_id == conversation_id, Message.lane == lane
    )


def _target(ctx: Context, *conditions: ColumnElement[bool]) -> Target | None:
    row = ctx.session.execute(
        select(InboundItem.reply_context, InboundItem.deleted_at)
        .join(Message, Message.inbound_item_id == InboundItem.id)
        .where(*conditions)
        .order_by(InboundItem.deleted_at.is_not(None), Message.number.desc())
        .limit(1)
    ).first()
    return Target(row.reply_context, row.deleted_at is not None) if row and row.reply_context else None


def answers_a_post(lane: Lane, capabilities: Capabilities) -> bool:
    """Whether an answer goes to the very post. Where windows are kept, private ones go to the person."""
    return lane is Lane.PUBLIC or not capabilities.window_rules


def named_by(context: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Which post a reply context names, without what a person chose for the reply."""
    return frozenset((key, str(value)) for key, value in context.items() if key not in _CHOSEN)


def deleted_targets(
    ctx: Context, conversation_ids: Sequence[int | None]
) -> dict[int, set[frozenset[tuple[str, str]]]]:
    """What their authors took back, as `named_by` names it, by conversation. One statement."""
    ids = {number for number in conversation_ids if number is not None}
    found: dict[int, set[frozenset[tuple[str, str]]]] = {}
    if not ids:
        return found
    rows = ctx.session.execute(
        select(Message.conversation_id, InboundItem.reply_context)
        .join(InboundItem, InboundItem.id == Message.inbound_item_id)
        .where(
            among(ctx.session, Message.conversation_id, ids),
            Message.deleted_at.is_not(None),
            InboundItem.deleted_at.is_not(None),
        )
    )
    for conversation_id, context in rows:
        found.setdefault(conversation_id, set()).add(named_by(context))
    return found


def refusal(
    account: Account,
    lane: Lane,
    capabilities: Capabilities,
    target: Target | None,
    window: ReplyWindow,
) -> str | None:
    """The code of the reason why nothing can be sent in the lane now; None when it can."""
    if not account.can_be_called:
        return f"account_{account.status.value}"
    if not capabilities.has(_FEATURE_OF[lane]):
        return "lane_not_offered"
    if target is None:
        return "nothing_to_answer"
    if target.is_gone and answers_a_post(lane, capabilities):
        return "post_deleted"
    if lane is Lane.PRIVATE and not window.is_open:
        return f"window_{window.reason}"
    return None


def code_of(reason: str) -> str:
    """The error that a refusal is told as: what is wrong with the account is not the window's fault."""
    for family, code in _CODES.items():
        if reason.startswith(family):
            return code
    return reason


def _lane_view(
    ctx: Context,
    lane: Lane,
    reasons: Mapping[Lane, str | None],
    capabilities: Capabilities,
    window: ReplyWindow,
    measure: TextMeasure,
    target: Target | None,
) -> LaneView:
    reason = reasons[lane]
    context = target.context if target else {}
    private = lane is Lane.PRIVATE and bool(capabilities.window_rules)
    return LaneView(
        allowed=reason is None,
        reason=translate(f"lane.refused.{reason}", ctx.locale) if reason else None,
        alternatives=_alternatives(ctx, lane, reasons) if reason else [],
        limit=TextLimitView(maximum=measure.limit, unit=measure.unit),
        files=lane_files(ctx, capabilities, KIND_OF[lane], lane),
        window=WindowView(until=window.until, remaining=window.remaining, reason=window.reason)
        if private
        else None,
        audience=translate(f"lane.audience.{lane.value}", ctx.locale),
        content_warning=context.get("content_warning") or None,
        visibility=context.get("visibility") if lane is Lane.PUBLIC else None,
        # Where the answered message has none (Weibo), an answer has no choice either.
        visibilities=list(capabilities.visibilities)
        if lane is Lane.PUBLIC and context.get("visibility")
        else [],
    )


def _alternatives(ctx: Context, lane: Lane, reasons: Mapping[Lane, str | None]) -> list[AlternativeView]:
    other = Lane.PUBLIC if lane is Lane.PRIVATE else Lane.PRIVATE
    ways = []
    if reasons[other] is None:
        kind = "public" if other is Lane.PUBLIC else "private"
        label = translate(f"lane.alternative.{kind}", ctx.locale)
        ways.append(AlternativeView(kind="public" if other is Lane.PUBLIC else "private", label=label))
    ways.append(AlternativeView(kind="wait", label=translate("lane.alternative.wait", ctx.locale)))
    return ways
