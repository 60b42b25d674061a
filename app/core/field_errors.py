"""What is wrong with a field, in the reader's language: the checks of pydantic and the codes of our own.

The texts are `field.<kind>` of the message catalogue; the kind is a pydantic error type or a code of ours.
A kind without a text keeps what it came with, so that a code which a screen knows reaches it unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.core.i18n import translate

MOST_NAMED = 20
"""Faults that are named of one input: a person mends those first, and a machine learns nothing from more."""
_LONGEST_PATH = 200
_MOST_LISTED = 500
"""Beyond that not even listed: to write a fault down takes longer than to find it."""


def field_problems(error: ValidationError, locale: str, where: str = "") -> dict[str, str]:
    """Path of each wrong field (`rule.any.2`, below `where`) and its fault; `MOST_NAMED` at most."""
    if error.error_count() > _MOST_LISTED:
        return {where: translate("field.too_many_faults", locale)}
    below = [where] if where else []
    found = error.errors(include_url=False, include_input=False)[:MOST_NAMED]
    return {
        ".".join([*below, *(str(part) for part in problem["loc"])])[:_LONGEST_PATH]: _text(problem, locale)
        for problem in found
    }


def field_texts(fields: Mapping[str, str], locale: str) -> dict[str, str]:
    """The same paths with each code that has a text replaced by it."""
    return {path: _known(code, locale) or code for path, code in fields.items()}


def _text(problem: ErrorDetails, locale: str) -> str:
    params = {name: _shown(value) for name, value in problem.get("ctx", {}).items()}
    if problem["type"] == "value_error":
        own = params.get("error", problem["msg"])
        return _known(own, locale) or own
    return _known(problem["type"], locale, **params) or problem["msg"]


def _shown(value: Any) -> str:
    """`'a', 'b' or 'c'` is how pydantic lists choices; a comma suits every language."""
    return str(value).replace(" or ", ", ")


def _known(kind: str, locale: str, **params: str) -> str | None:
    key = f"field.{kind}"
    text = translate(key, locale, **params)
    return None if text == key else text
