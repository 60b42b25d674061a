"""Reads of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import OPEN_SWAPS, Operator, Shift, ShiftSwap, ShiftTemplate
from app.shifts.clock import clock_of, day_of, moments, span_of
from app.shifts.overlaps import own_agency
from app.shifts.schemas import (
    MOST_DAYS,
    ShiftPerson,
    ShiftPlan,
    ShiftQuery,
    ShiftTemplateView,
    ShiftView,
    SwapView,
)

SWAPS_SHOWN_FOR = timedelta(days=30)
MOST_SWAPS = 100
_MINUTE = timedelta(minutes=1)


def read_plan(ctx: Context, query: ShiftQuery) -> ShiftPlan:
    """Who of one's agency works when in a span of days, both ends included. A fixed number of statements.

    Raises Invalid for a span that is turned round or longer than `MOST_DAYS`.
    """
    ctx.require(Permission.SHIFTS_READ)
    agency_id = own_agency(ctx)
    if not query.first <= query.last < query.first + timedelta(days=MOST_DAYS):
        raise Invalid(fields={"last": "span_of_days"})
    begins, ends = span_of(query.first, query.last)
    shifts = ctx.session.scalars(
        scope(select(Shift), ctx.actor, Shift)
        .where(
            Shift.agency_id == agency_id,
            Shift.removed_at.is_(None),
            Shift.begins_at >= begins,
            Shift.begins_at < ends,
        )
        .order_by(Shift.begins_at, Shift.operator_id)
    ).all()
    templates = _templates(ctx, agency_id)
    minutes: Counter[int] = Counter()
    for shift in shifts:
        minutes[shift.operator_id] += (shift.ends_at - shift.begins_at) // _MINUTE
    return ShiftPlan(
        first=query.first,
        last=query.last,
        people=[
            ShiftPerson(
                id=person.id,
                name=person.name,
                teams=[team.name for team in person.teams],
                minutes=minutes[person.id],
            )
            for person in _people(ctx, agency_id, set(minutes))
        ],
        templates=[template_view(row) for row in templates.values() if row.removed_at is None],
        shifts=[shift_view(row, templates) for row in shifts],
        swaps=_swaps(ctx, agency_id, templates),
    )


def own_shifts(ctx: Context, first: date, last: date) -> list[ShiftView]:
    """One's own that begin on these days; two statements."""
    ctx.require(Permission.SHIFTS_READ)
    begins, ends = span_of(first, last)
    rows = ctx.session.scalars(
        scope(select(Shift), ctx.actor, Shift)
        .where(
            Shift.operator_id == ctx.actor.operator_id,
            Shift.removed_at.is_(None),
            Shift.begins_at >= begins,
            Shift.begins_at < ends,
        )
        .order_by(Shift.begins_at)
    ).all()
    templates = rows_by_id(ctx.session, ShiftTemplate, [row.template_id for row in rows])
    return [shift_view(row, templates) for row in rows]


def template_view(row: ShiftTemplate) -> ShiftTemplateView:
    begins, ends = moments(date(2000, 1, 1), row.start, row.end)
    return ShiftTemplateView(
        id=row.id,
        name=row.name,
        start=row.start,
        end=row.end,
        tone=row.tone,
        minutes=(ends - begins) // _MINUTE,
        version=row.version,
    )


def shift_view(row: Shift, templates: dict[int, ShiftTemplate]) -> ShiftView:
    template = templates.get(row.template_id or 0)
    return ShiftView(
        id=row.id,
        operator_id=row.operator_id,
        template_id=row.template_id,
        name=template.name if template is not None else "",
        tone=template.tone if template is not None else 1,
        day=day_of(row.begins_at),
        start=clock_of(row.begins_at),
        end=clock_of(row.ends_at),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        note=row.note,
        version=row.version,
    )


def one_shift(ctx: Context, row: Shift) -> ShiftView:
    return shift_view(row, rows_by_id(ctx.session, ShiftTemplate, [row.template_id]))


def one_swap(ctx: Context, row: ShiftSwap) -> SwapView:
    return _swap_views(ctx, [row], None)[0]


def _people(ctx: Context, agency_id: int, having: set[int]) -> Sequence[Operator]:
    """Everybody active, and who is not any more but has shifts in the span; by name."""
    active = and_(Operator.agency_id == agency_id, Operator.is_active)
    return ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(or_(active, Operator.id.in_(having)))
        .options(selectinload(Operator.teams))
        .order_by(Operator.name, Operator.id)
    ).all()


def _templates(ctx: Context, agency_id: int) -> dict[int, ShiftTemplate]:
    rows = ctx.session.scalars(
        scope(select(ShiftTemplate), ctx.actor, ShiftTemplate)
        .where(ShiftTemplate.agency_id == agency_id)
        .order_by(ShiftTemplate.start, ShiftTemplate.id)
    )
    return {row.id: row for row in rows}


def _swaps(ctx: Context, agency_id: int, templates: dict[int, ShiftTemplate]) -> list[SwapView]:
    """Who plans sees every open one; others those that they ask or are asked."""
    own = or_(
        ShiftSwap.asked_by_id == ctx.actor.operator_id,
        ShiftSwap.other_id == ctx.actor.operator_id,
        ShiftSwap.decided_by_id == ctx.actor.operator_id,
    )
    is_open = ShiftSwap.state.in_(OPEN_SWAPS)
    lately = ShiftSwap.created_at > ctx.now() - SWAPS_SHOWN_FOR
    shown = or_(is_open if ctx.actor.may(Permission.SHIFTS_PLAN) else and_(is_open, own), and_(own, lately))
    rows = ctx.session.scalars(
        scope(select(ShiftSwap), ctx.actor, ShiftSwap)
        .where(ShiftSwap.agency_id == agency_id, shown)
        .order_by(ShiftSwap.id.desc())
        .limit(MOST_SWAPS)
    ).all()
    return _swap_views(ctx, rows, templates)


def _swap_views(
    ctx: Context, rows: Sequence[ShiftSwap], templates: dict[int, ShiftTemplate] | None
) -> list[SwapView]:
    if not rows:
        return []
    shifts = rows_by_id(ctx.session, Shift, [n for row in rows for n in (row.shift_id, row.other_shift_id)])
    if templates is None:
        templates = rows_by_id(ctx.session, ShiftTemplate, [one.template_id for one in shifts.values()])
    named = [n for row in rows for n in (row.asked_by_id, row.other_id, row.decided_by_id)]
    people = {
        number: PersonRef(id=number, name=person.name)
        for number, person in rows_by_id(ctx.session, Operator, named).items()
    }
    me, plans = ctx.actor.operator_id, ctx.actor.may(Permission.SHIFTS_PLAN)
    views = []
    for row in rows:
        others = me not in (row.asked_by_id, row.other_id)
        other = shifts.get(row.other_shift_id or 0)
        views.append(
            SwapView(
                id=row.id,
                state=row.state,
                asked_by=people[row.asked_by_id],
                other=people[row.other_id],
                shift=shift_view(shifts[row.shift_id], templates),
                other_shift=shift_view(other, templates) if other is not None else None,
                note=row.note,
                reason=row.reason,
                decided_by=people.get(row.decided_by_id or 0),
                created_at=row.created_at,
                may_answer=row.state.value == "asked" and row.other_id == me,
                may_decide=row.state.value == "agreed" and plans and others,
                may_withdraw=row.state in OPEN_SWAPS and row.asked_by_id == me,
                version=row.version,
            )
        )
    return views
