"""The demo's shifts: a month of them around today, nights among them, and a swap that waits for approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.core.context import Context
from app.models import Agency, Operator, Shift, ShiftSwap, ShiftTemplate, SwapState
from app.shifts.clock import DAY, day_of, moments

_KINDS = (("早班", "08:00", "16:30", 1), ("晚班", "13:00", "21:00", 2), ("夜班", "21:00", "08:00", 5))
_EARLY, _LATE, _NIGHT, _FREE = 0, 1, 2, None
_TURN = (_EARLY, _EARLY, _LATE, _LATE, _NIGHT, _FREE, _FREE)
"""What one works on seven days; a night ends when the next early shift begins, and is followed by none."""
_WHO = ("hexiaotang", "zhouqiming", "sunian", "luyao", "tangyuan")
_BACK, _AHEAD = timedelta(days=14), timedelta(days=35)


def seed_shifts(ctx: Context, agency: Agency, people: Mapping[str, Operator]) -> None:
    kinds = [
        ShiftTemplate(created_at=ctx.now(), agency_id=agency.id, name=name, start=start, end=end, tone=tone)
        for name, start, end, tone in _KINDS
    ]
    ctx.session.add_all(kinds)
    ctx.session.flush()
    today = day_of(ctx.now())
    shifts = {}
    for place, name in enumerate(_WHO):
        day = today - _BACK
        while day <= today + _AHEAD:
            turn = _TURN[(day.toordinal() + place * 3) % len(_TURN)]
            if turn is not None:
                kind = kinds[turn]
                begins, ends = moments(day, kind.start, kind.end)
                shifts[name, day] = Shift(
                    created_at=ctx.now(),
                    agency_id=agency.id,
                    operator_id=people[name].id,
                    template_id=kind.id,
                    begins_at=begins,
                    ends_at=ends,
                )
            day += DAY
    ctx.session.add_all(shifts.values())
    ctx.session.flush()
    _swap(ctx, agency, list(shifts.values()), people)


def _swap(ctx: Context, agency: Agency, shifts: list[Shift], people: Mapping[str, Operator]) -> None:
    """An early or late shift of one, for which a colleague who is free then has said yes."""
    asker, other = people["hexiaotang"].id, people["sunian"].id
    taken = [(one.begins_at, one.ends_at) for one in shifts if one.operator_id == other]
    shift = next(
        one
        for one in shifts
        if one.operator_id == asker
        and one.begins_at > ctx.now() + 2 * DAY
        and not any(one.begins_at < ends and begins < one.ends_at for begins, ends in taken)
    )
    ctx.session.add(
        ShiftSwap(
            created_at=ctx.now() - timedelta(hours=3),
            agency_id=agency.id,
            shift_id=shift.id,
            asked_by_id=asker,
            other_id=other,
            state=SwapState.AGREED,
            note="孩子那天家长会，想请你代个班",
            answered_at=ctx.now() - timedelta(hours=2),
        )
    )
