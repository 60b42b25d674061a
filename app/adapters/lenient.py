"""Reading what platforms really send: a field may be missing, of another type, or `[]` where an object is
due.

Nothing here raises on any JSON value; absence is None or empty.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from app.adapters.types import Json

_COUNT = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*([万亿]?)\+?\s*$")
_FACTOR = {"": 1, "万": 10_000, "亿": 100_000_000}
_FAR_FUTURE = 253_370_764_800  # seconds: the year 9999


class Unreadable(ValueError):
    """The body is no JSON object or array that we are willing to read."""


def loads(content: bytes | str) -> Any:
    """JSON with big integers kept exact. Raises Unreadable, and nothing else, on any other input."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        # Not strict: platforms pass on line breaks and control characters as people typed them.
        return json.loads(text, parse_constant=_refuse_constant, strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)[:200]) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def obj(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Json]:
    """The objects of a list; a single object counts as a list of one (WeChat sends both shapes)."""
    if isinstance(value, dict):
        return [value]
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A scalar as text; other shapes are empty. Lone surrogates are replaced: no database stores them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, int | float) else ""


def text_or_none(value: Any) -> str | None:
    return text(value) or None


def identifier(value: Any) -> str:
    """An id as decimal or opaque text; empty when there is none. Floats are refused: they have lost
    digits."""
    if isinstance(value, bool | float):
        return ""
    return text(value).strip()[:512]


def integer(value: Any) -> int | None:
    """A count, tolerating text such as `"12"` and `"1.2万"`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and abs(value) < 1 << 63 else None
    match = _COUNT.match(value[:40]) if isinstance(value, str) else None
    if match is None:
        return None
    return round(float(match.group(1)) * _FACTOR[match.group(2)])


def boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if value in (1, "1", "true", "True"):
        return True
    return False if value in (0, "0", "false", "False") else None


def epoch(value: Any) -> datetime | None:
    """Unix time in seconds or milliseconds (13 digits), as number or text."""
    number = integer(value)
    if number is None or number <= 0:
        return None
    seconds = number / 1000 if number > 100_000_000_000 else float(number)
    return datetime.fromtimestamp(seconds, UTC) if seconds < _FAR_FUTURE else None


def iso_time(value: Any) -> datetime | None:
    """ISO 8601 as Mastodon writes it; a time without zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value[:40])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
