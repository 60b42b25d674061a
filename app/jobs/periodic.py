"""What the scheduler looks for, and how often: each feature declares its own in its `jobs.py`, as `PERIODIC`.

An entry reads the database and names the jobs that are due. Entries with a short period turn time into
work (polls, replies whose undo time is over); the sweeping ones find what a lost hint left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.config import Settings
from app.core.context import Context
from app.core.jobs import DeferredJob


@dataclass(frozen=True)
class Periodic:
    """`every` gives seconds, `due` the jobs whose time has come."""

    name: str
    every: Callable[[Settings], float]
    due: Callable[[Context], list[DeferredJob]]


def at_once(_settings: Settings) -> float:
    """For what turns time into work: as often as the scheduler looks at all."""
    return 0.2


def sweeping(settings: Settings) -> float:
    """For what a lost hint left behind."""
    return settings.sweep_seconds


def seconds(period: float) -> Callable[[Settings], float]:
    return lambda _settings: period
