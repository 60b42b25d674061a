"""From raw posts to table slots: own words, normal form, n-grams and words of a whole batch.

Emoticons are set apart first: nothing but sentiment may depend on them (`Encoded.moods`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.core.names import fold_at_signs
from app.nlp.text.emoticons import split_emoticons, split_many
from app.nlp.text.features import (
    CHAR_ORDERS,
    NO_SLOT,
    Batch,
    Slots,
    char_slots,
    prefix_hashes,
    span_hashes,
    word_slots,
)
from app.nlp.text.marks import undressed_many
from app.nlp.text.moods import Moods
from app.nlp.text.normalise import MENTION, joined_normal_form, own_words, trimmed, without_address
from app.nlp.text.segment import Segmenter

Rows = npt.NDArray[np.int64]

_WORD, _PAIR = CHAR_ORDERS, CHAR_ORDERS + 1
_KINDS = CHAR_ORDERS + 2


@dataclass(frozen=True)
class Features:
    """Every n-gram, word and word pair of a batch, in the order of the posts: whose it is, its slot, and its
    span in the joined buffer.
    """

    owner: Rows
    slots: Slots
    begins: Rows
    stops: Rows


@dataclass(frozen=True)
class Encoded:
    """A batch with its features. `grid` (positions, kinds) holds the slots of what starts at each position:
    n-grams of the four orders, the word, the pair of words; `NO_SLOT` for none. Post i owns the rows
    `bounds[i]` to `bounds[i + 1]` of it, and the words `word_bounds[i]` to `word_bounds[i + 1]`. All of that
    is the text without emoticons, which are `moods`.
    """

    batch: Batch
    reposted: npt.NDArray[np.bool_]
    grid: Slots
    bounds: Rows
    word_slots: Slots
    word_begins: Rows
    word_stops: Rows
    word_bounds: Rows
    moods: Moods

    @property
    def slots(self) -> Slots:
        """The grid in one line: post i owns `slot_bounds[i]` to `slot_bounds[i + 1]`."""
        return self.grid.ravel()

    @property
    def slot_bounds(self) -> Rows:
        return self.bounds * _KINDS

    def features(self) -> Features:
        """The features one by one, with their spans: for those who explain."""
        begins, kinds = np.nonzero(self.grid != NO_SLOT)
        stops = begins + kinds + 1
        for kind, further in ((_WORD, 0), (_PAIR, 1)):
            here = kinds == kind
            stops[here] = self.word_stops[np.searchsorted(self.word_begins, begins[here]) + further]
        owner = np.searchsorted(self.bounds, begins, side="right") - 1
        return Features(owner, self.grid[begins, kinds], begins, stops)


def own_parts(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """What each author wrote himself, and which posts quote a chain.

    A repost without a word of its own is represented by its nearest quoted post: the filter drops such posts
    before, but whoever asks about one gets an answer about its content.
    """
    own, reposted = [fold_at_signs(text) for text in texts], np.zeros(len(texts), dtype=np.bool_)
    for number in [number for number, text in enumerate(own) if "@" in text or MENTION in text]:
        text = own[number]
        if "//" in text or "回" in text[:8] or "eply" in text[:12]:
            mine, quoted = own_words(text[:20_000])
            reposted[number] = bool(quoted)
            text = mine or "//".join(quoted)
        own[number] = without_address(text)
    return own, reposted


def encode(texts: Sequence[str], segmenter: Segmenter) -> Encoded:
    """All features of a batch; needs at least one text. Some 2 kB of memory per short post."""
    bare, emoticons = split_many(texts)
    own, reposted = own_parts(bare)
    words, sounds = undressed_many(own)
    batch = Batch.from_codes(trimmed(joined_normal_form(words)))
    moods = Moods.of(joined(_authors_own(texts, emoticons), sounds), len(texts))
    begins, stops = segmenter.spans(batch)
    hashes = span_hashes(prefix_hashes(batch.codes), begins, stops)
    bounds = batch.bounds
    word_bounds = np.searchsorted(begins, bounds)
    follows = np.ones(len(begins), dtype=np.bool_)
    follows[word_bounds[1:][word_bounds[1:] > 0] - 1] = False
    singles, pairs = word_slots(hashes, follows)
    grid = np.full((len(batch.codes), _KINDS), NO_SLOT, dtype=np.int32)
    grid[:, :CHAR_ORDERS] = char_slots(batch)
    grid[begins, _WORD] = singles
    grid[begins[np.flatnonzero(follows[:-1])], _PAIR] = pairs
    return Encoded(batch, reposted, grid, bounds, singles, begins, stops, word_bounds, moods)


def joined(first: dict[int, list[str]], then: dict[int, list[str]]) -> dict[int, list[str]]:
    """What was found of each post in both, these first."""
    return {n: [*first.get(n, ()), *then.get(n, ())] for n in first.keys() | then.keys()}


def _authors_own(texts: Sequence[str], emoticons: dict[int, list[str]]) -> dict[int, list[str]]:
    """The emoticons of each post, without those of a chain it quotes."""
    found = {}
    for number, some in emoticons.items():
        text = texts[number]
        own = own_words(text[:20_000])[0] if "//" in text and "@" in text else ""
        found[number] = split_emoticons(own)[1] if own else some
    return found
