"""Names of files as strangers' machines may be given them: no paths, nothing that cannot be seen."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
"""Characters, with the ending."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Of a system of files somewhere: Windows keeps these for itself.
_KEPT = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_ENDING = re.compile(r"[a-z0-9]{1,8}", re.ASCII)


def clean_name(written: str) -> str:
    """The name without folders, without characters that are not seen (or turn the writing around), and short.

    Empty when nothing is left of it.
    """
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", written))[-1]
    seen = "".join(c for c in bare if unicodedata.category(c) not in _UNSEEN)
    plain = " ".join(_KEPT.sub("_", seen).split()).strip(". ")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    stem, ending = split_name(plain)
    return f"{stem[: LONGEST - len(ending) - 1].rstrip('. ')}.{ending}" if ending else plain[:LONGEST]


def split_name(name: str) -> tuple[str, str]:
    """The name before its ending, and the ending in small letters; empty where it has none."""
    stem, dot, ending = name.rpartition(".")
    small = ending.lower()
    if dot and stem and _ENDING.fullmatch(small):
        return stem, small
    return name, ""
