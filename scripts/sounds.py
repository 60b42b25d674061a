"""Write `sounds.txt` and `phrases.txt` of app/nlp/text from pypinyin: `python scripts/sounds.py`."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.nlp.text.sounds import FIRST, LAST, LONGEST, PHRASES, TABLE, syllables


def sound_of(code: int) -> str:
    """pypinyin's first reading of a code point, without its tone; empty when it has none."""
    return str(to_normal(PINYIN_DICT.get(code, "").split(",")[0]).replace("ü", "v"))


def table() -> str:
    """The file's text."""
    characters: defaultdict[str, str] = defaultdict(str)
    for code in range(FIRST, LAST + 1):
        characters[sound_of(code)] += chr(code)
    characters.pop("", None)
    return "".join(f"{sound}\t{characters[sound]}\n" for sound in sorted(characters))


def words() -> dict[str, list[str]]:
    """pypinyin's words of known characters, and how it reads them."""
    known = (word for word in PHRASES_DICT if all(0x4E00 <= ord(character) <= LAST for character in word))
    return {word: lazy_pinyin(word) for word in known}


def phrases() -> dict[str, list[str]]:
    """Those that the characters, and shorter words within them, do not tell."""
    told: dict[str, list[str]] = {}
    for word, sounds in sorted(words().items(), key=lambda pair: (len(pair[0]), pair[0])):
        if len(word) <= LONGEST and syllables(word, told) != sounds:
            told[word] = sounds
    return told


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
    lines = (f"{word}\t{' '.join(sounds)}\n" for word, sounds in phrases().items())
    PHRASES.write_text("".join(lines), "utf-8")
