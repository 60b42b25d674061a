"""What is asked before somebody acts by a grant that has hours: the one place that knows them.

`Context.require` asks with every act; what an act plans for later is asked for that moment too.
"""

from __future__ import annotations

from datetime import datetime

from app.calendars.clocks import calendar_by_id
from app.core.context import Context, check_grants_with
from app.core.errors import Conflict, Forbidden
from app.core.grants import Allowed, Granted
from app.core.i18n import translate
from app.core.lanes import Lane
from app.core.permissions import Permission
from app.worktime import explain

_OF_LANE = {Lane.PUBLIC: Allowed.PUBLIC_REPLY, Lane.PRIVATE: Allowed.PRIVATE_REPLY}


def require_hours(ctx: Context, granted: Granted, _permission: Permission) -> None:
    """Raises Conflict(`outside_granted_hours`) with why it is closed and when it opens."""
    _require_open(ctx, granted, ctx.now())


def require_lane(ctx: Context, account_id: int, lane: Lane) -> None:
    """Raises Forbidden(`grant_does_not_allow`) for an answer in a lane that was not granted."""
    granted = ctx.actor.granted(account_id)
    if granted is not None and lane in _OF_LANE and _OF_LANE[lane] not in granted.allows:
        raise Forbidden("grant_does_not_allow", permission=Permission.REPLIES_SEND.value)


def require_planned(ctx: Context, account_id: int, at: datetime | None) -> None:
    """What is planned for later must be within the grant then, and in its hours.

    Raises Conflict (`grant_over_by_then`, `outside_granted_hours`).
    """
    granted = ctx.actor.granted(account_id)
    if granted is None or at is None:
        return
    if granted.holds_until is not None and granted.holds_until <= at:
        raise Conflict("grant_over_by_then", ends_at=granted.holds_until.isoformat())
    _require_open(ctx, granted, at)


def _require_open(ctx: Context, granted: Granted, at: datetime) -> None:
    if granted.calendar_id is None:
        return
    calendar = calendar_by_id(ctx, granted.calendar_id)
    if calendar.is_open(at):
        return
    found = explain(calendar, at)
    opens = calendar.local(found.opens_at).strftime("%Y-%m-%d %H:%M") if found.opens_at else ""
    raise Conflict(
        "outside_granted_hours",
        closed=found.closed.value if found.closed else "",
        reason_text=translate(f"closed.{found.closed.value}", ctx.locale) if found.closed else "",
        opens=opens,
        opens_at=found.opens_at.isoformat() if found.opens_at else None,
    )


check_grants_with(require_hours)
