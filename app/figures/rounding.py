"""How lengths of time are cut before they are ranked: as fine as screens show them, in steps that are few.

Few steps make percentiles cheap: what is ranked are counts by step and not rows, and a whole is ranked from
the same counts as its parts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case

HOUR, DAY = 3600, 86_400
ROUNDED = ((HOUR, 10), (6 * HOUR, 60), (DAY, 300))
"""Below so many seconds, in steps of so many; beyond the last in hours."""
_LONGEST_STEP = HOUR


def rounded(seconds: int) -> int:
    """Cut to the step below; what would be negative is none."""
    seconds = max(0, seconds)
    step = next((step for below, step in ROUNDED if seconds < below), _LONGEST_STEP)
    return seconds - seconds % step


def rounded_sql(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """The same of a column of seconds."""
    steps: list[Any] = [
        (seconds < 0, 0),
        *((seconds < below, seconds - seconds % step) for below, step in ROUNDED),
    ]
    return case(*steps, else_=seconds - seconds % _LONGEST_STEP)
