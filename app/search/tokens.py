"""What is indexed of a text, and what a query asks of the index.

Every run of letters, digits and characters becomes overlapping pairs (宽带断 → 宽带, 带断, 断). So any
substring of two or more is a phrase of consecutive pairs, and nothing is lost to word splitting. The last
character stands alone too: a query of one character is a prefix search. Beside the text itself a run is
indexed by its sound (kuan dai duan) and its initials (kd dd), marked so that they never meet its letters. A
number that is written in groups is indexed in one piece too: numbers are compared by their digits, and so is
what a blank or dash parts only for the eye (WiFi 6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import add, itemgetter

from app.nlp.text.normalise import fold, fold_many
from app.nlp.text.sounds import syllable
from app.search.syllables import split_syllables

# Letters of scripts that no customer writes in: full-text engines keep them as part of a word.
SOUND = "ʘ"
INITIALS = "ǃ"
MAX_TEXT = 4000
MAX_QUERY = 100
_RUN = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+")
# A blank between letters and digits or between scripts, a dash inside a word: some write it, some do not.
_EYE_GAP = re.compile(
    r"(?<=[a-z])(?: ?-? ?(?=\d)|-(?=[a-z]))|(?<=\d)[ -](?=[a-z])"
    r"|(?<=[\u3400-\u9fff]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[\u3400-\u9fff])"
)
_GROUPED = re.compile(r"\d[ .·()/–—-]{1,2}\d")
# A number of seven digits or more that is written in groups: 138-0013-8000, (010) 6555 1234.
_SPACED_NUMBER = re.compile(r"(?<!\d)(?=(?:\D{0,2}\d){7})\d+(?:[ .·()/–—-]{1,2}\d+)+(?!\d)")
# Before a mobile number, of which customers seldom write it: what is found without it is found with it.
_COUNTRY_CODE = re.compile(r"(?<!\d)\+?(?:00)?86[ -]?(?=1[3-9]\d(?:[ -]?\d{4}){2}(?!\d))")


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
    for run in (*_RUN.findall(folded), *_in_one_piece(folded)):
        tokens += map(add, run, run[1:])
        tokens.append(run[-1])
    for chinese in _CHINESE.findall(folded):
        tokens += map(_SOUNDS.__getitem__, chinese)
        marked = [*map(_INITIALS.__getitem__, chinese)]
        tokens += map(add, marked, map(_last, marked[1:]))
        tokens.append(marked[-1])
    return tokens


def _in_one_piece(folded: str) -> list[str]:
    """What stands apart only for the eye, once more without the gaps: 138-0013-8000, WiFi 6, 办 5G 套餐."""
    closed = _joined_numbers(folded) if _GROUPED.search(folded) else folded
    if " " in closed or "-" in closed:
        closed = _EYE_GAP.sub("", closed)
    if closed == folded:
        return []
    apart = set(_RUN.findall(folded))
    return [run for run in _RUN.findall(closed) if run not in apart]


_last = itemgetter(-1)


def _pairs(run: str) -> list[str]:
    """What a query of two characters or more asks for; the index has the last character alone as well."""
    return [*map(add, run, run[1:])]


def query_phrases(query: str) -> list[Alternatives]:
    """What a text must contain: all of the groups, of each any one phrase. Empty: nothing was asked."""
    joined = _joined_numbers(fold(query[:MAX_QUERY]))
    return [_alternatives(run) for run in _RUN.findall(without_country_code(joined))]


def without_country_code(folded: str) -> str:
    """What is typed, with mobile numbers as most people write them."""
    return _COUNTRY_CODE.sub("", folded)


def _joined_numbers(folded: str) -> str:
    return _SPACED_NUMBER.sub(lambda written: "".join(filter(str.isdigit, written[0])), folded)


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
