"""How characters and words sound, without tones.

`sounds.txt` has the most common reading of each character, a line for each syllable (the syllable, a tab,
its characters); `phrases.txt` the words that are read otherwise than character by character (重庆, a tab,
chong qing). `scripts/sounds.py` writes both from pypinyin (MIT licence): pypinyin takes 55 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

FIRST, LAST = 0x3400, 0x9FFF
"""The characters known, by code point: ideographs and their first extension."""
TABLE = Path(__file__).with_name("sounds.txt")
PHRASES = Path(__file__).with_name("phrases.txt")
LONGEST = 12
"""Characters of a word in the table, at most."""
Phrases = Mapping[str, Sequence[str]]


def syllable(character: str) -> str:
    """The character's most common reading without its tone; the character itself when it has none."""
    syllables, number = _table()
    place = ord(character) - FIRST
    if not 0 <= place <= LAST - FIRST:
        return character
    return syllables[number[place]] or character


def syllables(word: str, phrases: Phrases | None = None) -> list[str]:
    """The sound of each character, as the longest words of the table that stand in it are read."""
    phrases = _phrases() if phrases is None else phrases
    sounds: list[str] = []
    while len(sounds) < len(word):
        at = len(sounds)
        lengths = range(min(LONGEST, len(word) - at), 1, -1)
        known = next(
            (phrases[word[at : at + size]] for size in lengths if word[at : at + size] in phrases), None
        )
        sounds += known or (syllable(word[at]),)
    return sounds


@cache
def _phrases() -> Phrases:
    """Some 3,500 words; half a megabyte, read when a word is first asked for."""
    lines = (line.partition("\t") for line in PHRASES.read_text("utf-8").splitlines())
    return {word: tuple(sounds.split(" ")) for word, _, sounds in lines}


@cache
def _table() -> tuple[list[str], array[int]]:
    """The syllables, the empty one first, and the number of each character's; 60 kB."""
    syllables, number = [""], array("H", bytes(2 * (LAST - FIRST + 1)))
    for line in TABLE.read_text("utf-8").splitlines():
        sound, _, characters = line.partition("\t")
        for character in characters:
            number[ord(character) - FIRST] = len(syllables)
        syllables.append(sound)
    return syllables, number
