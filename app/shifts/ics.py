"""Shifts as other calendars read them: RFC 5545, moments in UTC, so that no time zone has to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from app.core.i18n import translate
from app.shifts.schemas import ShiftView

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LONGEST = 75
"""Octets of a line; what is longer goes on in the next one, behind a blank."""


def calendar_text(shifts: Sequence[ShiftView], now: datetime, host: str, locale: str) -> str:
    """A whole calendar. `host` makes the events' names unique among those of other installations."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lingke//Shifts//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(translate('shifts.calendar', locale))}",
    ]
    for shift in shifts:
        lines += [
            "BEGIN:VEVENT",
            f"UID:shift-{shift.id}@{host}",
            f"SEQUENCE:{shift.version}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(shift.begins_at)}",
            f"DTEND:{_moment(shift.ends_at)}",
            f"SUMMARY:{escaped(shift.name or translate('shifts.shift', locale))}",
        ]
        if shift.note:
            lines.append(f"DESCRIPTION:{escaped(shift.note)}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def folded(line: str) -> str:
    """In lines of at most 75 octets, never within a character."""
    parts, current, size = [], "", 0
    for character in line:
        length = len(character.encode())
        if size + length > _LONGEST:
            parts.append(current)
            current, size = " ", 1
        current += character
        size += length
    return "\r\n".join([*parts, current])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
