"""The table of public holidays against the notices themselves, in the notices' own form."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.worktime.holidays import PublicDay, PublicDays, Turn, named, published

NOTICES = {
    2024: [
        ("01-01", "01-01", []),
        ("02-10", "02-17", ["02-04", "02-18"]),
        ("04-04", "04-06", ["04-07"]),
        ("05-01", "05-05", ["04-28", "05-11"]),
        ("06-08", "06-10", []),
        ("09-15", "09-17", ["09-14"]),
        ("10-01", "10-07", ["09-29", "10-12"]),
    ],
    2025: [
        ("01-01", "01-01", []),
        ("01-28", "02-04", ["01-26", "02-08"]),
        ("04-04", "04-06", []),
        ("05-01", "05-05", ["04-27"]),
        ("05-31", "06-02", []),
        ("10-01", "10-08", ["09-28", "10-11"]),
    ],
    2026: [
        ("01-01", "01-03", ["01-04"]),
        ("02-15", "02-23", ["02-14", "02-28"]),
        ("04-04", "04-06", []),
        ("05-01", "05-05", ["05-09"]),
        ("06-19", "06-21", []),
        ("09-25", "09-27", []),
        ("10-01", "10-07", ["09-20", "10-10"]),
    ],
}
"""First and last free day of each festival, and the days worked for it, as they were announced."""


def dates(year: int, first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
    return [start + timedelta(days=day) for day in range((end - start).days + 1)]


@pytest.mark.parametrize("year", NOTICES)
def test_the_table_is_what_was_announced(year: int) -> None:
    off = [day for first, last, _ in NOTICES[year] for day in dates(year, first, last)]
    work = sorted(date.fromisoformat(f"{year}-{day}") for _, _, days in NOTICES[year] for day in days)
    known = published().of_year(year)
    assert [about.day for about in known if about.turn is Turn.OFF] == off
    assert [about.day for about in known if about.turn is Turn.WORK] == work


def test_no_year_is_known_that_was_not_announced() -> None:
    assert published().years == frozenset(NOTICES)
    assert published().until == 2026


def test_who_works_for_a_holiday_works_on_a_weekend() -> None:
    worked = [about for about in published().days.values() if about.turn is Turn.WORK]
    assert worked
    assert all(about.day.weekday() >= 5 for about in worked)


def test_a_year_that_is_imported_takes_the_place_of_the_table_s() -> None:
    (day,) = dates(2026, "03-02", "03-02")
    public = published().with_years({2026: [PublicDay(day, Turn.OFF, "大会")]})
    assert [about.name for about in public.of_year(2026)] == ["大会"]
    assert len(public.of_year(2025)) == len(published().of_year(2025))
    assert published().with_years({2027: [PublicDay(date(2027, 1, 1), Turn.OFF, "x")]}).until == 2027


def test_a_gap_ends_what_is_known() -> None:
    later = published().with_years({2028: [PublicDay(date(2028, 1, 1), Turn.OFF, "x")]})
    assert later.until == 2026
    assert PublicDays({}, frozenset()).until == 0


@pytest.mark.parametrize(
    ("text", "code"), [("国庆节", "national_day"), (" 农历除夕 ", "spring_festival"), ("厂庆", "厂庆")]
)
def test_names(text: str, code: str) -> None:
    assert named(text) == code
