"""When work is done and how long it is from here to there, by cases that a person can work out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.worktime import ALWAYS, Closed, OutOfReach, WorkCalendar, explain
from tests.worktime.calendars import clock, company, night, office, shown, spans

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-21 09:00", 1, "2026-09-21 10:00"),
        ("2026-09-21 11:30", 1, "2026-09-21 14:00"),
        ("2026-09-21 12:30", 1, "2026-09-21 14:30"),
        ("2026-09-21 09:00", 7.5, "2026-09-21 18:00"),
        ("2026-09-21 20:00", 1, "2026-09-22 10:00"),
        ("2026-09-18 17:00", 2, "2026-09-20 11:00"),
        ("2026-09-24 17:00", 2, "2026-09-28 10:00"),
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),
        ("2026-10-09 17:00", 7, "2026-10-10 16:00"),
        ("2026-10-09 17:00", 8, "2026-10-12 10:00"),
    ],
    ids=[
        "open",
        "over noon",
        "at noon",
        "to the close, not the next opening",
        "in the evening",
        "a make-up Sunday with its own hours",
        "over a holiday",
        "over a long one",
        "a make-up Saturday",
        "beyond it",
    ],
)
def test_add(start: str, hours: float, end: str) -> None:
    calendar = office()
    assert shown(calendar.add(clock(start), hours * HOUR)) == end
    assert calendar.between(clock(start), clock(end)) == hours * HOUR


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    calendar = WorkCalendar(week=(spans("22:00-06:00"), (), (), (), (), (), ()))
    assert calendar.is_open(clock("2026-09-22 05:59"))
    assert not calendar.is_open(clock("2026-09-22 06:00"))
    assert not calendar.is_open(clock("2026-09-21 05:00"))
    assert shown(calendar.add(clock("2026-09-21 23:00"), 8 * HOUR)) == "2026-09-28 23:00"


def test_the_night_before_a_holiday_is_worked_to_its_end() -> None:
    calendar = office(week=(spans("22:00-06:00"),) * 7)
    assert calendar.is_open(clock("2026-10-01 05:00"))
    assert not calendar.is_open(clock("2026-10-01 23:00"))


def test_a_break_cuts_what_it_meets_also_past_midnight() -> None:
    calendar = night()
    assert shown(calendar.add(clock("2026-09-21 23:00"), HOUR)) == "2026-09-22 01:00"
    assert explain(calendar, clock("2026-09-22 00:10")).closed is Closed.BREAK


@pytest.mark.parametrize(
    ("own", "at", "is_open"),
    [
        ({}, "2026-10-01 10:00", False),
        (company("2026-10-01", "抢修", "09:00-17:00"), "2026-10-01 10:00", True),
        (company("2026-10-01", "抢修", "09:00-17:00"), "2026-10-01 12:30", False),
        ({}, "2026-10-10 10:30", True),
        (company("2026-10-10", "团建"), "2026-10-10 10:30", False),
        (company("2026-09-22", "半天", "09:00-12:00"), "2026-09-22 14:00", False),
        ({}, "2026-09-22 14:00", True),
    ],
    ids=["holiday", "company over holiday", "break cuts", "make-up", "company over make-up", "half", "week"],
)
def test_precedence(own: dict[Any, Any], at: str, is_open: bool) -> None:
    assert office(company=own, breaks=spans("12:00-13:00")).is_open(clock(at)) is is_open


def test_holidays_may_have_hours_and_may_be_days_like_others() -> None:
    served = office(holiday_hours=spans("09:00-17:00"))
    assert shown(served.add(clock("2026-09-24 17:00"), 4 * HOUR)) == "2026-09-25 12:00"
    ignored = office(public=None)
    assert ignored.is_open(clock("2026-10-01 10:00"))
    assert not ignored.is_open(clock("2026-10-10 10:30"))


@pytest.mark.parametrize(
    ("at", "closed", "name", "opens"),
    [
        ("2026-09-21 12:30", Closed.HOURS, "", "2026-09-21 13:30"),
        ("2026-09-19 10:00", Closed.REST_DAY, "", "2026-09-20 10:00"),
        ("2026-09-20 17:00", Closed.MAKE_UP, "national_day", "2026-09-21 09:00"),
        ("2026-10-01 10:00", Closed.HOLIDAY, "national_day", "2026-10-08 09:00"),
        ("2026-09-23 10:00", Closed.COMPANY_DAY, "司庆", "2026-09-24 09:00"),
        ("2026-09-24 10:30", Closed.BREAK, "", "2026-09-24 11:00"),
    ],
)
def test_it_says_why_it_is_closed(at: str, closed: Closed, name: str, opens: str) -> None:
    calendar = office(company=company("2026-09-23", "司庆"), breaks=spans("10:15-11:00"))
    found = explain(calendar, clock(at))
    assert (found.is_open, found.closed, found.name) == (False, closed, name)
    assert found.opens_at is not None
    assert shown(found.opens_at) == opens
    assert found.is_known


def test_it_says_until_when_it_is_open() -> None:
    found = explain(office(), clock("2026-09-21 10:00"))
    assert (found.is_open, found.closed, found.opens_at) == (True, None, None)
    assert found.closes_at == clock("2026-09-21 12:00")
    assert explain(ALWAYS, clock("2026-09-21 10:00")).closes_at is None


def test_a_year_that_was_not_announced_counts_by_the_week_and_is_said_to() -> None:
    calendar = office()
    found = explain(calendar, clock("2027-10-01 10:00"))
    assert found.is_open, "nothing is guessed"
    assert not found.is_known
    assert explain(calendar, clock("2026-12-31 23:59")).is_known
    assert explain(office(public=None), clock("2027-10-01 10:00")).is_known


def test_around_the_clock() -> None:
    start = datetime(2026, 11, 30, 5, 25, 11, 123456, tzinfo=UTC)
    assert ALWAYS.add(start, 90 * HOUR) == start + 90 * HOUR
    assert ALWAYS.back(start, 90 * HOUR) == start - 90 * HOUR
    assert ALWAYS.add(start, 24 * 365 * 9 * HOUR) == start + 24 * 365 * 9 * HOUR


def test_a_zone_that_changes_its_clock() -> None:
    """New York, 8 March 2026: two o'clock becomes three; on 1 November one comes twice."""
    zone = "America/New_York"
    calendar = WorkCalendar(zone=zone, week=(spans("00:00-06:00"),) * 7)
    spring, autumn = clock("2026-03-08 00:00", zone), clock("2026-11-01 00:00", zone)
    assert calendar.between(spring, spring + 20 * HOUR) == 5 * HOUR
    assert calendar.between(autumn, autumn + 20 * HOUR) == 7 * HOUR
    skipped = WorkCalendar(zone=zone, week=(spans("02:30-05:00"),) * 7)
    assert shown(skipped.next_open(spring), zone) == "2026-03-08 03:00"
    assert skipped.between(spring, spring + 20 * HOUR) == 2 * HOUR


def test_what_is_not_asked_of_a_calendar() -> None:
    with pytest.raises(ValueError, match="not negative"):
        office().add(clock("2026-09-21 09:00"), -HOUR)
    with pytest.raises(OutOfReach):
        office().add(clock("2026-09-21 09:00"), timedelta(days=365 * 30))
    with pytest.raises(TypeError):
        office().is_open(datetime(2026, 9, 21, 9))


def test_stretches() -> None:
    found = list(office().stretches(clock("2026-09-30 17:00"), clock("2026-10-08 10:00")))
    assert [(shown(a), shown(b)) for a, b in found] == [
        ("2026-09-30 17:00", "2026-09-30 18:00"),
        ("2026-10-08 09:00", "2026-10-08 10:00"),
    ]
