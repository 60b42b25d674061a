"""Outside text made storable without changing what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def storable(text: str) -> str:
    """The text without NUL (PostgreSQL refuses it) and with lone surrogates replaced (UTF-8 has none)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def find_nul(value: Any, path: str = "") -> str | None:
    """The path (`rule.any.2`) of the first text with NUL in a JSON value; None when there is none."""
    if isinstance(value, str):
        return path if "\x00" in value else None
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, part in inner:
        below = f"{path}.{name}" if path else str(name)
        if "\x00" in below:
            return below.replace("\x00", "")
        found = find_nul(part, below)
        if found is not None:
            return found
    return None
