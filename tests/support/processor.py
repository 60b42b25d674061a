"""Processor time that means the same on a slow machine, on a fast one, and beside a busy neighbour."""

from __future__ import annotations

import time
from collections.abc import Callable

USUAL_SECONDS = 0.0045
"""What `_yardstick` takes on the machine the limits of the tests were set on."""


def usual_seconds(act: Callable[[], object], *, enough: float, tries: int = 10) -> float:
    """Seconds of this thread's processor that `act` would take on the usual machine: the best of `tries`.

    A try that takes `enough` or more is divided by how much longer than usual a fixed piece of work takes
    right after it: processors differ by factors, and one that shares its core is slower still. Ends with the
    first try below `enough`.
    """
    best = float("inf")
    for _ in range(tries):
        taken = _seconds(act)
        if taken >= enough:
            taken /= max(1.0, _seconds(_yardstick) / USUAL_SECONDS)
        best = min(best, taken)
        if best < enough:
            break
    return best


def _seconds(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began


def _yardstick() -> int:
    """Work as a program does it: small objects, tables and text."""
    table: dict[str, list[int]] = {}
    for number in range(8_000):
        table.setdefault(f"第{number % 701}条", []).append(number)
    return sum(len(name) * len(numbers) for name, numbers in table.items())
