"""JSON as it comes over the wire from browsers: bounded in depth, and without what no column can hold."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json

from app.core.errors import Invalid
from app.core.text import find_nul

M = TypeVar("M", bound=BaseModel)
_NUL = b"\\u0000"


def read_json(raw: bytes) -> Any:
    """The value. Raises ValueError for what is no JSON, is nested too deep (200) or has half characters;
    Invalid naming the place for a text with NUL, which PostgreSQL does not store and no screen can show."""
    value = from_json(raw, allow_inf_nan=False)
    if _NUL in raw:
        place = find_nul(value)
        if place is not None:
            raise Invalid(fields={place: "control_character"})
    return value


def parse_command(model: type[M], raw: bytes | str) -> M:
    """JSON as a command. Its types count: `true` and `"3"` are no numbers, `"yes"` is no truth value; moments
    and names of a list come as texts. (Query strings and paths, where all is text, are read leniently.)

    Raises pydantic's ValidationError.
    """
    return model.model_validate_json(raw, strict=True)
