"""Words, as jieba cuts them: through rjieba (Rust) where it can be imported, else by jieba's dictionary in
numpy.

Both read the same dictionary and work without the hidden Markov model, which invents words that no table
knows; their answers differ on about one post in forty. Single texts can also be cut by the package itself. A
user dictionary of brands and products is given to either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from app.core.errors import Invalid
from app.nlp.text.dictionary import Dictionary, build_dictionary, word_spans
from app.nlp.text.features import Batch

Backend = Literal["auto", "rjieba", "jieba"]
Positions = npt.NDArray[np.int64]

_MAX_USER_WORD = 40
_SPACE, _NEWLINE = 32, 10
_USER_FREQUENCY = 20_000
"""Above nearly every dictionary word, so that a brand name is kept in one piece."""


class Segmenter:
    """Cuts text to words. Safe to share between threads once built."""

    def __init__(self, user_words: Iterable[str] = (), backend: Backend = "auto") -> None:
        """`user_words` are kept whole; raises Invalid for an unusable one or a backend that is missing."""
        self._user_words = [checked_user_word(word) for word in user_words]
        self.backend: Literal["rjieba", "jieba"] = chosen_backend(backend)

    def warm_up(self) -> None:
        """Load the dictionary that batches are cut by: before a fork once instead of in each process."""
        self.spans(Batch.from_texts(["。"]))

    def cut(self, text: str) -> list[str]:
        """The words of a text, blanks and line breaks included: joined they give the text again."""
        return self._cut(text)

    def words(self, text: str) -> list[str]:
        """The words without blanks and punctuation, for word clouds and lists."""
        return [word for word in self._cut(text) if any(c.isalnum() for c in word)]

    def spans(self, batch: Batch) -> tuple[Positions, Positions]:
        """Begin and end of every word of a batch, as positions in its codes, blanks left out."""
        if self.backend == "jieba":
            return word_spans(batch, self._dictionary)
        words = self._cut(batch.codes.tobytes().decode("utf-32-le"))
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        ends = np.cumsum(lengths)
        if ends[-1] != len(batch.codes):
            raise AssertionError("the segmenter lost characters")
        begins = ends - lengths
        first = batch.codes[begins]
        real = (first != _SPACE) & (first != _NEWLINE)
        return begins[real], ends[real]

    @cached_property
    def _dictionary(self) -> Dictionary:
        return build_dictionary(self._user_words, _USER_FREQUENCY)

    @cached_property
    def _cut(self) -> Callable[[str], list[str]]:
        make = _rjieba_cut if self.backend == "rjieba" else _jieba_cut
        return make(self._user_words)


def checked_user_word(word: str) -> str:
    """A dictionary entry without surrounding blanks; raises Invalid when it cannot be one."""
    clean = word.strip()
    if not clean or len(clean) > _MAX_USER_WORD or any(c.isspace() for c in clean):
        raise Invalid("bad_user_word", word=word[:60], max_length=_MAX_USER_WORD)
    return clean


def chosen_backend(wanted: Backend) -> Literal["rjieba", "jieba"]:
    """The segmenter that will really be used; raises Invalid when rjieba is asked for and missing."""
    if wanted == "jieba":
        return "jieba"
    if _rjieba_module() is not None:
        return "rjieba"
    if wanted == "rjieba":
        raise Invalid("segmenter_missing", backend="rjieba")
    return "jieba"


@cache
def default_segmenter(backend: Backend = "auto") -> Segmenter:
    """The segmenter without user words; dictionaries are loaded once per process."""
    return Segmenter(backend=backend)


def top_words(
    texts: Sequence[str], limit: int = 50, segmenter: Segmenter | None = None
) -> list[tuple[str, int]]:
    """The most frequent words of at least two characters: (word, number of texts that hold it)."""
    cutter = segmenter or default_segmenter()
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(cutter.words(text)):
            if len(word) > 1 and not word.isdigit():
                counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def _rjieba_module() -> Any:
    try:
        import rjieba  # noqa: PLC0415 - an optional accelerator
    except ImportError:
        return None
    return rjieba


def _rjieba_cut(user_words: list[str]) -> Callable[[str], list[str]]:
    tokenizer = _rjieba_module().Jieba()
    for word in user_words:
        tokenizer.add_word(word, _USER_FREQUENCY, "nz")

    def cut(text: str) -> list[str]:
        found: list[str] = tokenizer.cut(text, False)
        return found

    return cut


def _jieba_cut(user_words: list[str]) -> Callable[[str], list[str]]:
    import jieba  # noqa: PLC0415 - loads a dictionary that rjieba makes needless

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in user_words:
        tokenizer.add_word(word, _USER_FREQUENCY)

    def cut(text: str) -> list[str]:
        found: list[str] = tokenizer.lcut(text, HMM=False)
        return found

    return cut
