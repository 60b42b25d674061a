"""What a person is called on every screen, and the sign before a name in a text."""

from __future__ import annotations

_AT_SIGNS = str.maketrans({"＠": "@", "﹫": "@"})
_STAND_IN = "用户 "
_STAND_IN_CHARS = 6


def shown_name(name: str, external_id: str | None) -> str:
    """The name a platform told; without one a stable stand-in (WeChat gives only the open id).

    Empty when nothing is known of the person: then the screen says so in its own language.
    """
    if name:
        return name
    return f"{_STAND_IN}{external_id[-_STAND_IN_CHARS:]}" if external_id else ""


def is_stand_in(name: str) -> bool:
    """Whether a name looks like one that we made; a person may be called so too, which costs one question."""
    return name.startswith(_STAND_IN)


def fold_at_signs(text: str) -> str:
    """The text with `@` for its wide and small forms, as Chinese keyboards give them; its length stays."""
    return text.translate(_AT_SIGNS) if "＠" in text or "﹫" in text else text
