"""What the listener keeps for a while only, if it is told to: what platforms sent about each item.

The item itself stays, with its words, author and media; only the body it was read from goes.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, false, literal_column, select

from app.core.context import Context
from app.core.retention import Rule
from app.models import ACTIVE_STATUSES, RAW_KEPT, InboundItem, Message, ServiceRequest, Verdict, WaitingItem


def _is_over(ctx: Context) -> ColumnElement[bool]:
    """Old enough, judged, looked through by a person where that was asked, and behind no open request."""
    days = ctx.runtime.settings.raw_days
    if not days:
        return false()
    waiting = select(WaitingItem.id).where(WaitingItem.id == InboundItem.id)
    to_review = select(Verdict.id).where(Verdict.inbound_item_id == InboundItem.id, Verdict.needs_review)
    in_work = (
        select(Message.id)
        .join(ServiceRequest, ServiceRequest.id == Message.service_request_id)
        .where(Message.inbound_item_id == InboundItem.id, ServiceRequest.status.in_(ACTIVE_STATUSES))
    )
    return (
        literal_column(RAW_KEPT)
        & (InboundItem.created_at < ctx.now() - timedelta(days=days))
        & ~waiting.exists()
        & ~to_review.exists()
        & ~in_work.exists()
    )


RETENTION = (Rule(InboundItem, _is_over, emptied={"raw": {}}),)
