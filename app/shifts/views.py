"""REST: the plan, kinds of shifts, swaps, and one's own shifts for other calendars."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.shifts import planning, queries, swaps
from app.shifts.clock import day_of
from app.shifts.ics import CONTENT_TYPE, calendar_text
from app.shifts.schemas import (
    AnswerSwap,
    AskSwap,
    CopyShifts,
    CreateShiftTemplate,
    DecideSwap,
    EditShift,
    EditShiftTemplate,
    PlannedShifts,
    PlanShifts,
    ShiftPlan,
    ShiftQuery,
    ShiftTemplateView,
    ShiftView,
    SwapView,
)

shifts = Blueprint("shifts", __name__)
_READ, _PLAN = Permission.SHIFTS_READ, Permission.SHIFTS_PLAN
_TEMPLATE, _SHIFT, _SWAP = (
    "/shift-templates/<int:template_id>",
    "/shifts/<int:shift_id>",
    "/shift-swaps/<int:swap_id>",
)
_OVERLAP, _STALE = "shifts_overlap", "stale_version"
_SETTLED = ("swap_is_settled", "shift_has_begun", _OVERLAP, _STALE)
_BACK, _AHEAD = timedelta(days=30), timedelta(days=180)


@endpoint(
    shifts,
    "GET",
    "/shifts",
    access=_READ,
    summary="Who of one's agency works when, with kinds of shifts and open swaps",
    query=ShiftQuery,
    response=ShiftPlan,
)
def read_plan(ctx: Context, query: ShiftQuery) -> ShiftPlan:
    return queries.read_plan(ctx, query)


@endpoint(
    shifts,
    "GET",
    "/shifts/own.ics",
    access=_READ,
    summary="One's own shifts for other calendars (text/calendar): a month back, half a year ahead",
)
def own_calendar(ctx: Context) -> Response:
    today = day_of(ctx.now())
    found = queries.own_shifts(ctx, today - _BACK, today + _AHEAD)
    text = calendar_text(found, ctx.now(), request.host.partition(":")[0] or "lingke", ctx.locale)
    response = Response(text, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = "attachment; filename=shifts.ics"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@endpoint(
    shifts,
    "POST",
    "/shifts",
    access=_PLAN,
    summary="Plan a kind of shift for people on days",
    body=PlanShifts,
    response=PlannedShifts,
    status=201,
    errors=(_OVERLAP,),
)
def plan_shifts(ctx: Context, body: PlanShifts) -> PlannedShifts:
    return planning.plan_shifts(ctx, body)


@endpoint(
    shifts,
    "POST",
    "/shifts/copies",
    access=_PLAN,
    summary="Plan the shifts of a week once more, in other weeks",
    body=CopyShifts,
    response=PlannedShifts,
    status=201,
    errors=(_OVERLAP, "nothing_to_copy"),
)
def copy_shifts(ctx: Context, body: CopyShifts) -> PlannedShifts:
    return planning.copy_shifts(ctx, body)


@endpoint(
    shifts,
    "PUT",
    _SHIFT,
    access=_PLAN,
    summary="Give a shift another time or another person; what was asked about it is void",
    body=EditShift,
    response=ShiftView,
    errors=(_STALE, _OVERLAP),
)
def edit_shift(ctx: Context, shift_id: int, body: EditShift) -> ShiftView:
    return queries.one_shift(ctx, planning.edit_shift(ctx, shift_id, body))


@endpoint(shifts, "DELETE", _SHIFT, access=_PLAN, summary="Take a shift out of the plan")
def remove_shift(ctx: Context, shift_id: int) -> None:
    planning.remove_shift(ctx, shift_id)


@endpoint(
    shifts,
    "POST",
    "/shift-templates",
    access=_PLAN,
    summary="Make a kind of shift; an end before the start is on the next day",
    body=CreateShiftTemplate,
    response=ShiftTemplateView,
    status=201,
    errors=("too_many_shift_templates",),
)
def create_template(ctx: Context, body: CreateShiftTemplate) -> ShiftTemplateView:
    return queries.template_view(planning.create_template(ctx, body))


@endpoint(
    shifts,
    "PUT",
    _TEMPLATE,
    access=_PLAN,
    summary="Change a kind of shift; what is planned stays",
    body=EditShiftTemplate,
    response=ShiftTemplateView,
    errors=(_STALE,),
)
def edit_template(ctx: Context, template_id: int, body: EditShiftTemplate) -> ShiftTemplateView:
    return queries.template_view(planning.edit_template(ctx, template_id, body))


@endpoint(shifts, "DELETE", _TEMPLATE, access=_PLAN, summary="Remove a kind of shift; what is planned stays")
def remove_template(ctx: Context, template_id: int) -> None:
    planning.remove_template(ctx, template_id)


@endpoint(
    shifts,
    "POST",
    "/shift-swaps",
    access=_READ,
    summary="Ask a colleague to take a shift of one's own, for one of theirs or for nothing",
    body=AskSwap,
    response=SwapView,
    status=201,
    errors=("not_own_shift", "shift_has_begun", "swap_is_open", _OVERLAP),
)
def ask_swap(ctx: Context, body: AskSwap) -> SwapView:
    return queries.one_swap(ctx, swaps.ask_swap(ctx, body))


@endpoint(
    shifts,
    "PUT",
    f"{_SWAP}/answer",
    access=_READ,
    summary="Agree to a swap that one was asked for, or decline it",
    body=AnswerSwap,
    response=SwapView,
    errors=("not_asked", *_SETTLED),
)
def answer_swap(ctx: Context, swap_id: int, body: AnswerSwap) -> SwapView:
    return queries.one_swap(ctx, swaps.answer_swap(ctx, swap_id, body))


@endpoint(
    shifts,
    "PUT",
    f"{_SWAP}/decision",
    access=_PLAN,
    summary="Approve a swap that both want, which changes the plan, or refuse it",
    body=DecideSwap,
    response=SwapView,
    errors=("own_swap", "swap_not_agreed", *_SETTLED),
)
def decide_swap(ctx: Context, swap_id: int, body: DecideSwap) -> SwapView:
    return queries.one_swap(ctx, swaps.decide_swap(ctx, swap_id, body))


@endpoint(
    shifts,
    "DELETE",
    _SWAP,
    access=_READ,
    summary="Withdraw a swap that one has asked for",
    errors=("not_own_swap", "swap_is_settled"),
)
def withdraw_swap(ctx: Context, swap_id: int) -> None:
    swaps.withdraw_swap(ctx, swap_id)
