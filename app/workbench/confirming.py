"""What a sender is asked before a reply goes: two people must not answer one customer unawares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from app.core.context import Context
from app.core.errors import Conflict
from app.models import (
    ACTIVE_STATUSES,
    REPLY,
    Direction,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    ServiceRequest,
)
from app.routing.confirming import require_own
from app.workbench.schemas import Confirmation

SOON_AFTER = timedelta(minutes=1)
_WITHDRAWN = (OutboundState.CANCELLED, OutboundState.FAILED)


def require_confirmed(
    ctx: Context,
    request: ServiceRequest,
    confirmed: Sequence[Confirmation],
    *,
    again: Message | None = None,
) -> None:
    """Raises Conflict: `claimed_by_other` (whose, and since when) and `second_reply` (whose, and when).

    `again`: the reply, written earlier, that is to go now; every later one stands beside it.
    """
    if request.status in ACTIVE_STATUSES:
        require_own(ctx, request, confirmed)
    if "second_reply" not in confirmed:
        soon_after = Message.occurred_at > ctx.now() - SOON_AFTER
        _ask_about_second(ctx, request, soon_after if again is None else Message.number > again.number)


def _ask_about_second(ctx: Context, request: ServiceRequest, beside: ColumnElement[bool]) -> None:
    """A reply, of those meant, that nobody took back, whoever wrote it."""
    earlier = ctx.session.execute(
        select(Message.id, Message.occurred_at, Operator.id.label("author_id"), Operator.name)
        .join(OutboundMessage, OutboundMessage.carries(REPLY, Message.id))
        .outerjoin(Operator, Operator.id == Message.operator_id)
        .where(
            Message.service_request_id == request.id,
            Message.direction == Direction.OUTBOUND,
            beside,
            OutboundMessage.state.not_in(_WITHDRAWN),
        )
        .order_by(Message.number.desc())
        .limit(1)
    ).one_or_none()
    if earlier is None:
        return
    raise Conflict(
        "second_reply",
        author={"id": earlier.author_id, "name": earlier.name} if earlier.author_id else None,
        author_name=earlier.name or "",
        message_id=earlier.id,
        at=earlier.occurred_at.isoformat(),
        confirm="second_reply",
    )
