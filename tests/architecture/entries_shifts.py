"""Entries of shifts and their exchange."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach
from tests.architecture.organisation import Stage

_R = Reach
_SPAN = {"first": "2026-12-01", "last": "2026-12-31"}
_KIND: dict[str, Any] = {"name": "早班", "start": "09:00", "end": "18:00"}
_EDIT = {"operator_id": 1, "day": "2026-12-01", "start": "09:00", "end": "18:00", "version": 1}
_NOBODYS = 10**9


def _plan(stage: Stage) -> Ask:
    body = {"template_id": _NOBODYS, "operator_ids": [stage.operator.id], "days": ["2026-12-01"]}
    return Ask(body=body)


SHIFTS: dict[str, Entry] = {
    "shifts.read_plan": Entry(_R.OWN, 200, lambda _stage: Ask(query=_SPAN)),
    "shifts.own_calendar": Entry(_R.OWN, 200, lambda _stage: Ask()),
    "shifts.plan_shifts": Entry(_R.OWN, 404, _plan),
    "shifts.copy_shifts": Entry(
        _R.OWN, 409, lambda _stage: Ask(body={"from_day": "2026-12-01", "to_day": "2026-12-08"})
    ),
    "shifts.edit_shift": Entry(_R.OWN, 404, lambda _stage: Ask({"shift_id": _NOBODYS}, _EDIT)),
    "shifts.remove_shift": Entry(_R.OWN, 404, lambda _stage: Ask({"shift_id": _NOBODYS})),
    "shifts.create_template": Entry(_R.OWN, 201, lambda _stage: Ask(body=_KIND)),
    "shifts.edit_template": Entry(
        _R.OWN, 404, lambda _stage: Ask({"template_id": _NOBODYS}, {**_KIND, "version": 1})
    ),
    "shifts.remove_template": Entry(_R.OWN, 404, lambda _stage: Ask({"template_id": _NOBODYS})),
    "shifts.ask_swap": Entry(_R.OWN, 404, lambda _stage: Ask(body={"shift_id": _NOBODYS, "other_id": 1})),
    "shifts.answer_swap": Entry(
        _R.OWN, 404, lambda _stage: Ask({"swap_id": _NOBODYS}, {"agrees": True, "version": 1})
    ),
    "shifts.decide_swap": Entry(
        _R.OWN, 404, lambda _stage: Ask({"swap_id": _NOBODYS}, {"approves": True, "version": 1})
    ),
    "shifts.withdraw_swap": Entry(_R.OWN, 404, lambda _stage: Ask({"swap_id": _NOBODYS})),
}
