"""Trying other filter settings over what is stored, as long work of whoever asks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.permissions import Permission
from app.listener.chain.settings import FilterSettings
from app.longwork.kinds import KINDS, Kind


class TrialArguments(BaseModel):
    """Of an account's items, or of what a monitor caught."""

    model_config = ConfigDict(extra="forbid")
    filters: FilterSettings
    account_id: int | None
    monitor_id: int | None
    days: int


TRIAL = KINDS.declare(Kind("filter.trial", TrialArguments, Permission.MONITORS_READ))


class Example(BaseModel):
    item_id: int
    outcome: str
    reason: str


class Findings(BaseModel):
    """What a trial has found so far: the position of its work."""

    since: datetime
    before: int
    """Items with smaller ids come next."""
    is_over: bool = False
    scanned: int = 0
    oldest: datetime | None = None
    now: Counter[str] = Counter()
    """Items by reason, with today's settings."""
    then: Counter[str] = Counter()
    """With the ones that are tried."""
    kept_now: int = 0
    kept_then: int = 0
    newly_kept: int = 0
    newly_dropped: int = 0
    kept_examples: list[Example] = []
    dropped_examples: list[Example] = []
