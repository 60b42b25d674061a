"""Running a monitor over items stored before it, as long work."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.permissions import Permission, system_actor
from app.longwork.kinds import KINDS, Kind


class BackfillArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    monitor_id: int
    since: datetime
    """Items that came in later are looked at."""
    until_item_id: int
    """The newest item at the start."""


BACKFILL = KINDS.declare(
    Kind(
        "monitor.backfill",
        BackfillArguments,
        Permission.MONITORS_MANAGE,
        acts_as=system_actor("backfill", Permission.LISTENER_INGEST),
    )
)
