"""What somebody is asked before they act upon what a colleague has: whose it is, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict
from app.models import AssignmentDecision, Operator, ServiceRequest

CLAIMED_BY_OTHER = "claimed_by_other"


def require_own(ctx: Context, request: ServiceRequest, confirmed: Sequence[str]) -> None:
    """Raises Conflict(`claimed_by_other`, naming whose and since when) for a colleague's request, unless that
    is among what the person has said yes to."""
    holder_id = request.assignee_id
    if CLAIMED_BY_OTHER in confirmed or holder_id in (None, ctx.actor.operator_id):
        return
    holder = ctx.session.get_one(Operator, holder_id)
    if not holder.is_active:
        return  # nobody is at work on it
    since = ctx.session.scalar(
        select(AssignmentDecision.created_at)
        .where(
            AssignmentDecision.service_request_id == request.id,
            AssignmentDecision.chosen_operator_id == holder_id,
        )
        .order_by(AssignmentDecision.id.desc())
        .limit(1)
    )
    raise Conflict(
        CLAIMED_BY_OTHER,
        assignee={"id": holder.id, "name": holder.name},
        assignee_name=holder.name,
        since=(since or request.opened_at).isoformat(),
        confirm=CLAIMED_BY_OTHER,
    )
