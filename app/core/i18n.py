"""Texts that the server says, by key, in the reader's language. Keys live in app/locales/*.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = ("zh-CN", "en")
_FOLDER = Path(__file__).resolve().parent.parent / "locales"


@cache
def catalogue(locale: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((_FOLDER / f"{locale}.json").read_text(encoding="utf-8"))
    return texts


def translate(key: str, locale: str, **params: Any) -> str:
    """The text of `key`; the key itself when the catalogue lacks it, so that nothing shows an empty line."""
    text = catalogue(locale if locale in LOCALES else LOCALES[0]).get(key)
    if text is None:
        return key
    try:
        return text.format(**params)
    except (KeyError, IndexError, ValueError):
        return text


def best_locale(wanted: Iterable[str], default: str) -> str:
    """The first of the languages wanted, best first, that we speak: `zh-TW` reads Chinese too."""
    spoken = {locale.partition("-")[0]: locale for locale in LOCALES}
    languages = (language.partition("-")[0].lower() for language in wanted)
    return next((spoken[language] for language in languages if language in spoken), default)
