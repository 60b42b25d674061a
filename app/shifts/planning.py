"""Planning: the only code that writes kinds of shifts and shifts, but for what a swap exchanges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from app.core.context import Context
from app.core.db import among
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import OPEN_SWAPS, Operator, Shift, ShiftSwap, ShiftTemplate, SwapState
from app.shifts.clock import DAY, moments, monday_of, span_of
from app.shifts.overlaps import Wanted, lock_plan, overlaps, own_agency, refuse
from app.shifts.schemas import (
    MOST_AT_ONCE,
    CopyShifts,
    CreateShiftTemplate,
    EditShift,
    EditShiftTemplate,
    PlannedShifts,
    PlanShifts,
    TemplateContent,
)
from app.shifts.telling import tell_of_plan, tell_of_swap

MOST_TEMPLATES = 40
_WEEK = timedelta(days=7)


def create_template(ctx: Context, command: CreateShiftTemplate) -> ShiftTemplate:
    """Raises Conflict(`too_many_shift_templates`), Invalid naming each fault."""
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    standing = _templates(ctx, agency_id)
    if len(standing) >= MOST_TEMPLATES:
        raise Conflict("too_many_shift_templates", most=MOST_TEMPLATES)
    _check_template(ctx, command, standing, None)
    row = ShiftTemplate(created_at=ctx.now(), agency_id=agency_id, **command.model_dump())
    ctx.session.add(row)
    tell_of_plan(ctx, agency_id, "template_added", [], name=row.name, start=row.start, end=row.end)
    return row


def edit_template(ctx: Context, template_id: int, command: EditShiftTemplate) -> ShiftTemplate:
    """Shifts that are planned stay. Raises as `create_template`, and Conflict(`stale_version`)."""
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    row = _template(ctx, agency_id, template_id)
    if row.version != command.version:
        raise Conflict("stale_version", version=row.version)
    _check_template(ctx, command, _templates(ctx, agency_id), row)
    for name, value in command.model_dump(exclude={"version"}).items():
        setattr(row, name, value)
    tell_of_plan(ctx, agency_id, "template_edited", [], name=row.name, start=row.start, end=row.end)
    return row


def remove_template(ctx: Context, template_id: int) -> None:
    """Nobody plans it any more; what is planned stays."""
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    row = _template(ctx, agency_id, template_id)
    row.removed_at = ctx.now()
    tell_of_plan(ctx, agency_id, "template_removed", [], name=row.name)


def plan_shifts(ctx: Context, command: PlanShifts) -> PlannedShifts:
    """A kind of shift for people on days: all of it or, where `skip_taken`, what is free.

    Raises Conflict(`shifts_overlap`), Invalid.
    """
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    people, days = sorted(set(command.operator_ids)), sorted(set(command.days))
    if len(people) * len(days) > MOST_AT_ONCE:
        raise Invalid(fields={"days": "too_many_shifts"})
    lock_plan(ctx, agency_id)
    template = _template(ctx, agency_id, command.template_id)
    _check_people(ctx, agency_id, people)
    wanted = [Wanted(one, *moments(day, template.start, template.end)) for day in days for one in people]
    rows = dict.fromkeys(wanted, (template.id, ""))
    return _add(ctx, agency_id, "planned", wanted, rows, skip_taken=command.skip_taken)


def copy_shifts(ctx: Context, command: CopyShifts) -> PlannedShifts:
    """A week's shifts once more, on the same days of the weeks from another on, of people who are still here.

    Raises Conflict (`shifts_overlap`, `nothing_to_copy`), Invalid.
    """
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    source, target = monday_of(command.from_day), monday_of(command.to_day)
    last = target + (command.weeks - 1) * _WEEK
    if target <= source <= last:
        raise Invalid(fields={"to_day": "copies_onto_itself"})
    lock_plan(ctx, agency_id)
    begins, ends = span_of(source, source + 6 * DAY)
    chosen = select(Shift).join(Operator, Operator.id == Shift.operator_id)
    chosen = chosen.where(
        Shift.agency_id == agency_id,
        Operator.agency_id == agency_id,
        Operator.is_active,
        Shift.removed_at.is_(None),
        Shift.begins_at >= begins,
        Shift.begins_at < ends,
    )
    if command.operator_ids:
        chosen = chosen.where(among(ctx.session, Shift.operator_id, set(command.operator_ids)))
    shifts = ctx.session.scalars(chosen.order_by(Shift.begins_at, Shift.operator_id)).all()
    if not shifts:
        raise Conflict("nothing_to_copy")
    if len(shifts) * command.weeks > MOST_AT_ONCE:
        raise Invalid(fields={"weeks": "too_many_shifts"})
    wanted, rows = [], {}
    for week in range(command.weeks):
        ahead = (
            target - source + week * _WEEK
        )  # the office's clock is never changed: no day is another's length
        for shift in shifts:
            one = Wanted(shift.operator_id, shift.begins_at + ahead, shift.ends_at + ahead)
            wanted.append(one)
            rows[one] = (shift.template_id, shift.note)
    return _add(ctx, agency_id, "copied", wanted, rows, skip_taken=command.skip_taken)


def edit_shift(ctx: Context, shift_id: int, command: EditShift) -> Shift:
    """Raises Conflict (`stale_version`, `shifts_overlap`), Invalid; what was asked about it is void."""
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    row = get_shift(ctx, agency_id, shift_id)
    if row.version != command.version:
        raise Conflict("stale_version", version=row.version)
    if command.operator_id != row.operator_id:
        _check_people(ctx, agency_id, [command.operator_id])
    stood = Wanted(row.operator_id, row.begins_at, row.ends_at)
    wanted = Wanted(command.operator_id, *moments(command.day, command.start, command.end))
    refuse(ctx, overlaps(ctx, [wanted], apart_from=[row.id]))
    if wanted != stood:
        void_swaps(ctx, [row.id])
        row.reminded_at = None
    row.operator_id, row.begins_at, row.ends_at = wanted.operator_id, wanted.begins_at, wanted.ends_at
    row.note = command.note
    tell_of_plan(ctx, agency_id, "edited", [stood, wanted], **_detail(row))
    return row


def remove_shift(ctx: Context, shift_id: int) -> None:
    ctx.require(Permission.SHIFTS_PLAN)
    agency_id = own_agency(ctx)
    lock_plan(ctx, agency_id)
    row = get_shift(ctx, agency_id, shift_id)
    row.removed_at = ctx.now()
    void_swaps(ctx, [row.id])
    stood = Wanted(row.operator_id, row.begins_at, row.ends_at)
    tell_of_plan(ctx, agency_id, "removed", [stood], **_detail(row))


def get_shift(ctx: Context, agency_id: int, shift_id: int) -> Shift:
    """One that stands, as it is now; the plan is locked by the caller. Raises NotFound."""
    row = ctx.session.scalars(
        scope(select(Shift), ctx.actor, Shift)
        .where(Shift.id == shift_id, Shift.agency_id == agency_id, Shift.removed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def void_swaps(ctx: Context, shift_ids: Collection[int], *, but: int | None = None) -> None:
    """What was asked about these shifts stands no more, and those who wait for it are told."""
    about = or_(ShiftSwap.shift_id.in_(shift_ids), ShiftSwap.other_shift_id.in_(shift_ids))
    for swap in ctx.session.scalars(select(ShiftSwap).where(about, ShiftSwap.state.in_(OPEN_SWAPS))):
        if swap.id != but:
            swap.state, swap.decided_at = SwapState.VOID, ctx.now()
            tell_of_swap(ctx, swap)


def _add(
    ctx: Context,
    agency_id: int,
    did: str,
    wanted: Sequence[Wanted],
    rows: Mapping[Wanted, tuple[int | None, str]],
    *,
    skip_taken: bool,
) -> PlannedShifts:
    found = overlaps(ctx, wanted)
    if not skip_taken:
        refuse(ctx, found)
    taken = {id(one.wanted) for one in found}
    free = [one for one in wanted if id(one) not in taken]
    ctx.session.add_all(
        Shift(
            created_at=ctx.now(),
            agency_id=agency_id,
            operator_id=one.operator_id,
            template_id=rows[one][0],
            begins_at=one.begins_at,
            ends_at=one.ends_at,
            note=rows[one][1],
        )
        for one in free
    )
    if free:
        people = sorted({one.operator_id for one in free})
        tell_of_plan(ctx, agency_id, did, free, count=len(free), operator_ids=people)
    return PlannedShifts(added=len(free), skipped=len(found))


def _detail(row: Shift) -> dict[str, object]:
    return {
        "shift_id": row.id,
        "operator_id": row.operator_id,
        "begins_at": row.begins_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }


def _templates(ctx: Context, agency_id: int) -> Sequence[ShiftTemplate]:
    return ctx.session.scalars(
        select(ShiftTemplate).where(ShiftTemplate.agency_id == agency_id, ShiftTemplate.removed_at.is_(None))
    ).all()


def _template(ctx: Context, agency_id: int, template_id: int) -> ShiftTemplate:
    row = ctx.session.scalars(
        scope(select(ShiftTemplate), ctx.actor, ShiftTemplate).where(
            ShiftTemplate.id == template_id,
            ShiftTemplate.agency_id == agency_id,
            ShiftTemplate.removed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _check_template(
    ctx: Context, content: TemplateContent, standing: Sequence[ShiftTemplate], row: ShiftTemplate | None
) -> None:
    if any(one.name == content.name and one is not row for one in standing):
        raise Invalid(fields={"name": "name_taken"})
    moments(ctx.now().date(), content.start, content.end)


def _check_people(ctx: Context, agency_id: int, ids: Sequence[int]) -> None:
    """They work here. Raises Invalid."""
    here = set(
        ctx.session.scalars(
            select(Operator.id).where(
                among(ctx.session, Operator.id, ids), Operator.agency_id == agency_id, Operator.is_active
            )
        )
    )
    gone = {f"operator_ids.{at}": "no_such_person" for at, one in enumerate(ids) if one not in here}
    if gone:
        raise Invalid(fields=gone if len(ids) > 1 else {"operator_id": "no_such_person"})
