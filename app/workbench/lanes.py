"""What an operator may do in each lane of a conversation now: limits, window, and the next legal way."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.accounts.platforms import platforms
from app.adapters.base import PlatformAdapter
from app.adapters.capabilities import Capabilities
from app.adapters.types import ReplyWindow, SendKind
from app.adapters.validation import FEATURE_OF
from app.core.context import Context
from app.core.i18n import translate
from app.models import Account, AccountStatus, Conversation, InboundItem, Lane, Message
from app.routing.schemas import WindowView
from app.routing.windows import private_window
from app.workbench.schemas import AlternativeView, LanesView, LaneView, TextLimitView

KIND_OF = {Lane.PUBLIC: SendKind.COMMENT, Lane.PRIVATE: SendKind.PRIVATE_MESSAGE}
_FEATURE_OF = {lane: FEATURE_OF[kind] for lane, kind in KIND_OF.items()}


def lanes_view(ctx: Context, account: Account, conversation: Conversation) -> LanesView:
    parts = platforms(ctx.runtime)
    adapter = parts.adapter(account.platform)
    capabilities = adapter.capabilities(parts.ref(account))
    targets = {lane: reply_target(ctx, conversation.id, lane) for lane in KIND_OF}
    window = private_window(ctx, account, conversation)
    reasons = {lane: refusal(account, lane, capabilities, targets[lane], window) for lane in KIND_OF}
    views = {
        lane: _lane_view(ctx, lane, reasons, adapter, capabilities, window)
        if capabilities.has(_FEATURE_OF[lane])
        else None
        for lane in KIND_OF
    }
    return LanesView(public=views[Lane.PUBLIC], private=views[Lane.PRIVATE])


def reply_target(ctx: Context, conversation_id: int, lane: Lane) -> Mapping[str, str] | None:
    """The reply context of the newest inbound message in the lane; None when there is nothing to answer."""
    target = ctx.session.scalar(
        select(InboundItem.reply_context)
        .join(Message, Message.inbound_item_id == InboundItem.id)
        .where(Message.conversation_id == conversation_id, Message.lane == lane)
        .order_by(Message.number.desc())
        .limit(1)
    )
    return target or None


def refusal(
    account: Account,
    lane: Lane,
    capabilities: Capabilities,
    target: Mapping[str, str] | None,
    window: ReplyWindow,
) -> str | None:
    """The code of the reason why nothing can be sent in the lane now; None when it can."""
    if account.status is AccountStatus.PAUSED:
        return "account_paused"
    if account.status is not AccountStatus.ACTIVE:
        return "account_not_connected"
    if not capabilities.has(_FEATURE_OF[lane]):
        return "lane_not_offered"
    if target is None:
        return "nothing_to_answer"
    if lane is Lane.PRIVATE and not window.is_open:
        return f"window_{window.reason}"
    return None


def _lane_view(
    ctx: Context,
    lane: Lane,
    reasons: Mapping[Lane, str | None],
    adapter: PlatformAdapter,
    capabilities: Capabilities,
    window: ReplyWindow,
) -> LaneView:
    reason = reasons[lane]
    measure = adapter.measure_text(KIND_OF[lane], "")
    private = lane is Lane.PRIVATE and bool(capabilities.window_rules)
    return LaneView(
        allowed=reason is None,
        reason=translate(f"lane.refused.{reason}", ctx.locale) if reason else None,
        alternatives=_alternatives(ctx, lane, reasons) if reason else [],
        limit=TextLimitView(maximum=measure.limit, unit=measure.unit),
        window=WindowView(until=window.until, remaining=window.remaining, reason=window.reason)
        if private
        else None,
        audience=translate(f"lane.audience.{lane.value}", ctx.locale),
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
