"""Pure rules of answering: personal data that must not be said in public."""

from __future__ import annotations

import re

# Mainland mobile numbers (also written in groups), resident ids (18 places), e-mail addresses.
_PHONE = re.compile(r"(?<![\d])(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?![\d])")
_RESIDENT_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＠．－　Ｘｘ＋", "0123456789@.- Xx+")


def personal_data(text: str) -> list[tuple[str, str]]:
    """(kind, found text) of each piece of personal data; kinds are phone, resident_id and email."""
    plain = text.translate(_FULL_WIDTH)
    found = [("resident_id", match.group()) for match in _RESIDENT_ID.finditer(plain)]
    rest = _RESIDENT_ID.sub(" ", plain)
    found += [("phone", match.group()) for match in _PHONE.finditer(rest)]
    found += [("email", match.group()) for match in _EMAIL.finditer(rest)]
    return found
