"""Hours in their three forms: as a person edits them, as a row keeps them, and as time is counted on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from app.calendars.schemas import CalendarHours, CompanyDayContent, Interval
from app.core.errors import Invalid
from app.models import StoredCalendar
from app.worktime import CompanyDay, WorkCalendar
from app.worktime.holidays import PublicDays
from app.worktime.spans import DAY, Spans, merged, overlapping, overlapping_day, span_of, without

_Pair = list[str]
_zones = cache(available_timezones)
"""Read from the machine's files once."""


def counted_on(content: CalendarHours, public: PublicDays, name: str = "") -> WorkCalendar:
    """The calendar that the content describes. Raises Invalid, naming each field that is wrong."""
    faults = _Faults()
    if content.zone not in _zones():
        faults.add("zone", "unknown_zone")
    week = [faults.spans(f"week.{day}", hours) for day, hours in enumerate(content.week)]
    breaks = faults.spans("breaks", content.breaks)
    holiday = faults.spans("holiday_intervals", content.holiday_intervals)
    make_up = faults.spans("make_up_intervals", content.make_up_intervals)
    company = faults.company(content.company_days)
    faults.refuse()
    late = overlapping_day(week)
    if late is not None:
        faults.add(f"week.{late}", "runs_into_next_day")
    elif not _is_worked(week, breaks):
        faults.add("week", "empty_week")
    if content.follows_holidays and not make_up:
        faults.add("make_up_intervals", "no_make_up_hours")
    faults.refuse()
    return WorkCalendar(
        zone=content.zone,
        week=week,
        breaks=breaks,
        holiday_hours=holiday,
        make_up_hours=make_up,
        public=public if content.follows_holidays else None,
        company=company,
        name=name,
    )


class _Faults:
    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def add(self, path: str, code: str) -> None:
        self._found.setdefault(path, code)

    def spans(self, path: str, intervals: Sequence[Interval]) -> Spans:
        found = []
        for at, interval in enumerate(intervals):
            try:
                found.append(span_of(interval.start, interval.end))
            except ValueError as error:
                self.add(f"{path}.{at}", str(error))
        twice = overlapping(found)
        if twice is not None and len(found) == len(intervals):
            self.add(f"{path}.{twice}", "intervals_overlap")
        return tuple(found)

    def company(self, days: Sequence[CompanyDayContent]) -> dict[date, CompanyDay]:
        found: dict[date, CompanyDay] = {}
        for at, about in enumerate(days):
            if about.day in found:
                self.add(f"company_days.{at}.day", "day_twice")
            spans = self.spans(f"company_days.{at}.intervals", about.intervals)
            found[about.day] = CompanyDay(about.name, spans)
        return found

    def refuse(self) -> None:
        if self._found:
            raise Invalid(fields=self._found)


def _is_worked(week: Sequence[Spans], breaks: Spans) -> bool:
    """Whether any time is left of a week once the breaks are taken out."""
    hours = [(day * DAY + start, day * DAY + end) for day in range(7) for start, end in week[day]]
    cuts = [(day * DAY + start, day * DAY + end) for day in range(-1, 9) for start, end in breaks]
    return bool(without(merged(hours), merged(cuts)))


def columns_of(content: CalendarHours) -> dict[str, Any]:
    """The row's columns, of content that is right."""
    return {
        "zone": content.zone,
        "hours": {
            "week": [_pairs(hours) for hours in content.week],
            "breaks": _pairs(content.breaks),
            "holiday": _pairs(content.holiday_intervals),
            "make_up": _pairs(content.make_up_intervals),
        },
        "company_days": [
            {"day": about.day.isoformat(), "name": about.name, "hours": _pairs(about.intervals)}
            for about in sorted(content.company_days, key=lambda about: about.day)
        ],
        "follows_holidays": content.follows_holidays,
    }


def content_of(row: StoredCalendar) -> CalendarHours:
    hours = row.hours
    return CalendarHours(
        zone=row.zone,
        week=[_intervals(pairs) for pairs in hours["week"]],
        breaks=_intervals(hours["breaks"]),
        follows_holidays=row.follows_holidays,
        holiday_intervals=_intervals(hours["holiday"]),
        make_up_intervals=_intervals(hours["make_up"]),
        company_days=[
            CompanyDayContent(
                day=date.fromisoformat(about["day"]),
                name=about["name"],
                intervals=_intervals(about["hours"]),
            )
            for about in row.company_days
        ],
    )


def _pairs(intervals: Sequence[Interval]) -> list[_Pair]:
    return [[interval.start, interval.end] for interval in intervals]


def _intervals(pairs: Sequence[_Pair]) -> list[Interval]:
    return [Interval(start=start, end=end) for start, end in pairs]
