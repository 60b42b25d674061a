"""Reading a notice of public holidays that somebody pasted: lines, CSV, iCalendar, or JSON of holiday-cn.

What is read is a day or a range of days, whether it is free or worked, and a name. Anything that is not
understood is a fault with its line, never skipped: a day that is missing would count as worked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from app.worktime.holidays import PublicDay, Turn, named

LONGEST_RANGE = 31
MOST_FAULTS = 20
"""Whoever pasted something else learns nothing from more."""
_DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_LINE = re.compile(rf"^{_DATE}(?:\s*(?:~|～|至|到|—|–|\.\.)\s*{_DATE})?[\s,，;；\t]*(.*)$")
_TURNS = {
    Turn.WORK: ("上班", "补班", "调休上班", "班", "work", "workday", "工作日"),
    Turn.OFF: ("放假", "休息", "调休", "假", "休", "off", "holiday", "节假日"),
}
_BY_WORD = {word: turn for turn, words in _TURNS.items() for word in words}
_MARK = re.compile(r"[（(\[【]?(上班|补班|放假|休息|班|休|假期|假)[)）\]】]?$")
_APPLE = {"WORK-HOLIDAY": Turn.OFF, "ALTERNATE-WORKDAY": Turn.WORK}
_LONGEST_NAME = 40


@dataclass
class Reading:
    days: list[PublicDay] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    """By line, from 1: `bad_date`, `no_turn`, `other_year`, `day_twice`, `range_too_long`,
    `not_complete_json`; line 0 is about the whole: `no_days`."""


def read_notice(text: str, year: int) -> Reading:
    """The days of that year, in order, and the faults of the text: the first of many."""
    reading = Reading()
    stripped = text.strip()
    if stripped.startswith("BEGIN:VCALENDAR"):
        entries = _calendar_file(stripped, reading)
    elif stripped.startswith("{"):
        entries = _json(stripped, reading)
    else:
        entries = _lines(text, reading)
    found: dict[date, PublicDay] = {}
    for line, about in entries:
        before = found.setdefault(about.day, about)
        if about.day.year != year:
            reading.faults.setdefault(line, "other_year")
        elif before.turn is not about.turn:
            reading.faults.setdefault(line, "day_twice")
    if not found and not reading.faults:
        reading.faults[0] = "no_days"
    reading.faults = dict(islice(sorted(reading.faults.items()), MOST_FAULTS))
    reading.days = sorted(found.values(), key=lambda about: about.day)
    return reading


_Entry = tuple[int, PublicDay]


def _lines(text: str, reading: Reading) -> Iterator[_Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        line_ = line.strip().lstrip("\ufeff")
        if not line_ or line_.startswith("#") or (number == 1 and not line_[0].isdigit()):
            continue  # a heading of columns
        match = _LINE.match(line_)
        days = _range(match.groups()[:6], number, reading) if match else None
        if match is None or days is None:
            reading.faults.setdefault(number, "bad_date")
            continue
        turn, name = _turn_and_name(match[7])
        if turn is None:
            reading.faults.setdefault(number, "no_turn")
            continue
        for day in days:
            yield number, PublicDay(day, turn, name)


def _range(parts: tuple[str | None, ...], line: int, reading: Reading) -> list[date] | None:
    """The days from the first date to the second, or the one; None where there is no such date."""
    try:
        first = date(*(int(part or 0) for part in parts[:3]))
        last = first if parts[3] is None else date(*(int(part or 0) for part in parts[3:6]))
    except ValueError:
        return None
    count = (last - first).days + 1
    if not 1 <= count <= LONGEST_RANGE:
        reading.faults.setdefault(line, "range_too_long" if count > 0 else "bad_date")
        return []
    return [first + timedelta(days=day) for day in range(count)]


def _turn_and_name(rest: str) -> tuple[Turn | None, str]:
    """Of `放假 春节`, `春节,off`, in either order."""
    words = [word for word in re.split(r"[\s,，;；]+", rest) if word]
    at = next((at for at, word in enumerate(words) if word.lower() in _BY_WORD), None)
    if at is None:
        return None, ""
    name = " ".join(words[:at] + words[at + 1 :])
    return _BY_WORD[words[at].lower()], named(name)[:_LONGEST_NAME]


def _json(text: str, reading: Reading) -> Iterator[_Entry]:
    """`{"days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]}`."""
    try:
        given: Any = json.loads(text)
    except (ValueError, RecursionError):
        reading.faults[0] = "not_complete_json"
        return
    days = given.get("days") if isinstance(given, dict) else None
    for number, entry in enumerate(days if isinstance(days, list) else [], 1):
        about = entry if isinstance(entry, dict) else {}
        try:
            day = date.fromisoformat(str(about.get("date")))
        except ValueError:
            reading.faults.setdefault(number, "bad_date")
            continue
        is_off = about.get("isOffDay")
        if not isinstance(is_off, bool):
            reading.faults.setdefault(number, "no_turn")
            continue
        name = named(str(about.get("name") or ""))[:_LONGEST_NAME]
        yield number, PublicDay(day, Turn.OFF if is_off else Turn.WORK, name)


def _calendar_file(text: str, reading: Reading) -> Iterator[_Entry]:
    """Whole-day events of an iCalendar file; of each its days and its summary, which says which it is."""
    event: dict[str, str] | None = None
    begins = 0
    for number, line in _unfolded(text):
        name, _, value = line.partition(":")
        key = name.partition(";")[0].upper()
        if line == "BEGIN:VEVENT":
            event, begins = {}, number
        elif line == "END:VEVENT" and event is not None:
            yield from _event(event, begins, reading)
            event = None
        elif event is not None:
            event.setdefault(key, value.strip())


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The file's lines, long ones put together again, each with the number where it begins."""
    whole, begins = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in (" ", "\t"):
            whole += line[1:]
            continue
        if whole:
            yield begins, whole
        whole, begins = line.rstrip(), number
    if whole:
        yield begins, whole


def _event(event: dict[str, str], line: int, reading: Reading) -> Iterator[_Entry]:
    first = _plain_date(event.get("DTSTART", ""))
    after = _plain_date(event["DTEND"]) if "DTEND" in event else None
    if first is None or ("DTEND" in event and after is None):
        reading.faults.setdefault(line, "bad_date")
        return
    count = (after - first).days if after is not None and after > first else 1
    if count > LONGEST_RANGE:
        reading.faults.setdefault(line, "range_too_long")
        return
    summary = event.get("SUMMARY", "")
    mark = _MARK.search(summary.strip())
    turn = _APPLE.get(event.get("X-APPLE-SPECIAL-DAY", ""))
    if turn is None and mark is not None:
        turn = Turn.WORK if "班" in mark[1] else Turn.OFF
    if turn is None:
        reading.faults.setdefault(line, "no_turn")
        return
    name = named(_MARK.sub("", summary.strip()))[:_LONGEST_NAME]
    for day in range(count):
        yield line, PublicDay(first + timedelta(days=day), turn, name)


def _plain_date(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}(T\d{6}Z?)?", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
