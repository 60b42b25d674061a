"""Weibo's text conventions: dates, counting, repost chains, and the letters of a web address.

Facts: weibo.md §5 and §6 (wiki pages 2010-2022 and recorded answers; the counting rule is general knowledge).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from app.adapters.names import WEIBO_NAME

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_DATE = re.compile(
    r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})$"
)
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_SHORT_URL_UNITS = 10
_CHAIN = re.compile(rf"//\s*{WEIBO_NAME}\s*[:：]")
_TOPIC = re.compile(r"#[^#\s][^#]*#")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def parse_date(value: object) -> datetime | None:
    """`Tue May 31 17:46:55 +0800 2011` → UTC. English month names whatever the locale; None if it is no
    date."""
    match = _DATE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    month, day, hour, minute, second, sign, off_hours, off_minutes, year = match.groups()
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes)) * (1 if sign == "+" else -1)
    try:
        local = datetime(
            int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset)
        )
        return local.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def length(text: str) -> int:
    """Weibo's length: a half-width character counts 0.5, any other 1, an address 10; rounded up."""
    addresses = find_addresses(text)
    rest = _URL.sub("", text)
    halves = sum(1 if ord(character) < 128 else 2 for character in rest)
    return (halves + 1) // 2 + _SHORT_URL_UNITS * len(addresses)


def clean(text: str) -> str:
    """Without the zero-width spaces that Weibo appends; otherwise as it was written."""
    return text.replace("\u200b", "").rstrip()


def own_words(text: str) -> tuple[str, str]:
    """A repost's text as (what this author wrote, the quoted chain `//@name: …`)."""
    match = _CHAIN.search(text)
    return (text, "") if match is None else (text[: match.start()].rstrip(), text[match.start() :])


def has_topic(text: str) -> bool:
    return _TOPIC.search(text) is not None


def find_addresses(text: str) -> list[str]:
    return _URL.findall(text)


def mid_to_letters(mid: str) -> str:
    """The id in a web address: base 62 by groups of seven decimal digits, from the right (weibo.md §5).

    Raises ValueError if `mid` is not decimal.
    """
    if not (mid.isascii() and mid.isdigit()):
        raise ValueError("a mid is decimal")
    groups = []
    while mid:
        mid, group = mid[:-7], mid[-7:]
        letters = _base62(int(group))
        groups.append(letters.rjust(4, "0") if mid else letters)
    return "".join(reversed(groups))


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _ALPHABET[rest] + digits
    return digits or "0"
