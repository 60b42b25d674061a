"""Swaps: somebody asks, the colleague agrees, whoever plans approves; only then is the plan another."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import OPEN_SWAPS, Operator, Shift, ShiftSwap, SwapState
from app.shifts.overlaps import Wanted, lock_plan, overlaps, own_agency, refuse
from app.shifts.planning import get_shift, void_swaps
from app.shifts.schemas import AnswerSwap, AskSwap, DecideSwap
from app.shifts.telling import tell_of_plan, tell_of_swap


def ask_swap(ctx: Context, command: AskSwap) -> ShiftSwap:
    """Ask a colleague to take a shift of one's own, for one of theirs or for nothing.

    Raises Forbidden (`not_own_shift`), Conflict (`shift_has_begun`, `swap_is_open`, `shifts_overlap`),
    Invalid.
    """
    ctx.require(Permission.SHIFTS_READ)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    shift = get_shift(ctx, agency_id, command.shift_id)
    if shift.operator_id != ctx.actor.operator_id:
        raise Forbidden("not_own_shift", permission=Permission.SHIFTS_READ.value)
    _check_colleague(ctx, agency_id, command.other_id)
    other = None
    if command.other_shift_id is not None:
        other = get_shift(ctx, agency_id, command.other_shift_id)
        if other.operator_id != command.other_id:
            raise Invalid(fields={"other_shift_id": "not_their_shift"})
    _check_not_begun(ctx, shift, other)
    if _open_swap_of(ctx, shift.id) is not None:
        raise Conflict("swap_is_open")
    _check_free(ctx, shift, command.other_id, other)
    swap = ShiftSwap(
        created_at=ctx.now(),
        agency_id=agency_id,
        shift_id=shift.id,
        asked_by_id=shift.operator_id,
        other_id=command.other_id,
        other_shift_id=other.id if other is not None else None,
        state=SwapState.ASKED,
        note=command.note,
    )
    ctx.session.add(swap)
    tell_of_swap(ctx, swap)
    return swap


def answer_swap(ctx: Context, swap_id: int, command: AnswerSwap) -> ShiftSwap:
    """The colleague agrees, or does not. Raises Forbidden(`not_asked`), Conflict (`stale_version`,
    `swap_is_settled`, `shift_has_begun`, `shifts_overlap`)."""
    ctx.require(Permission.SHIFTS_READ)
    swap = _held(ctx, swap_id, command.version)
    if swap.other_id != ctx.actor.operator_id:
        raise Forbidden("not_asked", permission=Permission.SHIFTS_READ.value)
    if swap.state is not SwapState.ASKED:
        raise Conflict("swap_is_settled")
    if command.agrees:
        shift, other = _shifts(ctx, swap)
        _check_free(ctx, shift, swap.other_id, other)
    swap.state = SwapState.AGREED if command.agrees else SwapState.DECLINED
    swap.reason, swap.answered_at = command.reason, ctx.now()
    tell_of_swap(ctx, swap)
    return swap


def decide_swap(ctx: Context, swap_id: int, command: DecideSwap) -> ShiftSwap:
    """Whoever plans approves, and the shifts have each other's people; or refuses, and nothing is changed.

    Nobody decides about a swap of their own. Raises Forbidden(`own_swap`), Conflict as `answer_swap`.
    """
    ctx.require(Permission.SHIFTS_PLAN)
    swap = _held(ctx, swap_id, command.version)
    if ctx.actor.operator_id in (swap.asked_by_id, swap.other_id):
        raise Forbidden("own_swap", permission=Permission.SHIFTS_PLAN.value)
    if swap.state is not SwapState.AGREED:
        raise Conflict("swap_not_agreed" if swap.state is SwapState.ASKED else "swap_is_settled")
    if command.approves:
        _exchange(ctx, swap)
    swap.state = SwapState.APPROVED if command.approves else SwapState.REFUSED
    swap.reason = command.reason
    swap.decided_by_id, swap.decided_at = ctx.actor.operator_id, ctx.now()
    tell_of_swap(ctx, swap)
    return swap


def withdraw_swap(ctx: Context, swap_id: int) -> None:
    """By whoever asked, as long as nothing is decided."""
    ctx.require(Permission.SHIFTS_READ)
    swap = _held(ctx, swap_id, None)
    if swap.asked_by_id != ctx.actor.operator_id:
        raise Forbidden("not_own_swap", permission=Permission.SHIFTS_READ.value)
    if swap.state not in OPEN_SWAPS:
        raise Conflict("swap_is_settled")
    swap.state, swap.decided_at = SwapState.WITHDRAWN, ctx.now()
    tell_of_swap(ctx, swap)


def _exchange(ctx: Context, swap: ShiftSwap) -> None:
    shift, other = _shifts(ctx, swap)
    _check_free(ctx, shift, swap.other_id, other)
    moved = [one for one in (shift, other) if one is not None]
    void_swaps(ctx, [one.id for one in moved], but=swap.id)
    shift.operator_id = swap.other_id
    if other is not None:
        other.operator_id = swap.asked_by_id
    for one in moved:
        one.reminded_at = None
    concerned = [Wanted(one.operator_id, one.begins_at, one.ends_at) for one in moved]
    tell_of_plan(ctx, swap.agency_id, "swapped", concerned, shift_swap_id=swap.id)


def _held(ctx: Context, swap_id: int, version: int | None) -> ShiftSwap:
    """As it is now, with its agency's plan locked. Raises NotFound, Conflict(`stale_version`)."""
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    swap = ctx.session.scalars(
        scope(select(ShiftSwap), ctx.actor, ShiftSwap)
        .where(ShiftSwap.id == swap_id, ShiftSwap.agency_id == agency_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if swap is None:
        raise NotFound
    if version is not None and swap.version != version:
        raise Conflict("stale_version", version=swap.version)
    return swap


def _shifts(ctx: Context, swap: ShiftSwap) -> tuple[Shift, Shift | None]:
    """Both as they are now: an open swap is void as soon as one of them is planned otherwise."""
    shift = get_shift(ctx, swap.agency_id, swap.shift_id)
    other = None if swap.other_shift_id is None else get_shift(ctx, swap.agency_id, swap.other_shift_id)
    _check_not_begun(ctx, shift, other)
    return shift, other


def _check_not_begun(ctx: Context, *shifts: Shift | None) -> None:
    if any(one is not None and one.begins_at <= ctx.now() for one in shifts):
        raise Conflict("shift_has_begun")


def _check_free(ctx: Context, shift: Shift, other_id: int, other: Shift | None) -> None:
    """Whether each would be free for what they take. Raises Conflict(`shifts_overlap`)."""
    wanted = [Wanted(other_id, shift.begins_at, shift.ends_at)]
    given = [shift.id]
    if other is not None:
        wanted.append(Wanted(shift.operator_id, other.begins_at, other.ends_at))
        given.append(other.id)
    refuse(ctx, overlaps(ctx, wanted, apart_from=given))


def _check_colleague(ctx: Context, agency_id: int, other_id: int) -> None:
    found = select(Operator.id).where(
        Operator.id == other_id,
        Operator.agency_id == agency_id,
        Operator.is_active,
        Operator.id != ctx.actor.operator_id,
    )
    if ctx.session.scalar(found) is None:
        raise Invalid(fields={"other_id": "no_such_person"})


def _open_swap_of(ctx: Context, shift_id: int) -> int | None:
    return ctx.session.scalar(
        select(ShiftSwap.id).where(ShiftSwap.shift_id == shift_id, ShiftSwap.state.in_(OPEN_SWAPS))
    )
