"""Outside text made storable without changing what it says."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without NUL (PostgreSQL refuses it) and with lone surrogates replaced (UTF-8 has none)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
