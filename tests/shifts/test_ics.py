"""One's own shifts for other calendars: whole lines, escaped words, moments in UTC, nobody else's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.shifts.ics import escaped, folded
from tests.factories.make import Make
from tests.shifts.plan import MONDAY, Open, Plan, ok


@pytest.fixture
def plan(make: Make, open_browser: Open) -> Plan:
    return Plan(make, open_browser)


@given(st.text(max_size=300))
def test_lines_are_short_and_unfold_to_what_they_were(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line


@given(st.text(max_size=100).filter(lambda text: "\r" not in text))
def test_words_come_back_as_they_were(text: str) -> None:
    said = escaped(text)
    assert "\n" not in said
    back = re.sub(r"\\(.)", lambda found: "\n" if found.group(1) == "n" else found.group(1), said)
    assert back == text


def test_the_file_has_ones_own_shifts(plan: Plan) -> None:
    night = plan.kind("夜班，一线; 值守", "22:00", "06:00")
    ok(plan.plan(night, 0, 1, days=[MONDAY]), 201)
    answer = plan.screens[0].get("/shifts/own.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    lines = answer.get_data(as_text=True).split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    assert [line for line in lines if line.startswith(("DTSTART", "DTEND", "SUMMARY"))] == [
        "DTSTART:20261130T140000Z",
        "DTEND:20261130T220000Z",
        "SUMMARY:夜班，一线\\; 值守",
    ]
    assert lines.count("BEGIN:VEVENT") == 1
    assert plan.screens[2].get("/shifts/own.ics").get_data(as_text=True).count("BEGIN:VEVENT") == 0
