"""What people are told of shifts: swaps that wait for them, what became of one, a shift that begins soon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.context import Context
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.core.tables import EventLog
from app.models import Operator, Shift, ShiftSwap, SwapState
from app.notifications.kinds import KINDS, QUIET, About, Cause, NoticeKind, Words
from app.shifts.clock import said
from app.shifts.events import SHIFT_PLAN_CHANGED, SHIFT_SWAP_CHANGED
from app.shifts.schemas import PlannedFor


def _swap_words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    asker, other = aliased(Operator), aliased(Operator)
    rows = ctx.session.execute(
        select(ShiftSwap.id, asker.name, other.name, Shift.begins_at, Shift.ends_at)
        .join(asker, asker.id == ShiftSwap.asked_by_id)
        .join(other, other.id == ShiftSwap.other_id)
        .join(Shift, Shift.id == ShiftSwap.shift_id)
        .where(ShiftSwap.id.in_(ids))
    )
    return {row[0]: {"asker": row[1], "other": row[2], "shift": said(row[3], row[4])} for row in rows}


def _shift_words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Shift.id, Shift.begins_at, Shift.ends_at).where(Shift.id.in_(ids)))
    return {row[0]: {"shift": said(row[1], row[2])} for row in rows}


def _no_words(_ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    return {number: {} for number in ids}


PLAN = About("operator", _no_words, lambda _number, _words: "/shifts")
SWAP = About("shift_swap", _swap_words, lambda _number, _words: "/shifts")
SHIFT = About("shift", _shift_words, lambda _number, _words: "/shifts")
SWAP_ASKED = KINDS.declare(NoticeKind("shift_swap_asked", SWAP))
SWAP_AGREED = KINDS.declare(NoticeKind("shift_swap_agreed", SWAP))
SWAP_SETTLED = KINDS.declare(NoticeKind("shift_swap_settled", SWAP))
SHIFTS_PLANNED = KINDS.declare(NoticeKind("shifts_planned", PLAN, QUIET))
SHIFT_SOON = KINDS.declare(NoticeKind("shift_soon", SHIFT, QUIET))

_TO_ASKER = (SwapState.DECLINED, SwapState.AGREED)
_TO_BOTH = (SwapState.APPROVED, SwapState.REFUSED, SwapState.VOID)


@KINDS.reads(SHIFT_PLAN_CHANGED)
def read_plans(_ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """Whoever is planned for, once for each act, however many shifts it is."""
    causes = []
    for event in events:
        for said_of in event.payload.get("people", []):
            one = PlannedFor.model_validate(said_of)
            days = f"{one.first:%m-%d}" if one.first == one.last else f"{one.first:%m-%d}–{one.last:%m-%d}"
            causes.append(
                Cause(
                    SHIFTS_PLANNED,
                    f"plan:{event.id}:{one.operator_id}",
                    one.operator_id,
                    frozenset({f"operator{one.operator_id}"}),
                    frozenset({one.operator_id}),
                    by=event.operator_id,
                    detail={"did": one.did, "n": str(one.count), "days": days},
                )
            )
    return causes


@KINDS.reads(SHIFT_SWAP_CHANGED)
def read_swaps(ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """The colleague of what is asked, whoever plans of what was agreed, both of what became of it."""
    swaps = rows_by_id(ctx.session, ShiftSwap, [int(event.about_id) for event in events])
    causes = []
    for event in events:
        swap = swaps.get(int(event.about_id))
        if swap is None:
            continue
        state = SwapState(event.payload["state"])
        readers = frozenset({f"agency{swap.agency_id}.{Permission.SHIFTS_READ}"})
        planners = frozenset({f"agency{swap.agency_id}.{Permission.SHIFTS_PLAN}"})
        detail = {"state": state.value}
        asker, other = frozenset({swap.asked_by_id}), frozenset({swap.other_id})
        if state is SwapState.ASKED:
            causes.append(Cause(SWAP_ASKED, f"swap:{swap.id}:asked", swap.id, readers, other))
        if state is SwapState.AGREED:
            key = f"swap:{swap.id}:agreed"
            causes.append(Cause(SWAP_AGREED, key, swap.id, planners, None, by=swap.other_id))
        if state in (*_TO_ASKER, *_TO_BOTH):
            to = asker if state in _TO_ASKER else asker | other
            key = f"swap:{swap.id}:{state.value}:settled"
            causes.append(Cause(SWAP_SETTLED, key, swap.id, readers, to, detail=detail))
    return causes
