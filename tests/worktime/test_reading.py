"""Notices of holidays in the forms that people paste, and what is not understood."""

from __future__ import annotations

import json

import pytest

from app.worktime.reading import MOST_FAULTS, read_notice

FORMS = {
    "words": "2027-01-01 放假 元旦\n2027-01-02 放假 元旦\n2027-01-09 上班 元旦",
    "a range": "2027年1月1日至2027年1月2日 放假 元旦\n2027/1/9 补班，元旦",
    "csv": "日期,类型,名称\n2027-01-01,off,元旦\n2027-01-02,off,元旦\n2027-01-09,work,元旦",
    "name first": "2027-01-01\t元旦\t休\n2027.01.02\t元旦\t假\n\n# 抄自通知\n2027-01-09\t元旦\t班",
    "json": json.dumps(
        {
            "year": 2027,
            "days": [
                {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-02", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-09", "isOffDay": False},
            ],
        }
    ),
    "calendar": """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270103
SUMMARY:元旦（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270109
SUMMARY;LANGUAGE=zh_
 CN:元旦（班）
END:VEVENT
END:VCALENDAR
""",
    "apple's": """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270103
X-APPLE-SPECIAL-DAY:WORK-HOLIDAY
SUMMARY:元旦
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270109
X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY
SUMMARY:元旦
END:VEVENT
END:VCALENDAR
""",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_notice_in_every_form(form: str) -> None:
    reading = read_notice(FORMS[form], 2027)
    assert reading.faults == {}
    assert [(about.day.isoformat(), about.turn.value, about.name) for about in reading.days] == [
        ("2027-01-01", "off", "new_year"),
        ("2027-01-02", "off", "new_year"),
        ("2027-01-09", "work", "new_year"),
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", {0: "no_days"}),
        ("日期,类型", {0: "no_days"}),
        ("2027-02-30 放假", {1: "bad_date"}),
        ("2027-01-01 放假\n元旦放假三天", {2: "bad_date"}),
        ("2027-01-01 元旦", {1: "no_turn"}),
        ("2026-12-31 放假", {1: "other_year"}),
        ("2027-01-01 放假\n2027-01-01 上班", {2: "day_twice"}),
        ("2027-01-03~2027-01-01 放假", {1: "bad_date"}),
        ("2027-01-01~2027-12-31 放假", {1: "range_too_long"}),
        ("{", {0: "not_complete_json"}),
        ('{"days": "all"}', {0: "no_days"}),
        ('{"days": [{"date": "2027-01-01"}, 5]}', {1: "no_turn", 2: "bad_date"}),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:元旦 休\nEND:VEVENT", {2: "bad_date"}),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\nSUMMARY:元旦\nEND:VEVENT", {2: "no_turn"}),
    ],
)
def test_what_is_not_understood(text: str, faults: dict[int, str]) -> None:
    assert read_notice(text, 2027).faults == faults


def test_what_is_no_notice_at_all_is_refused_in_a_few_lines() -> None:
    assert len(read_notice("1\n" * 20_000, 2027).faults) == MOST_FAULTS
    assert read_notice('{"days":' + "[" * 30_000, 2027).faults == {0: "not_complete_json"}


def test_the_same_day_said_twice_alike_is_one() -> None:
    assert len(read_notice("2027-01-01 放假\n2027-01-01~2027-01-02 休", 2027).days) == 2
