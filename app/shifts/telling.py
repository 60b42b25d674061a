"""Writing a change of the plan down and telling those who see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from app.core.context import Context
from app.core.permissions import Permission
from app.identity import audit
from app.identity.events import AGENCY
from app.identity.scope import agency_readers
from app.models import Agency, ShiftSwap
from app.shifts.clock import day_of
from app.shifts.events import SHIFT_PLAN_CHANGED, SHIFT_SWAP, SHIFT_SWAP_CHANGED
from app.shifts.overlaps import Wanted
from app.shifts.schemas import PlannedFor, ShiftPlanChanged, ShiftSwapChanged

_MEANS: dict[str, Literal["planned", "edited", "removed"]] = {
    "planned": "planned",
    "copied": "planned",
    "edited": "edited",
    "removed": "removed",
}
"""Of what is done to the plan, what it means to whoever works then; a swap has a word of its own."""


def tell_of_plan(ctx: Context, agency_id: int, did: str, concerned: Sequence[Wanted], **detail: Any) -> None:
    """`concerned`: the shifts as they were or are, of one that is edited both; those of a kind of shift alone
    are none."""
    ctx.session.flush()
    agency = ctx.session.get_one(Agency, agency_id)
    days = [day_of(one.begins_at) for one in concerned] or [day_of(ctx.now())]
    first, last = min(days), max(days)
    audit.record(
        ctx,
        SHIFT_PLAN_CHANGED,
        AGENCY.of(agency),
        detail={"did": did, "first": first.isoformat(), "last": last.isoformat(), **detail},
    )
    ctx.emit(
        SHIFT_PLAN_CHANGED,
        ShiftPlanChanged(agency_id=agency_id, first=first, last=last, people=_people(ctx, did, concerned)),
        agency_readers(agency_id, Permission.SHIFTS_READ),
        about=AGENCY.of(agency),
    )


def _people(ctx: Context, did: str, concerned: Sequence[Wanted]) -> list[PlannedFor]:
    """By person. A shift that goes from one to another is taken from the first and given to the second."""
    means = _MEANS.get(did)
    if means is None or (did == "edited" and len(set(concerned)) == 1):
        return []
    moved = did == "edited" and len({one.operator_id for one in concerned}) == 2
    found: dict[int, list[date]] = defaultdict(list)
    said: dict[int, Literal["planned", "edited", "removed"]] = {}
    for at, one in enumerate(concerned):
        if one.ends_at > ctx.now():
            found[one.operator_id].append(day_of(one.begins_at))
            said[one.operator_id] = means if not moved else "planned" if at else "removed"
    return [
        PlannedFor(
            operator_id=number,
            did=said[number],
            count=1 if said[number] == "edited" else len(days),
            first=min(days),
            last=max(days),
        )
        for number, days in sorted(found.items())
    ]


def tell_of_swap(ctx: Context, swap: ShiftSwap) -> None:
    ctx.session.flush()
    about = SHIFT_SWAP.of(swap)
    detail = {
        "state": swap.state.value,
        "shift_id": swap.shift_id,
        "asked_by_id": swap.asked_by_id,
        "other_id": swap.other_id,
        "other_shift_id": swap.other_shift_id,
        "reason": swap.reason,
    }
    audit.record(ctx, SHIFT_SWAP_CHANGED, about, detail=detail)
    payload = ShiftSwapChanged(shift_swap_id=swap.id, state=swap.state)
    ctx.emit(SHIFT_SWAP_CHANGED, payload, agency_readers(swap.agency_id, Permission.SHIFTS_READ), about=about)
