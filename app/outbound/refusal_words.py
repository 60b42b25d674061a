"""Why the platform would not take something that is to be sent, in words and units that people use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.adapters.outbound import Violation
from app.core.i18n import translate

_BYTES_A_CHARACTER = 3
"""A Chinese character in UTF-8, by which a limit in bytes is told in characters."""
_MEGABYTE = 1024 * 1024


def by_field(problems: Iterable[Violation], locale: str) -> dict[str, str]:
    """The sentence for each field that has to change."""
    return {
        problem.field: translate(f"violation.{problem.code}", locale, **_plain(problem))
        for problem in problems
    }


def characters(length: int, unit: str) -> int:
    """A length or limit in characters; one counted in bytes is about so many."""
    return -(-length // _BYTES_A_CHARACTER) if unit == "utf8_bytes" else length


def _plain(problem: Violation) -> Mapping[str, Any]:
    given = dict(problem.details)
    if problem.code == "media_too_large":
        given["limit"] = f"{given['limit'] / _MEGABYTE:.3g} MB"
    elif problem.code == "too_long":
        unit = str(given.get("unit", ""))
        given |= {name: characters(int(given[name]), unit) for name in ("units", "limit")}
    elif problem.code == "names_others" and not isinstance(given["names"], str):
        given["names"] = ", ".join(given["names"])
    return given
