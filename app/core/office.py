"""The day as the office counts it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def start_of_day(moment: datetime) -> datetime:
    """When the office's day began in which `moment` lies."""
    return moment.astimezone(OFFICE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
