"""A shift begins soon: its person is told once, unless they are at work already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from app.core.context import Context
from app.core.permissions import Permission
from app.models import Operator, Presence, Shift
from app.notifications.kinds import Cause
from app.notifications.writing import write
from app.shifts.notices import SHIFT_SOON

AHEAD = timedelta(minutes=10)
AT_ONCE = 500


def soon(ctx: Context, *, lock: bool = False) -> Sequence[tuple[Shift, Presence]]:
    """What begins within ten minutes, of which nobody has been told; one statement."""
    statement = (
        select(Shift, Operator.presence)
        .join(Operator, Operator.id == Shift.operator_id)
        .where(
            Shift.removed_at.is_(None),
            Shift.reminded_at.is_(None),
            Shift.begins_at > ctx.now(),
            Shift.begins_at <= ctx.now() + AHEAD,
            Operator.is_active,
        )
        .order_by(Shift.begins_at, Shift.id)
        .limit(AT_ONCE)
    )
    rows = ctx.session.execute(statement.with_for_update(of=Shift) if lock else statement)
    return [(row[0], row[1]) for row in rows]


def remind(ctx: Context) -> int:
    """Tell them; how many."""
    ctx.require(Permission.SHIFTS_PLAN)
    found = soon(ctx, lock=True)
    causes = []
    for shift, presence in found:
        shift.reminded_at = ctx.now()
        if presence is not Presence.ONLINE:
            key = f"{SHIFT_SOON.key}:{shift.id}:{shift.begins_at:%Y%m%d%H%M}"
            rooms = frozenset({f"operator{shift.operator_id}"})
            causes.append(Cause(SHIFT_SOON, key, shift.id, rooms, frozenset({shift.operator_id})))
    ctx.session.flush()
    return write(ctx, causes)
