"""What stands in a table that leaves the house: text that no spreadsheet takes for a formula, times, numbers.

A cell is kept as JSON: text, number or null as they are, a moment as `{"at": "2026-11-22T10:00:00"}` in the
office's time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.conditions.catalogue import FieldOf, FieldType
from app.conditions.sentences import choice_label
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE

Cell = str | int | float | None | dict[str, str]
MASK = "***"
"""What stands where the reader may not see the value."""
MOST_CHARS = 32_000
"""A spreadsheet's cell holds 32,767."""
_FORMULA_STARTS = frozenset("=+-@'")
Names = Mapping[str, Mapping[int, str]]


def plain_text(text: str) -> str:
    """The text as a spreadsheet shows it and never works it out: `'` before what would begin a formula.

    Nothing unseen before the sign helps: programs skip blanks of every kind. What opens a line or a column
    of its own is one too.
    """
    cut = text[:MOST_CHARS].replace("\0", "")
    return f"'{cut}" if _begins_formula(cut) else cut


def _begins_formula(text: str) -> bool:
    for char in text:
        if char in "\t\r\n":
            return True
        if unicodedata.category(char)[0] not in "ZC":
            return unicodedata.normalize("NFKC", char)[0] in _FORMULA_STARTS
    return False


def cell(about: FieldOf, value: Any, names: Names, locale: str, now: datetime) -> Cell:
    """A field's value for a table. `names` of what references name, by kind and id."""
    if value is None:
        return None
    if about.type is FieldType.DURATION:
        return _minutes(about, value, now)
    if about.kind is not None or about.choices:
        return plain_text(_words(about, value, names, locale))
    return _plain(value, locale)


def _plain(value: Any, locale: str) -> Cell:
    if isinstance(value, datetime):
        return {"at": value.astimezone(OFFICE_ZONE).replace(tzinfo=None).isoformat(timespec="seconds")}
    if isinstance(value, bool):
        return translate(f"export.{'yes' if value else 'no'}", locale)
    return value if isinstance(value, int | float) else plain_text(str(value))


def _minutes(about: FieldOf, moment: datetime, now: datetime) -> int:
    return int((moment - now if about.ahead else now - moment) / timedelta(minutes=1))


def _words(about: FieldOf, value: Any, names: Names, locale: str) -> str:
    several = value if isinstance(value, set | frozenset) else [value]
    return translate("export.joint", locale).join(sorted(_word(about, one, names, locale) for one in several))


def _word(about: FieldOf, value: Any, names: Names, locale: str) -> str:
    if about.kind is not None:
        return names.get(about.kind.key, {}).get(value, MASK)
    return choice_label(about, value, locale)
