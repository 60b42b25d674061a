"""What a person is called on every screen, and the sign before a name in a text."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What turns the text around it, or is never seen. Joiners stay: emoji are built with them, and some scripts.
_UNSEEN = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
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


def told_name(*names: str | None) -> str:
    """The first of a platform's names for somebody of which something is seen, as one line; empty without.

    What would turn or split the line that it stands in, or hides in it, is left out: a name is an outsider's
    word on every screen and in every file.
    """
    for name in names:
        line = _UNSEEN.sub("", _CONTROLS.sub(" ", name or "")).strip()
        if any(map(_is_seen, line)):
            return line
    return ""


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZCM" and character not in _BLANK_LETTERS


def is_stand_in(name: str) -> bool:
    """Whether a name looks like one that we made; a person may be called so too, which costs one question."""
    return name.startswith(_STAND_IN)


def fold_at_signs(text: str) -> str:
    """The text with `@` for its wide and small forms, as Chinese keyboards give them; its length stays."""
    return text.translate(_AT_SIGNS) if "＠" in text or "﹫" in text else text
