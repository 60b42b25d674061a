"""What is indexed of a text, and what a query asks of the index.

Every run of letters, digits and characters becomes overlapping pairs (宽带断 → 宽带, 带断, 断). So any
substring of two or more is a phrase of consecutive pairs, and nothing is lost to word splitting. The last
character stands alone too: a query of one character is a prefix search. Beside the text itself a run is
indexed by its sound (kuan dai duan) and its initials (kd dd), marked so that they never meet its letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add, itemgetter

from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from app.nlp.normalise import fold, fold_many

# Letters of scripts that no customer writes in: full-text engines keep them as part of a word.
SOUND = "ʘ"
INITIALS = "ǃ"
MAX_TEXT = 4000
MAX_QUERY = 100
_RUN = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+")
_LONGEST_SYLLABLE = 6


@dataclass(frozen=True)
class Phrase:
    """Consecutive tokens; with `prefix` the single token is only how a word begins."""

    tokens: tuple[str, ...]
    prefix: bool = False


Alternatives = tuple[Phrase, ...]
"""Any of them will do."""


def index_tokens(texts: Sequence[str]) -> list[list[str]]:
    """The tokens of each text, in order; a gap between runs is never bridged."""
    return [_tokens(folded) for folded in fold_many([text[:MAX_TEXT].replace("\n", " ") for text in texts])]


def _tokens(folded: str) -> list[str]:
    tokens: list[str] = []
    for run in _RUN.findall(folded):
        tokens += map(add, run, run[1:])
        tokens.append(run[-1])
    for chinese in _CHINESE.findall(folded):
        tokens += map(_SOUNDS.__getitem__, chinese)
        marked = [*map(_INITIALS.__getitem__, chinese)]
        tokens += map(add, marked, map(_last, marked[1:]))
        tokens.append(marked[-1])
    return tokens


_last = itemgetter(-1)


def _pairs(run: str) -> list[str]:
    """What a query of two characters or more asks for; the index has the last character alone as well."""
    return [*map(add, run, run[1:])]


def query_phrases(query: str) -> list[Alternatives]:
    """What a text must contain: all of the groups, of each any one phrase. Empty: nothing was asked."""
    return [_alternatives(run) for run in _RUN.findall(fold(query[:MAX_QUERY]))]


def _alternatives(run: str) -> Alternatives:
    if len(run) == 1:
        return (Phrase((run,), prefix=True),)
    found = [Phrase(tuple(_pairs(run)))]
    if _LATIN.fullmatch(run):
        syllables = split_syllables(run)
        if syllables:
            found.append(Phrase(tuple(SOUND + sound for sound in syllables)))
        found.append(Phrase(tuple(INITIALS + pair for pair in _pairs(run))))
    return tuple(found)


@cache
def syllable(character: str) -> str:
    """The character's most common reading without its tone; the character itself when it has none."""
    readings = PINYIN_DICT.get(ord(character), "")
    return to_normal(readings.split(",")[0]).replace("ü", "v") or character


class _ByCharacter(dict[str, str]):
    """What a character becomes, worked out once."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, character: str) -> str:
        self[character] = made = self._make(character)
        return made


_SOUNDS = _ByCharacter(lambda character: SOUND + syllable(character))
_INITIALS = _ByCharacter(lambda character: INITIALS + syllable(character)[0])


@cache
def syllables() -> frozenset[str]:
    """All readings of common characters."""
    return frozenset(syllable(chr(code)) for code in range(0x4E00, 0x9FA6)) - {""}


def split_syllables(letters: str) -> list[str] | None:
    """Letters as syllables, the longest first where there is a choice; None when they are no pinyin."""
    if not letters:
        return []
    for length in range(min(_LONGEST_SYLLABLE, len(letters)), 0, -1):
        if letters[:length] in syllables():
            rest = split_syllables(letters[length:])
            if rest is not None:
                return [letters[:length], *rest]
    return None
