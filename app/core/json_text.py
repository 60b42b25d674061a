"""JSON as the database's columns hold it: written once, in UTF-8, by pydantic's serialiser.

`storable_json` is for what platforms send: they have sent NULs (which PostgreSQL refuses), half surrogates
(which UTF-8 has none of), numbers that are none, and nesting without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from app.core.text import storable

DEEPEST = 60
"""What is nested deeper is left out; no platform's answer has a tenth of it."""
_NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class RenderedJson:
    """A value of a JSON column that is JSON text already."""

    text: str


def json_text(value: Any) -> str:
    """What a JSON column stores. Numbers that JSON does not know become null."""
    if isinstance(value, RenderedJson):
        return value.text
    return to_json(value, inf_nan_mode="null").decode()


def json_value(text: str | bytes) -> Any:
    """What a JSON column reads."""
    return from_json(text)


def storable_json(value: Any) -> RenderedJson:
    """The value with every text in it storable (see app.core.text)."""
    try:
        text = to_json(value, inf_nan_mode="null")
    except (PydanticSerializationError, UnicodeError, ValueError, RecursionError):
        return RenderedJson(json_text(_cleaned(value, DEEPEST)))
    # The backslash of such an escape may itself be escaped; then cleaning changes nothing.
    return RenderedJson(json_text(_cleaned(value, DEEPEST)) if _NUL in text else text.decode())


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return storable(value)
    if depth == 0 and isinstance(value, dict | list | tuple):
        return None
    if isinstance(value, dict):
        return {storable(str(key)): _cleaned(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner, depth - 1) for inner in value]
    return value
