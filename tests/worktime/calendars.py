"""Calendars that tests count on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.worktime import CompanyDay, WorkCalendar
from app.worktime.holidays import published
from app.worktime.spans import Spans, span_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def spans(*texts: str) -> Spans:
    """Of `09:00-18:00`."""
    return tuple(span_of(*text.split("-")) for text in texts)


OFFICE_DAY = spans("09:00-12:00", "13:30-18:00")


def office(**more: Any) -> WorkCalendar:
    """Mondays to Fridays, public holidays, make-up days from 10 to 16."""
    fields: dict[str, Any] = {
        "week": (*(OFFICE_DAY,) * 5, (), ()),
        "make_up_hours": spans("10:00-16:00"),
        "public": published(),
    }
    return WorkCalendar(**{**fields, **more})


def night() -> WorkCalendar:
    """Every evening to the next morning, with a meal at midnight."""
    return WorkCalendar(week=(spans("20:00-06:00"),) * 7, breaks=spans("23:30-00:30"))


def clock(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """`2026-09-24 20:30` of the zone, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(at: datetime, zone: str = "Asia/Shanghai") -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def company(day: str, name: str, *texts: str) -> dict[date, CompanyDay]:
    return {date.fromisoformat(day): CompanyDay(name, spans(*texts))}
