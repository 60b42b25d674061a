"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.events import AGENCY
from app.models import ShiftSwap
from app.shifts.schemas import ShiftPlanChanged, ShiftSwapChanged

SHIFT_SWAP = EVENTS.kind("shift_swap", ShiftSwap)

SHIFT_PLAN_CHANGED = EVENTS.declare("shift_plan.changed", ShiftPlanChanged, AGENCY, audited=True)
SHIFT_SWAP_CHANGED = EVENTS.declare("shift_swap.changed", ShiftSwapChanged, SHIFT_SWAP, audited=True)
