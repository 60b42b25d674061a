"""What the clock does to grants: their beginning and their end are told when they come.

Who reaches what does not wait for it: actors are made by the moments themselves. What is told makes open
screens follow, moves what the agency's people hold, and lets new requests join another queue.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.context import Context
from app.core.permissions import Permission
from app.grants.events import GRANT_BEGUN, GRANT_ENDED
from app.grants.services import WITH_RELATED, tell
from app.models import Grant

AT_ONCE = 100


def due(at: datetime) -> ColumnElement[bool]:
    """A moment of theirs has come that nobody told of yet."""
    begins = and_(~Grant.has_begun, Grant.holds_from <= at)
    return and_(~Grant.is_over, or_(begins, Grant.holds_until <= at))


def settle(ctx: Context) -> int:
    """Tell of what has begun and ended; how many."""
    ctx.require(Permission.ROUTING_ASSIGN)
    rows = ctx.session.scalars(
        select(Grant)
        .where(due(ctx.now()))
        .options(*WITH_RELATED)
        .order_by(Grant.id)
        .limit(AT_ONCE)
        .with_for_update(of=Grant)
    ).all()
    for grant in rows:
        grant.has_begun = True
        grant.is_over = grant.holds_until is not None and grant.holds_until <= ctx.now()
        ctx.session.flush()
        name = GRANT_ENDED if grant.is_over else GRANT_BEGUN
        tell(ctx, grant, name, {"by": "clock"})
    return len(rows)
