"""How lengths of time are cut before they are ranked: as fine as screens show them, in steps that are few.

Few steps make percentiles cheap: what is ranked are counts by step and not rows, and a whole is ranked from
the same counts as its parts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, case

HOUR, DAY = 3600, 86_400
ROUNDED = ((HOUR, 10), (6 * HOUR, 60), (DAY, 300))
"""Below so many seconds, in steps of so many; beyond the last in hours."""
_LONGEST_STEP = HOUR
LONGEST = 7 * 365 * DAY
"""What took longer counts as this: a step is kept in two bytes."""


def rounded(seconds: int) -> int:
    """Cut to the step below; what would be negative is none."""
    seconds = min(max(0, seconds), LONGEST)
    step = next((step for below, step in ROUNDED if seconds < below), _LONGEST_STEP)
    return seconds - seconds % step


def rounded_sql(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """The same of a column of seconds."""
    steps: list[Any] = [
        (seconds < 0, 0),
        (seconds > LONGEST, LONGEST),
        *((seconds < below, seconds - seconds % step) for below, step in ROUNDED),
    ]
    return case(*steps, else_=seconds - seconds % _LONGEST_STEP)


@cache
def steps() -> npt.NDArray[np.int64]:
    """The lengths there are, in seconds, from 0 to `LONGEST`."""
    parts, since = [], 0
    for below, step in (*ROUNDED, (LONGEST + 1, _LONGEST_STEP)):
        parts.append(np.arange(since, below, step, dtype=np.int64))
        since = below
    return np.concatenate(parts)


def step_of(length: int) -> int:
    """Which of `steps` a cut length is."""
    first, since = 0, 0
    for below, step in ROUNDED:
        if length < below:
            return first + (length - since) // step
        first += (below - since) // step
        since = below
    return first + (length - since) // _LONGEST_STEP
