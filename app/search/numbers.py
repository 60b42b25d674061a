"""Requests by their number, as it is read out or typed: LK-261129-0015, 2611290015, 0015."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from app.core.office import OFFICE_ZONE

_WHOLE = re.compile(r"(?:LK)?(\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(\d{4,6})")
_END = re.compile(r"\d{3,5}")
_DAYS_BACK = 31
"""How old a request may be that is named by the end of its number alone."""


def numbers_meant(query: str, now: datetime) -> list[str]:
    """The numbers that a query can stand for; empty when it is none."""
    typed = re.sub(r"[\s#-]", "", unicodedata.normalize("NFKC", query)).upper()
    whole = _WHOLE.fullmatch(typed)
    if whole:
        return [f"LK-{whole[1]}-{whole[2]}"]
    if not _END.fullmatch(typed):
        return []
    today = now.astimezone(OFFICE_ZONE)
    days = [(today - timedelta(days=back)).strftime("%y%m%d") for back in range(_DAYS_BACK)]
    return [f"LK-{day}-{int(typed):04d}" for day in days]
