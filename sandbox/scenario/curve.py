"""How much is written at which hour: quiet nights, a noon peak and a larger one in the evening."""

from __future__ import annotations

from datetime import datetime

from sandbox.clock import BEIJING

# Share of the mean for each hour of the day in Beijing; the mean of the 24 values is 1.
HOURS = (
    0.42, 0.24, 0.14, 0.10, 0.10, 0.16, 0.36, 0.72, 1.06, 1.30, 1.42, 1.40,
    1.44, 1.28, 1.18, 1.20, 1.22, 1.24, 1.36, 1.66, 1.90, 1.86, 1.42, 0.82,
)  # fmt: skip


def intensity(moment: float) -> float:
    """The factor at a moment (unix seconds), straight between the hours."""
    when = datetime.fromtimestamp(moment, BEIJING)
    share = when.minute / 60
    return HOURS[when.hour] * (1 - share) + HOURS[(when.hour + 1) % 24] * share
